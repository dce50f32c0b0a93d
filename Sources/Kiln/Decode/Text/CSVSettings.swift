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
}
