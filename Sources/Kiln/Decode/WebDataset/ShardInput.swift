/// The bytes of a shard, which are read forwards; used by one thread at a time.
final class ShardInput {
  /// Where they come from.
  enum Source {
    case mapped(MappedFile)
    /// Unpacked bytes from the archive's start.
    case stream(any ByteStream)
  }

  private let source: Source
  /// How many bytes have been read or passed over.
  private(set) var position = 0
  private var released = 0

  init(_ source: Source) { self.source = source }

  /// Makes sure that there are so many bytes, as far as that is known before they are read.
  /// - Throws: ``TarError`` where a header promises more.
  func checkHolds(_ byteCount: Int) throws(TarError) {
    guard case .mapped(let file) = source, byteCount > file.byteCount else { return }
    throw .dataEnds(at: file.byteCount, promised: byteCount)
  }

  /// Looks at the next block.
  /// - Throws: ``TarError`` where there is none, or what `body` throws.
  func withBlock<Result>(_ body: (Span<UInt8>) throws(TarError) -> Result) throws -> Result {
    let start = position
    let byteCount = ShardHeader.blockByteCount
    switch source {
    case .mapped(let file):
      guard file.byteCount - start >= byteCount else { throw TarError.noEnd }
      position += byteCount
      return try file.withBytes(start..<position, body)
    case .stream(let stream):
      let block = try stream.read(byteCount)
      guard block.count == byteCount else { throw TarError.noEnd }
      position += byteCount
      return try body(block.span)
    }
  }

  /// Reads bytes that a header promises.
  /// - Throws: ``TarError`` where the archive ends before.
  func read(_ count: Int) throws -> [UInt8] {
    let start = position
    let bytes = try readUp(to: count)
    guard bytes.count == count else {
      throw TarError.dataEnds(at: start + bytes.count, promised: start + count)
    }
    return bytes
  }

  /// Reads bytes, fewer at the end of the archive.
  func readUp(to count: Int) throws -> [UInt8] {
    let bytes =
      switch source {
      case .mapped(let file): file.bytes(position..<min(file.byteCount, position + count))
      case .stream(let stream): try stream.read(count)
      }
    position += bytes.count
    return bytes
  }

  /// Passes over what is before a place.
  /// - Throws: ``TarError`` where the archive ends before.
  func skip(to target: Int) throws {
    if case .stream(let stream) = source {
      while position < target {
        let bytes = try stream.read(min(target - position, FileStream.chunkByteCount))
        guard !bytes.isEmpty else {
          throw TarError.dataEnds(at: position, promised: target)
        }
        position += bytes.count
      }
    }
    position = target
  }

  /// Gives back the memory of what was passed over since the last time.
  func release() {
    guard case .mapped(let file) = source, released < position else { return }
    file.release(released..<position)
    released = position
  }
}
