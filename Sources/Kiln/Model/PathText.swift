extension String {
  /// The parts between slashes, those that are empty only where they are kept.
  ///
  /// Slashes are looked for as bytes: to Swift, one with a mark behind it is another character, and to
  /// the file system it still is a slash.
  func pathComponents(keepingEmpty: Bool = false) -> [String] {
    utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: !keepingEmpty)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Where the last slash is; nil where there is none.
  var lastSlash: Index? { utf8.lastIndex(of: UInt8(ascii: "/")) }

  /// What is behind a slash.
  func behind(slash: Index) -> String { String(self[utf8.index(after: slash)...]) }
}
