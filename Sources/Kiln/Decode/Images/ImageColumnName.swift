/// What the name of a column says about images, the most telling last.
enum ImageColumnName: Comparable {
  /// Nothing; pandas leaves out the name of the numbers of rows.
  case none
  case any
  /// That it tells rows apart.
  case identity
  case image

  private static let identities: Set = ["id", "ids", "key", "name"]
  private static let imageWords = ["image", "img", "photo", "picture", "file", "path"]

  init(_ name: String) {
    let word = name.lowercased().filter(\.isLetter)
    self =
      if CSVRowNumbers.isUnnamed(name) {
        .none
      } else if Self.imageWords.contains(where: word.contains) {
        .image
      } else if Self.identities.contains(word) {
        .identity
      } else {
        .any
      }
  }

  /// Whether a text is surely the name of a column, and not that of an image, such as `img0`.
  static func isUsual(_ text: String) -> Bool {
    let word = text.lowercased().filter { $0 != "_" && $0 != " " }
    let endings = ["", "s", "id", "index", "name", "file", "path"]
    return identities.contains(word)
      || (imageWords + ["file"]).contains { start in
        word.hasPrefix(start) && endings.contains(String(word.dropFirst(start.count)))
      }
  }
}
