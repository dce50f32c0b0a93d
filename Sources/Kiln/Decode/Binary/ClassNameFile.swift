/// A text that names classes, one a line.
enum ClassNameFile {
  /// ImageNet's 1,000 names take 21 KB.
  private static let maximumByteCount = 1 << 20

  /// - Throws: ``StageError`` where it cannot be read, or is far too long.
  static func read(_ file: Resource) throws -> [String] {
    try at(.decode, file.name) {
      let bytes = try file.start(maximumByteCount + 1)
      guard bytes.count <= maximumByteCount else {
        throw UnsupportedError("is larger than \(maximumByteCount) bytes, expected class names")
      }
      let lines = bytes.split(omittingEmptySubsequences: true) { $0 == 0x0A || $0 == 0x0D }
      return lines.map { String(decoding: $0, as: UTF8.self).printable }
    }
  }
}
