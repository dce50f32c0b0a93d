/// Bytes that are read once, from first to last, by one thread at a time.
protocol ByteStream: AnyObject {
  /// Reads the next bytes.
  /// - Returns: exactly `count` bytes, or fewer where the stream ends.
  /// - Throws: any error that says what is wrong with the file.
  func read(_ count: Int) throws -> [UInt8]
}
