/// The columns at both ends of a table, all rows of them: what tells where labels are.
///
/// A corner of pictures is much like the pixel beside it, and labels are not: they are few whole numbers,
/// each of them often. A wrong guess would go unnoticed, so whatever is not plain is for the user to
/// say.
struct CSVEnds: Sendable {
  private var first = CSVColumn()
  private var second = CSVColumn()
  private var lastButOne = CSVColumn()
  private var last = CSVColumn()

  /// Adds a row.
  /// - Parameters:
  ///   - line: its bytes, without the end of the line.
  ///   - delimiter: what separates columns.
  ///   - skipped: columns at the front that are not looked at.
  mutating func add(_ line: Span<UInt8>, _ delimiter: UInt8, skipped: Int) {
    var start = 0
    for column in 0..<skipped + 2 {
      guard start <= line.count, let field = CSVField(line, at: start, delimiter) else { return }
      if column == skipped { first.add(Self.number(line, field.content)) }
      if column == skipped + 1 { second.add(Self.number(line, field.content)) }
      start = field.end + 1
    }
    let end = Self.fieldStart(line, before: line.count, delimiter)
    if let field = CSVField(line, at: end, delimiter) { last.add(Self.number(line, field.content)) }
    guard end > 0 else { return }
    let before = Self.fieldStart(line, before: end - 1, delimiter)
    if let field = CSVField(line, at: before, delimiter) {
      lastButOne.add(Self.number(line, field.content))
    }
  }

  /// Where the column begins that ends at a position.
  private static func fieldStart(_ line: Span<UInt8>, before end: Int, _ delimiter: UInt8) -> Int {
    var start = end
    while start > 0, line[start - 1] != delimiter { start -= 1 }
    return start
  }

  private static func number(_ line: Span<UInt8>, _ content: Range<Int>) -> Double? {
    CSVNumber(line, content).map { number in
      // Nearly all are whole, and take no text to be made of.
      number.whole.map(Double.init)
        ?? number.double(String(decoding: content.map { line[$0] }, as: UTF8.self))
    }
  }

  /// Which of the ends are labels, and not the corners of pictures.
  var areLabels: (first: Bool, last: Bool) {
    (
      first.mayBeLabels && !first.isLike(second), last.mayBeLabels && !last.isLike(lastButOne)
    )
  }
}

/// What one column of a table holds.
private struct CSVColumn: Sendable {
  /// How often each value occurs; nil where there are more of them than any labels have.
  private var counts: [Double: Int]? = [:]
  private var rowCount = 0
  /// Values that are no whole numbers.
  private var brokenCount = 0
  private var least = Double.infinity
  private var greatest = -Double.infinity

  /// ImageNet's first edition has 21,841 classes.
  private static let maximumValueCount = 1 << 15

  mutating func add(_ value: Double?) {
    rowCount += 1
    guard let value, value == value.rounded() else {
      brokenCount += 1
      return
    }
    least = min(least, value)
    greatest = max(greatest, value)
    counts?[value, default: 0] += 1
    if counts?.count ?? 0 > Self.maximumValueCount { counts = nil }
  }

  /// Whether the values are whole numbers, but for some that are damaged: where these are is told later.
  private var areWhole: Bool { brokenCount * 100 <= rowCount }

  /// The part of the rows that has the most frequent value.
  private var share: Double {
    Double(counts?.values.max() ?? 0) / Double(max(1, rowCount))
  }

  /// Digits and letters.
  private static let fewClasses = 25.0
  /// How often each label is there at least, on average, where there are more than a few.
  private static let rowsPerClass = 5

  /// Whether the values could be labels of several classes.
  var mayBeLabels: Bool {
    guard areWhole, let counts, !counts.isEmpty, share <= 0.8 else { return false }
    return greatest - least <= Self.fewClasses || rowCount >= Self.rowsPerClass * counts.count
  }

  private static let tellingRowCount = 10

  /// Whether the values are spread like those of a neighbour.
  func isLike(_ other: CSVColumn) -> Bool {
    // The shares of a few rows are chance, unless nothing changes at all.
    if rowCount < Self.tellingRowCount { return other.share < 1 || share == 1 }
    guard areWhole == other.areWhole, abs(share - other.share) < 0.3 else { return false }
    // Of a column that is nearly constant, its few other values say nothing.
    if max(share, other.share) >= 0.9 { return true }
    let (one, two) = (max(abs(least), abs(greatest)), max(abs(other.least), abs(other.greatest)))
    return max(one, two) <= 2 * min(one, two)
  }
}
