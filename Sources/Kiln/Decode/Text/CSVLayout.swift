/// How a table is to be read: what separates its columns, and which of them are labels.
struct CSVLayout: Sendable, Equatable {
  /// Far more than pictures that anyone puts into a table; the sink stops there, too.
  static let maximumColumnCount = 1 << 20

  /// Neighbouring columns of one meaning.
  struct Run: Sendable, Equatable {
    enum Meaning: Sendable {
      case label, pixel
      /// Nothing that belongs to the sample, such as the number of the row.
      case other
    }

    let meaning: Meaning
    let count: Int
  }

  /// What the user says; nil where it is to be found.
  struct Settings: Sendable, Equatable {
    enum Label: Sendable, Equatable {
      case first, last, absent, all
      case named(String)
    }

    var delimiter: UInt8?
    var hasHeader: Bool?
    var label: Label?
    /// Pixels of a sample.
    var pixelCount: Int?
    /// Whether columns may number the rows, as they do in tables of others.
    var mayNumberRows = true
  }

  let delimiter: UInt8
  let hasHeader: Bool
  let runs: [Run]
  /// The names of the label columns.
  let labelNames: [String]
  /// Whether values alone have told which columns are labels.
  let isConcluded: Bool
  /// The names of columns that are neither labels nor pixels.
  let otherNames: [String]

  var columnCount: Int { runs.reduce(0) { $0 + $1.count } }
  var pixelCount: Int { count(.pixel) }
  var labelCount: Int { count(.label) }

  /// What values alone have told of the labels, and what is passed over, in words.
  var remarks: [String] {
    let others =
      otherNames.isEmpty
      ? [] : ["neither label nor pixel, and not read: \(Spelling.list(otherNames))"]
    guard isConcluded else { return others }
    let labels =
      switch sampleRuns.map(\.meaning) {
      case [.label, .pixel]: "labels are in the first column"
      case [.pixel, .label]: "labels are in the last column"
      default: "no column is a label"
      }
    return ["\(labels) (--source-label says otherwise)"] + others
  }

  /// No number needs so many bytes, nor does a name; so a batch of lines has an end.
  var maximumLineByteCount: Int { columnCount * 64 + 4096 }

  /// The runs of what belongs to a sample.
  var sampleRuns: [Run] { runs.filter { $0.meaning != .other } }

  private func count(_ meaning: Run.Meaning) -> Int {
    runs.reduce(0) { $0 + ($1.meaning == meaning ? $1.count : 0) }
  }

  // MARK: Finding out

