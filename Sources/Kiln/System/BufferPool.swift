/// Memory for large pieces of output that is used again, instead of given back and zeroed each time.
///
/// The C library returns blocks of megabytes to the kernel at once; getting them back costs a page
/// fault for every 4 KiB: 10 ms in 100 for MNIST as CSV.
final class BufferPool: Sendable {
  private let idle = Locked<[Block]>([])

  /// Builds a piece of at most `capacity` bytes.
  func makePiece(
    capacity: Int, _ body: (inout ByteCursor) throws -> Void
  ) rethrows -> PooledPiece {
    let last = idle.withLock { $0.popLast() }
    // A block that is too small is dropped: capacities differ little from piece to piece.
    let block = last.flatMap { $0.capacity >= capacity ? $0 : nil } ?? Block(capacity: capacity)
    let count = try block.fill(body)
    return PooledPiece(block, count: count, from: self)
  }

  fileprivate func takeBack(_ block: Block) { idle.withLock { $0.append(block) } }

  // Unchecked: written by the one thread that builds a piece, then only read until it is idle again.
  @safe fileprivate final class Block: @unchecked Sendable {
    let capacity: Int
    private let base: UnsafeMutableRawPointer

    init(capacity: Int) {
      self.capacity = capacity
      // Freed in deinit; never initialised beyond what a cursor has counted.
      unsafe base = .allocate(byteCount: max(1, capacity), alignment: 64)
      unsafe Allocator.preferLargePages(UnsafeMutableRawBufferPointer(start: base, count: capacity))
    }

    deinit { unsafe base.deallocate() }

    func fill(_ body: (inout ByteCursor) throws -> Void) rethrows -> Int {
      // The block is large enough by its own capacity and lives as long as this object.
      var cursor = unsafe ByteCursor(base: base, capacity: capacity)
      try body(&cursor)
      return cursor.count
    }

    func withBytes<Result>(
      _ count: Int, _ body: (Span<UInt8>) throws -> Result
    ) rethrows -> Result {
      // The first `count` bytes are those that a cursor has written.
      try body(
        unsafe UnsafeRawBufferPointer(start: base, count: count).assumingMemoryBound(
          to: UInt8.self
        ).span)
    }
  }
}

/// Bytes that were built once; their memory goes back to the pool with the last reference.
final class PooledPiece: Sendable {
  private let block: BufferPool.Block
  private let pool: BufferPool
  let count: Int

  fileprivate init(_ block: BufferPool.Block, count: Int, from pool: BufferPool) {
    self.block = block
    self.count = count
    self.pool = pool
  }

  deinit { pool.takeBack(block) }

  /// Lets `body` read the bytes.
  func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    try block.withBytes(count, body)
  }
}
