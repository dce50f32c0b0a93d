/// How a user says that a table is to be read; nil where it is to be found.
struct CSVSettings: Sendable, Equatable {
  enum Label: Sendable, Equatable {
    case first, last, absent
    case named(String)
    /// As many at one end as Kiln has noted that it wrote there.
    case several(Int, areLast: Bool)

    var isOfUser: Bool { if case .several = self { false } else { true } }
  }

  /// The settings of every format that is a table.
  static let options = [
    Option(
      flag: "source-delimiter", key: "delimiter", kind: .text, defaultValue: nil,
      summary: "one character between the columns, or tab (default: found)"),
    Option(
      flag: "source-header", key: "header", kind: .choice(["on", "off"]), defaultValue: nil,
      summary: "whether the first row names the columns (default: found)"),
    Option(
      flag: "source-label", key: "label", kind: .text, defaultValue: nil,
      summary:
        "column of the label: first, last, none, its name or position from 0 (default: found)"),
  ]

  var delimiter: UInt8?
  var hasHeader: Bool?
  var label: Label?
  /// Pixels of a sample.
  var pixelCount: Int?
  /// Whether columns may number the rows, as they do in tables of others.
  var mayNumberRows = true

  init() {}

  /// - Parameter values: of ``options``, and perhaps the shape of samples.
  /// - Throws: ``UsageError``.
  init(_ values: OptionValues) throws(UsageError) {
    if let text = values.text("delimiter") {
      delimiter = try TableDelimiter.parse(text, option: "source-delimiter")
    }
    pixelCount = try SourceShape.parse(values)?.reduce(1, *)
    hasHeader = values.text("header").map { $0 == "on" }
    label = values.text("label").map {
      switch $0 {
      case "first": .first
      case "last": .last
      case "none": .absent
      default: .named($0)
      }
    }
  }

  /// The column that a user names, by its position where none is called so.
  /// - Parameters:
  ///   - text: a name, or a position from 0.
  ///   - names: of the columns; nil where there is no header.
  ///   - count: how many columns there are.
  /// - Returns: its position.
  /// - Throws: ``UsageError`` where there is none, or several are called so.
  static func column(
    _ text: String, of names: [String]?, count: Int
  ) throws(UsageError) -> Int {
    let columns = names?.indices.filter { names?[$0] == text } ?? []
    guard columns.count < 2 else {
      throw .conflict(
        "\(columns.count) columns are called '\(text.printable)': give the position of one, from 0")
    }
    if let column = columns.first { return column }
    if let position = Int(text), (0..<count).contains(position) { return position }
    guard let names else {
      throw .conflict(
        "there is no header that names a column '\(text.printable)' (expected a position: 0 to \(count - 1))"
      )
    }
    throw .unknown(what: "column", name: text, among: names)
  }
}
