/// Tells a page for people from data: what servers send in the place of a file.
enum WebPage {
  /// Bytes that are enough to tell.
  static let startByteCount = 64

  /// Whether a file begins as a page; what is to be one is never told so.
  static func isUnexpected(_ start: [UInt8], name: String) -> Bool {
    let name = name.lowercased()
    if name.hasSuffix(".html") || name.hasSuffix(".htm") { return false }
    // A byte order mark, and space, may stand before it.
    let text = start.drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let small = text.map { (65...90).contains($0) ? $0 + 32 : $0 }
    return ["<!doctype html", "<html"].contains { small.starts(with: $0.utf8) }
  }
}
