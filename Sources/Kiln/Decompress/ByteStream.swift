/// Bytes that are read once, from first to last, by one thread at a time.
protocol ByteStream: AnyObject {
  /// Reads the next bytes.
  /// - Returns: exactly `count` bytes, or fewer where the stream ends.
  /// - Throws: any error that says what is wrong with the file.
  func read(_ count: Int) throws -> [UInt8]
}

extension ByteStream {
  /// Reads what is left, piece by piece.
  /// - Throws: what is wrong with the file, or what `body` throws.
  func forEachChunk(_ body: ([UInt8]) throws -> Void) throws {
    while true {
      let chunk = try read(FileStream.chunkByteCount)
      if !chunk.isEmpty { try body(chunk) }
      if chunk.count < FileStream.chunkByteCount { return }
    }
  }

  /// Reads what is left, for a checksum that is compared at the end.
  func readToEnd() throws { try forEachChunk { _ in } }

  /// Reads what is left, for a checksum that is compared at the end, unless somebody asks to end.
  /// - Throws: what is wrong with the file, or ``Interruption``.
  func readToEnd(_ cancellation: Cancellation) throws {
    try forEachChunk { _ in try cancellation.check() }
  }
}

/// A stream that can pass over bytes without reading them.
protocol SkippingStream: ByteStream {
  /// Passes over `count` bytes, or fewer where the stream ends.
  /// - Returns: how many.
  func skip(_ count: Int) -> Int
}