  /// Looks at the first rows of a table.
  /// - Parameters:
  ///   - lines: some whole lines from the first one, without their ends.
  ///   - settings: what the user says.
  ///   - lookAtEnds: looks at the columns at both ends, in all rows, where only they can tell.
  /// - Throws: ``CSVError``, or ``UsageError`` for a column that is not there.
  init(
    of lines: [[UInt8]], _ settings: Settings,
    lookAtEnds: (_ delimiter: UInt8, _ hasHeader: Bool, _ skipped: Int) throws -> CSVEnds
  ) throws {
    guard let first = lines.first else { throw CSVError.empty }
    let delimiter = settings.delimiter ?? Self.delimiter(of: first)
    let rows = try lines.enumerated().map { try Self.fields($1, delimiter, line: $0 + 1) }
    let names = rows[0]
    hasHeader = settings.hasHeader ?? Self.areNames(names)
    self.delimiter = delimiter
    let numbers = hasHeader ? Array(rows.dropFirst()) : rows
    if let row = numbers.first { try Self.checkSingle(row, line: hasHeader ? 2 : 1) }
    let isNumbering =
      hasHeader && settings.mayNumberRows ? Self.numbering(names, numbers, settings.label) : []
    let kept = names.indices.filter { !isNumbering.contains($0) }
    let keptNames = kept.map { names[$0] }
    let told = try Self.labels(
      settings.label, names: hasHeader ? keptNames : nil, columnCount: kept.count)
    // Who gives a shape that takes all columns has said that there is no label.
    isConcluded = told == nil && settings.pixelCount != kept.count
    let isLabel =
      try told
      ?? Self.guessed(kept.count, pixelCount: settings.pixelCount) {
        [hasHeader] in try lookAtEnds(delimiter, hasHeader, kept.first ?? 0)
      }
    var meanings = [Run.Meaning](repeating: .other, count: names.count)
    for (column, isLabel) in zip(kept, isLabel) { meanings[column] = isLabel ? .label : .pixel }
    var others = isNumbering.sorted().map { names[$0] }.filter { !Self.isUnnamed($0) }
    if hasHeader {
      // Who names the label of a table that names its pixels means no other column to be one.
      if settings.label != nil, settings.label != .all {
        for column in Self.besidePixels(keptNames).map({ kept[$0] })
        where meanings[column] == .pixel {
          meanings[column] = .other
          others.append(names[column])
        }
      }
      try CSVPixelNames.checkOrder(
        meanings.indices.filter { meanings[$0] == .pixel }.map { names[$0] })
    }
    otherNames = others
    var runs: [Run] = []
    for meaning in meanings {
      if let last = runs.last, last.meaning == meaning {
        runs[runs.count - 1] = Run(meaning: meaning, count: last.count + 1)
      } else {
        runs.append(Run(meaning: meaning, count: 1))
      }
    }
    self.runs = runs
    let labels = meanings.indices.filter { meanings[$0] == .label }
    labelNames =
      hasHeader && labels.count > 1
      ? labels.map { names[$0] }
      : (labels.count == 1 ? ["label"] : labels.indices.map { "label\($0)" })
  }

  /// Whether the first line names the columns: most fields are no numbers, or those that are count up.
  ///
  /// A field that is damaged or missing makes no header of a row, which would be lost.
  private static func areNames(_ fields: [String]) -> Bool {
    let numbers = fields.filter(isNumber)
    // As pandas names columns without any; no row of a picture that is worth the name looks like this.
    let isCount =
      ["0", "1"].contains(numbers.first) && numbers.count > (numbers.count == fields.count ? 9 : 1)
      && zip(numbers, numbers.dropFirst()).allSatisfy { one, next in
        Int(one).map { $0 + 1 == Int(next) } ?? false
      }
    return isCount || CSVPixelNames.areRepetitions(fields)
      || (fields.count - numbers.count) * 2 > fields.count
  }

  /// Refuses pictures that are whole texts of numbers, as FER2013 has them.
  private static func checkSingle(_ row: [String], line: Int) throws(CSVError) {
    for (position, field) in row.enumerated() {
      let words = field.split(separator: " ").map(String.init)
      guard words.count > 1, words.allSatisfy(isNumber) else { continue }
      throw .severalNumbers(line: line, column: position + 1, count: words.count)
    }
  }

  /// Fewer rows may be alike, or differ, by chance.
  private static let tellingRowCount = 10

  /// The columns that number the rows: at the front, as pandas writes them unless it is told not to, or
  /// anywhere beside pixels that have names of their own.
  private static func numbering(
    _ names: [String], _ rows: [[String]], _ wanted: Settings.Label?
  ) -> Set<Int> {
    let front = Set(names.indices.dropLast().prefix { isNumbering($0, names, rows) })
    var found = front
    let others = Set(besidePixels(names)).subtracting(front)
    let beside = others.filter { column in
      let name = names[column].lowercased()
      return isNumbering(column, names, rows) && !labelWords.contains(where: name.contains)
    }
    // One alone is the label, whatever it is called.
    if beside.count < others.count { found.formUnion(beside) }
    // Who says that one of them is the label knows better.
    return found.filter { column in
      wanted != .named(names[column]) && !(wanted == .last && column == names.count - 1)
    }
  }

