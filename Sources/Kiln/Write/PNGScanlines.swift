/// The pixels of one image as PNG compresses them: each row behind a filter byte, big-endian.
///
/// The filter is always 0 (None). For small images with flat backgrounds it gives the smallest
/// files: deflate finds the repeats that a difference would hide.
@safe final class PNGScanlines {
  private let shape: ImageShape
  private let lines: UnsafeMutableRawPointer
  /// The unit in which short rows are copied, 0.04 us for a 28 x 28 image.
  ///
  /// A row's last block runs over into the next row, which is then written over it.
  private typealias Block = SIMD16<UInt8>
  private static let blockByteCount = 16
  private static let shortRowByteCount = 128

  init(shape: ImageShape) {
    self.shape = shape
    // One block more than the lines, for the last row's overrun; zeroed, so never uninitialised.
    let byteCount = Self.byteCount(of: shape) + Self.blockByteCount
    unsafe lines = .allocate(byteCount: byteCount, alignment: Self.blockByteCount)
    unsafe lines.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit {
    // Allocated in the initialiser and handed out only for the length of a call.
    unsafe lines.deallocate()
  }

  /// The bytes that an image of this shape has with its filter bytes.
  static func byteCount(of shape: ImageShape) -> Int { shape.height * (shape.rowByteCount + 1) }

  /// Takes over one image's pixels and lets `body` read the result, which is valid only in there.
  @inline(__always)
  func withLines<Result, Failure: Error>(
    of pixels: Span<UInt8>,
    _ body: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(pixels.count == shape.byteCount)
    // The source is read only inside the closure, and its size is the shape's.
    unsafe pixels.withUnsafeBytes {
      guard let source = $0.baseAddress else { return }
      if shape.bitDepth == 16 {
        unsafe copySwapped(source)
      } else {
        unsafe copy(source)
      }
    }
    // Initialised bytes without the overrun block; the closure's contract ends their use.
    return unsafe try body(
      UnsafeMutableBufferPointer(
        start: lines.assumingMemoryBound(to: UInt8.self), count: Self.byteCount(of: shape)))
  }

  @inline(__always)
  private func copy(_ source: UnsafeRawPointer) {
    let rowByteCount = shape.rowByteCount
    let byteCount = shape.byteCount
    var read = 0
    var write = 0
    if rowByteCount <= Self.shortRowByteCount {
      let blocks = (rowByteCount + Self.blockByteCount - 1) / Self.blockByteCount
      while read + blocks * Self.blockByteCount <= byteCount {
        // Reading: in range by the condition. Writing: the last row has a spare block behind it.
        unsafe lines.storeBytes(of: 0, toByteOffset: write, as: UInt8.self)
        for block in 0..<blocks {
          let offset = block * Self.blockByteCount
          // In range for the same reason.
          let bytes = unsafe source.loadUnaligned(fromByteOffset: read + offset, as: Block.self)
          unsafe lines.storeBytes(of: bytes, toByteOffset: write + 1 + offset, as: Block.self)
        }
        read += rowByteCount
        write += rowByteCount + 1
      }
    }
    while read < byteCount {
      // Exactly one row inside both buffers.
      unsafe lines.storeBytes(of: 0, toByteOffset: write, as: UInt8.self)
      unsafe lines.advanced(by: write + 1).copyMemory(
        from: source.advanced(by: read), byteCount: rowByteCount)
      read += rowByteCount
      write += rowByteCount + 1
    }
  }

  private func copySwapped(_ source: UnsafeRawPointer) {
    let rowByteCount = shape.rowByteCount
    for row in 0..<shape.height {
      let read = row * rowByteCount
      let write = row * (rowByteCount + 1) + 1
      for offset in stride(from: 0, to: rowByteCount, by: 2) {
        // In range: both buffers have the shape's size, and the loops follow the shape.
        let value = unsafe source.loadUnaligned(fromByteOffset: read + offset, as: UInt16.self)
        unsafe lines.storeBytes(
          of: value.bigEndian, toByteOffset: write + offset, as: UInt16.self)
      }
    }
  }
}
