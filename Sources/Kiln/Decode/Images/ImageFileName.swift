/// What the ending of a file name says about images.
enum ImageFileName {
  enum Kind {
    /// A PNG or JPEG file; which of them, its content says.
    case image
    /// A picture that Kiln does not read; to pass it by would lose a sample.
    case foreignImage
    /// A table, an array or notes in JSON or XML, in which somebody may have put labels.
    case table
    /// Anything else, such as `kiln.json`, `Thumbs.db` or a text: passed by.
    case other

    var isImage: Bool { self == .image || self == .foreignImage }
  }

  /// Whether a file is called as one that ``LabelTable`` reads.
  static func mayHoldLabels(_ name: String) -> Bool {
    [".csv", ".tsv"].contains { name.lowercased().hasSuffix($0) }
  }

  /// The kind of a file by its name.
  static func kind(of name: String) -> Kind { kind(of: Array(name.utf8).span) }

  /// The kind of a file by its name.
  static func kind(of name: Span<UInt8>) -> Kind {
    var word: UInt64 = 0
    for index in name.indices.reversed() {
      let byte = name[index]
      if byte == UInt8(ascii: ".") {
        return if images.contains(word) {
          .image
        } else if foreignImages.contains(word) {
          .foreignImage
        } else {
          tables.contains(word) ? .table : .other
        }
      }
      // Five letters are the most that any ending here has.
      guard name.count - index <= 5 else { return .other }
      word = word << 8 | UInt64(byte | 0x20)
    }
    return .other
  }

  private static let images = words(["png", "jpg", "jpeg"])
  private static let foreignImages = words([
    "bmp", "gif", "heic", "jp2", "pbm", "pgm", "ppm", "tif", "tiff", "webp",
  ])
  private static let tables = words([
    "csv", "tsv", "npy", "npz", "pkl", "json", "jsonl", "xml",
  ])

  /// Endings as numbers, last letter first.
  private static func words(_ endings: [String]) -> [UInt64] {
    endings.map { $0.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
  }
}
