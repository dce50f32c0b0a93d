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

  /// What values alone have told of the labels of tables, and what is passed over, in words.
  static func remarks(of layouts: [CSVLayout]) -> [String] {
    var remarks: [String] = []
    if let concluded = layouts.first(where: \.isConcluded) {
      let labels =
        switch concluded.sampleRuns.map(\.meaning) {
        case [.label, .pixel]: "labels are in the first column"
        case [.pixel, .label]: "labels are in the last column"
        default: "no column is a label"
        }
      remarks.append("\(labels) (--source-label says otherwise)")
    }
    var others: [String] = []
    for name in layouts.flatMap(\.otherNames) where !others.contains(name) { others.append(name) }
    if !others.isEmpty {
      remarks.append("neither label nor pixel, and not read: \(Spelling.list(others))")
    }
    return remarks
  }

  /// No number needs so many bytes, nor does a name; so a batch of lines has an end.
  var maximumLineByteCount: Int { columnCount * 64 + 4096 }

  /// The runs of what belongs to a sample.
  var sampleRuns: [Run] { runs.filter { $0.meaning != .other } }

  private func count(_ meaning: Run.Meaning) -> Int {
    runs.reduce(0) { $0 + ($1.meaning == meaning ? $1.count : 0) }
  }

  // MARK: Finding out

  /// Tells the columns of a table apart.
  /// - Parameters:
  ///   - head: its first rows.
  ///   - settings: what the user says.
  ///   - rowNumbers: the names of columns that may number the rows, as ``CSVRowNumbers`` has found.
  ///   - lookAtEnds: looks at the columns at both ends, in all rows, where only they can tell.
  /// - Throws: ``CSVError``, or ``UsageError`` for a column that is not there.
  init(
    of head: CSVHead, _ settings: CSVSettings, rowNumbers: Set<String>,
    lookAtEnds: (_ delimiter: UInt8, _ hasHeader: Bool, _ skipped: Int) throws -> CSVEnds
  ) throws {
    let names = head.names
    (delimiter, hasHeader) = (head.delimiter, head.hasHeader)
    let numbering = hasHeader ? Self.numbering(names, rowNumbers, settings.label) : []
    let kept = names.indices.filter { !numbering.contains($0) }
    let keptNames = kept.map { names[$0] }
    let told = try Self.labels(
      settings.label, names: hasHeader ? keptNames : nil, columnCount: kept.count)
    if told == nil, head.rows.isEmpty, settings.pixelCount == nil,
      !CSVPixelNames.areTold(by: keptNames)
    {
      throw CSVError.noRows
    }
    // Who gives a shape that takes all columns has said that there is no label.
    isConcluded = told == nil && settings.pixelCount != kept.count
    let isLabel =
      try told
      ?? Self.guessed(kept.count, pixelCount: settings.pixelCount) {
        try lookAtEnds(head.delimiter, head.hasHeader, kept.first ?? 0)
      }
    var meanings = [Run.Meaning](repeating: .other, count: names.count)
    for (column, isLabel) in zip(kept, isLabel) { meanings[column] = isLabel ? .label : .pixel }
    var others = numbering.sorted().filter { !CSVRowNumbers.isUnnamed(names[$0]) }
    // Who names the label of a table that names its pixels means no other column to be one.
    if hasHeader, settings.label?.isOfUser == true {
      let strangers = (CSVPixelNames.others(in: keptNames) ?? []).map { kept[$0] }
        .filter { meanings[$0] == .pixel }
      for column in strangers { meanings[column] = .other }
      others += strangers
    }
    if hasHeader {
      try CSVPixelNames.checkOrder(Self.columns(.pixel, meanings).map { names[$0] })
    }
    otherNames = others.map { names[$0] }
    runs = Self.runs(of: meanings)
    let labels = Self.columns(.label, meanings)
    labelNames =
      hasHeader && labels.count > 1
      ? labels.map { names[$0] }
      : (labels.count == 1 ? ["label"] : labels.indices.map { "label\($0)" })
  }

  private static func columns(_ meaning: Run.Meaning, _ meanings: [Run.Meaning]) -> [Int] {
    meanings.indices.filter { meanings[$0] == meaning }
  }

  private static func runs(of meanings: [Run.Meaning]) -> [Run] {
    var runs: [Run] = []
    for meaning in meanings {
      if let last = runs.last, last.meaning == meaning {
        runs[runs.count - 1] = Run(meaning: meaning, count: last.count + 1)
      } else {
        runs.append(Run(meaning: meaning, count: 1))
      }
    }
    return runs
  }

  /// The columns that number the rows: at the front, as pandas writes them unless it is told not to, or
  /// anywhere beside pixels that have names of their own.
  private static func numbering(
    _ names: [String], _ rowNumbers: Set<String>, _ wanted: CSVSettings.Label?
  ) -> Set<Int> {
    let front = names.indices.dropLast().prefix { rowNumbers.contains(names[$0]) }
    var found = Set(front)
    let others = Set(CSVPixelNames.others(in: names) ?? [])
    let beside = others.subtracting(front).filter { rowNumbers.contains(names[$0]) }
    // One alone is the label, whatever it is called.
    if beside.count < others.subtracting(front).count { found.formUnion(beside) }
    // Who says that one of them is the label knows better.
    return found.filter { column in
      switch wanted {
      case .named(names[column]): false
      case .last: column < names.count - 1
      case .first: column > 0 || others.isEmpty || !found.isSuperset(of: others)
      default: true
      }
    }
  }

  // MARK: Labels

  /// Which columns are labels, as the user says, or their names; nil where neither does.
  private static func labels(
    _ wanted: CSVSettings.Label?, names: [String]?, columnCount: Int
  ) throws -> [Bool]? {
    var isLabel = [Bool](repeating: false, count: columnCount)
    switch wanted {
    case .absent?: break
    case .several(let count, let areLast)?:
      let columns = isLabel.indices
      for column in areLast ? columns.suffix(count) : columns.prefix(count) {
        isLabel[column] = true
      }
    case .first?, .last?:
      let column = wanted == .first ? 0 : columnCount - 1
      // A pixel by its name is no label where another column could be.
      let others = names.flatMap(CSVPixelNames.others) ?? []
      guard others.isEmpty || others.contains(column) else {
        throw CSVError.labelIsPixel(
          names?[column] ?? "", beside: others.compactMap { names?[$0] })
      }
      isLabel[column] = true
    case .named(let name)?:
      isLabel[try CSVSettings.column(name, of: names, count: columnCount)] = true
    case nil:
      guard let columns = try names.flatMap({ try labelColumns($0) }) else { return nil }
      for column in columns { isLabel[column] = true }
    }
    return isLabel
  }

  /// The label columns by their names; nil where names tell nothing.
  private static func labelColumns(_ names: [String]) throws(CSVError) -> [Int]? {
    if let others = CSVPixelNames.others(in: names) {
      // A label by its name, or all at one end, as the sink writes several.
      let isAtEnd =
        others.isEmpty || others.count == 1 && isLabel(names[others[0]])
        || others == Array(0..<others.count)
        || others == Array(names.count - others.count..<names.count)
      guard isAtEnd else { throw .labelsInside(others.map { names[$0] }) }
      return others
    }
    // What the sink calls the columns of labels alone.
    if names.allSatisfy({ $0.lowercased().hasPrefix("label") }) { return Array(names.indices) }
    let found = names.indices.filter { isLabel(names[$0]) }
    guard found.count < 2 else { throw .severalLabels(found.map { names[$0] }) }
    return found.isEmpty ? nil : found
  }

  /// Whether a name is one that labels have.
  static func isLabel(_ name: String) -> Bool {
    let known: Set = ["label", "labels", "class", "target", "y", "digit", "category"]
    return known.contains(name.lowercased()) || name.lowercased().hasSuffix("_label")
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
      if let pixelCount {
        throw CSVError.pixelCount(columnCount: columnCount, pixelCount: pixelCount)
      }
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