  /// What names of labels have in them, such as class_id.
  private static let labelWords = ["class", "label", "target", "category", "digit"]

  /// Whether a column has no name, or one that pandas gave it for that.
  private static func isUnnamed(_ name: String) -> Bool {
    name.isEmpty || name.hasPrefix("Unnamed: ")
  }

  private static func isNumbering(_ column: Int, _ names: [String], _ rows: [[String]]) -> Bool {
    let numbers = rows.compactMap { row in column < row.count ? Double(row[column]) : nil }
    guard numbers.count > 1, numbers.count == rows.count else { return false }
    return switch names[column] {
    // Rows may have been shuffled.
    case let name where isUnnamed(name): Set(numbers).count == numbers.count
    // A class could be called so, too, but does not go up with every row.
    case let name where name.lowercased() == "index" || name.lowercased().hasSuffix("id"):
      zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 }
        || numbers.count >= tellingRowCount && Set(numbers).count == numbers.count
    default: false
    }
  }

  /// The character that separates most columns of a line.
  private static func delimiter(of line: [UInt8]) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in line {
      if byte == 0x22 { isQuoted.toggle() } else if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = Array(",;\t|".utf8)
    let best = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? 0x2C
    return counts[best, default: 0] > 0 ? best : (counts[0x20, default: 0] > 0 ? 0x20 : 0x2C)
  }

  /// The columns of a line as text, without quotes.
  static func fields(_ line: [UInt8], _ delimiter: UInt8, line number: Int) throws(CSVError)
    -> [String]
  {
    var fields: [String] = []
    var start = 0
    while true {
      guard let field = CSVField(line.span, at: start, delimiter) else {
        throw .unclosedQuote(line: number, column: fields.count + 1)
      }
      guard fields.count < maximumColumnCount else { throw .tooManyColumns }
      fields.append(String(decoding: line[field.content], as: UTF8.self))
      guard field.end < line.count else { return fields }
      start = field.end + 1
    }
  }

  /// Whether a line is several numbers.
  static func isRow(_ line: [UInt8]) -> Bool {
    guard let fields = try? fields(line, delimiter(of: line), line: 1) else { return false }
    return fields.count > 1 && fields.allSatisfy(isNumber)
  }

  private static func isNumber(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return CSVNumber(bytes.span, 0..<bytes.count) != nil
  }

  // MARK: Labels

  /// Which columns are labels, as the user says, or their names; nil where neither does.
  private static func labels(
    _ wanted: Settings.Label?, names: [String]?, columnCount: Int
  ) throws -> [Bool]? {
    var isLabel = [Bool](repeating: false, count: columnCount)
    switch wanted {
    case .absent?: break
    case .all?: isLabel = isLabel.map { _ in true }
    case .first?, .last?:
      let column = wanted == .first ? 0 : columnCount - 1
      // A pixel by its name is no label where another column could be.
      let others = names.map(besidePixels) ?? []
      guard others.isEmpty || others.contains(column) else {
        throw CSVError.labelsInside(others.compactMap { names?[$0] })
      }
      isLabel[column] = true
    case .named(let name)?:
      guard let names else {
        throw UsageError.conflict(
          "there is no header that names a column '\(name)' (expected first, last or none)")
      }
      guard let column = names.firstIndex(of: name) else {
        throw UsageError.unknown(what: "column", name: name, among: names)
      }
      isLabel[column] = true
    case nil:
      guard let columns = try names.flatMap({ try labelColumns($0) }) else { return nil }
      for column in columns { isLabel[column] = true }
    }
    return isLabel
  }

  /// The label columns by their names; nil where names tell nothing.
  private static func labelColumns(_ names: [String]) throws(CSVError) -> [Int]? {
    let lower = names.map { $0.lowercased() }
    let others = besidePixels(names)
    if !others.isEmpty || lower.contains(where: { $0.hasPrefix("pixel") }) {
      // All at one end, as the sink writes several.
      let isAtEnd =
        others.isEmpty || others == Array(0..<others.count)
        || others == Array(names.count - others.count..<names.count)
      guard isAtEnd else { throw .labelsInside(others.map { names[$0] }) }
      return others
    }
    // What the sink calls the columns of labels alone.
    if lower.allSatisfy({ $0.hasPrefix("label") }) { return Array(lower.indices) }
    let known: Set = ["label", "labels", "class", "target", "y", "digit", "category"]
    let found = lower.indices.filter { known.contains(lower[$0]) || lower[$0].hasSuffix("_label") }
    return found.count == 1 ? found : nil
  }

  /// The columns that are no pixels by their names; none where pixels have no names of their own.
  private static func besidePixels(_ names: [String]) -> [Int] {
    let lower = names.map { $0.lowercased() }
    guard let stem = lower.contains(where: { $0.hasPrefix("pixel") }) ? "pixel" : series(lower)
    else { return [] }
    return lower.indices.filter { !lower[$0].hasPrefix(stem) }
  }

  /// What most names have before their number: `p` of p0, p1, p2; nil where they are no such series.
  private static func series(_ names: [String]) -> String? {
    var counts: [Substring: Int] = [:]
    for name in names {
      let stem = name.prefix { !$0.isNumber }
      if !stem.isEmpty, stem.count < name.count { counts[stem, default: 0] += 1 }
    }
    return counts.first { $0.value > 2 && $0.value * 2 > names.count }.map { String($0.key) }
  }

  /// Without names: one column more than a picture has pixels is the label.
  private static func guessed(
    _ columnCount: Int, pixelCount: Int?, _ lookAtEnds: () throws -> CSVEnds
  ) throws -> [Bool] {
    var isLabel = [Bool](repeating: false, count: columnCount)
    // Grey before colour: 784 columns are 28 x 28, not a label and 3 x 261 pixels.
    let guesses = [(1, 1), (0, 1), (1, 3), (0, 3)]
    let guess = guesses.first { labelCount, channels in
      let count = columnCount - labelCount
      return pixelCount.map { $0 == count }
        ?? (count % channels == 0 && side(count / channels) != nil)
    }
    guard let (labelCount, _) = guess else {
      throw CSVError.labelUnknown(columnCount: columnCount)
    }
    if labelCount == 0, pixelCount != nil { return isLabel }
    let (first, last) = try lookAtEnds().areLabels
    guard labelCount == 1 ? first != last : !first && !last else {
      throw CSVError.labelUnknown(columnCount: columnCount)
    }
    if labelCount == 1 { isLabel[first ? 0 : columnCount - 1] = true }
    return isLabel
  }

  /// The side of a square of so many pixels.
  static func side(_ count: Int) -> Int? {
    guard count > 0 else { return nil }
    let root = Int(Double(count).squareRoot().rounded())
    return root * root == count ? root : nil
  }
}

/// One column of a line.
struct CSVField {
  /// The text without spaces around it and without quotes.
  let content: Range<Int>
  /// Where its delimiter is, or the end of the line.
  let end: Int

  /// Finds the column that begins at a position; nil where a quote is not closed.
  @inline(__always)
  init?(_ line: Span<UInt8>, at start: Int, _ delimiter: UInt8) {
    var first = start
    let limit = line.count
    while first < limit, line[first] == 0x20, delimiter != 0x20 { first += 1 }
    if first < limit, line[first] == 0x22 {
      var close = first + 1
      while close < limit, line[close] != 0x22 { close += 1 }
      var end = close + 1
      while end < limit, line[end] == 0x20, delimiter != 0x20 { end += 1 }
      guard close < limit, end == limit || line[end] == delimiter else { return nil }
      content = first + 1..<close
      self.end = end
      return
    }
    var end = first
    while end < limit, line[end] != delimiter { end += 1 }
    self.end = end
    var last = end
    while last > first, line[last - 1] == 0x20 { last -= 1 }
    content = first..<last
  }
}
