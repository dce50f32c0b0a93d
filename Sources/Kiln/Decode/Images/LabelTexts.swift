/// What a table calls its labels, all in one way: by number, by names that the user has given, or by others.
struct LabelTexts {
  private enum Kind: Equatable { case number, given, name }

  private let given: [String]?
  private let places: [String: Int64]
  /// What the first of them is, and that.
  private var first: (kind: Kind, text: String)?
  /// Names that are not given.
  private var names = PositionTable<String>()
  private var range: ClosedRange<Int64>?

  init(given: [String]?) {
    self.given = given
    places = given.map(ClassTable.places) ?? [:]
  }

  /// The label of a text; of a name that is not given, where it came among those.
  /// - Parameters:
  ///   - text: what a row says.
  ///   - line: its line.
  /// - Returns: what ``labels(_:)`` makes the label of.
  /// - Throws: ``LabelTableError`` where it is of another kind than those before it.
  mutating func label(_ text: String, line: Int) throws(LabelTableError) -> Int64 {
    let (kind, label) = try parse(text, line: line)
    let first = first ?? (kind, text)
    self.first = first
    guard kind == first.kind else {
      throw first.kind == .number || kind == .number
        ? .mixed(line: line, text, first.text)
        : .notGiven(line: line, first.kind == .name ? first.text : text)
    }
    range = min(range?.lowerBound ?? label, label)...max(range?.upperBound ?? label, label)
    return label
  }

  private mutating func parse(
    _ text: String, line: Int
  ) throws(LabelTableError) -> (Kind, Int64) {
    if let place = places[text] { return (.given, place) }
    let bytes = Array(text.utf8)
    if let number = CSVNumber(bytes.span, 0..<bytes.count) {
      guard let label = number.whole else { throw .notWhole(line: line, text) }
      return (.number, label)
    }
    let position = names.position(of: text)
    guard names.values.count <= LabelSchema.maximumClassCount else {
      throw .tooManyClasses(line: line)
    }
    return (.name, Int64(position))
  }

  /// The labels of images and the names of classes.
  /// - Parameter found: what ``label(_:line:)`` has said of each image.
  /// - Returns: these, and the range of all labels that the table has.
  /// - Throws: ``UnsupportedError`` where names do not go together.
  func labels(_ found: [Int64]) throws(UnsupportedError) -> (
    labels: [Int64], range: ClosedRange<Int64>?, classNames: [String]
  ) {
    guard first?.kind == .name else { return (found, range, given ?? []) }
    let classes = try ClassTable(
      Set(names.values), KnownClasses(recorded: nil, given: given), .namesFirst)
    let values = names.values.map { classes.labels[$0] ?? 0 }
    let range = values.min().flatMap { least in values.max().map { least...$0 } }
    return (found.map { values[Int($0)] }, range, classes.names)
  }
}
