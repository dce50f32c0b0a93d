/// Writes images of one shape as files of one format; made once for each worker.
protocol ImageEncoder: Sendable {
  /// No file is larger.
  var maxEncodedByteCount: Int { get }
  /// The most images that are encoded at a time, at least 1.
  var runLength: Int { get }
  /// Appends the files of 1 to ``runLength`` images, whose pixels follow each other.
  ///
  /// `output` has room for ``maxEncodedByteCount`` bytes an image.
  /// - Returns: the byte count of each file.
  func encodeRun(_ pixels: Span<UInt8>, into output: inout ByteCursor) throws -> [Int]
}

extension ImageEncoder {
  /// Appends the file of one image.
  func encode(_ pixels: Span<UInt8>, into output: inout ByteCursor) throws {
    _ = try encodeRun(pixels, into: &output)
  }

  /// Encodes any number of images, ``runLength`` at a time.
  /// - Parameters:
  ///   - pixels: the images, one behind the other.
  ///   - imageByteCount: bytes of each.
  ///   - body: gets the place of each image and its file, in order.
  /// - Throws: what the encoder or `body` throws.
  func encodeAll(
    _ pixels: Span<UInt8>, imageByteCount: Int, _ body: (Int, Span<UInt8>) throws -> Void
  ) throws {
    let count = pixels.count / imageByteCount
    for first in stride(from: 0, to: count, by: runLength) {
      let run = first..<min(count, first + runLength)
      var byteCounts: [Int] = []
      let files = try makeBytes(capacity: run.count * maxEncodedByteCount) {
        byteCounts = try encodeRun(pixels.extracting(run.scaled(by: imageByteCount)), into: &$0)
      }
      var start = 0
      for (position, byteCount) in zip(run, byteCounts) {
        try body(position, files.span.extracting(start..<start + byteCount))
        start += byteCount
      }
    }
  }
}

extension ImageShape {
  /// How many images are worth encoding at a time: what is spent once for all no longer counts, and
  /// pixels and files stay in a core's cache.
  var runLength: Int { max(1, min(16, (64 << 10) / byteCount)) }
}

extension JPEGEncoder: ImageEncoder {}

extension PNGEncoder: ImageEncoder {
  var runLength: Int { shape.runLength }

  func encodeRun(_ pixels: Span<UInt8>, into output: inout ByteCursor) throws -> [Int] {
    try stride(from: 0, to: pixels.count, by: shape.byteCount).map { start in
      let before = output.count
      try encode(pixels.extracting(start..<start + shape.byteCount), into: &output)
      return output.count - before
    }
  }
}
