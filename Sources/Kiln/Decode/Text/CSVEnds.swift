/// The values of a table's first and last column, all rows of them: what tells where labels are.
///
/// Pictures have their corners there. A corner is nearly always black, or it takes on all shades; labels are
/// few whole numbers, each of them often. A wrong guess would go unnoticed, so whatever lies in
/// between is for the user to say.
struct CSVEnds: Sendable {
  /// What one column holds.
  struct Column: Sendable {
    /// How often each value occurs; nil where there are more of them than any labels have.
    private(set) var counts: [Double: Int]? = [:]
    private var brokenCount = 0
    private(set) var least = Double.infinity
    private(set) var greatest = -Double.infinity
    private var rowCount = 0

    /// ImageNet's first edition has 21,841 classes.
    private static let maximumValueCount = 1 << 15

    fileprivate mutating func add(_ value: Double?) {
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

    /// Digits and letters; a corner that changes at all changes more.
    private static let fewClasses = 25.0
    /// With more values than this, they could as well be shades.
    private static let manyClasses = 128
    /// How often each label is there at least, on average, where there are more than a few.
    private static let rowsPerClass = 5

    /// Whether the values are such as labels are.
    /// - Parameter inside: the values of all columns between; nil where too few are known.
    /// - Returns: whether that is plain.
    func looksLikeLabels(besides inside: ClosedRange<Double>?) -> Bool {
      guard areWhole, let counts, !counts.isEmpty, share <= 0.8 else { return false }
      return greatest - least <= Self.fewClasses || exceeds(inside)
        || counts.count <= Self.manyClasses && rowCount >= Self.rowsPerClass * counts.count
    }

    /// Whether these could be labels, most of which are of one class.
    var couldBeUneven: Bool {
      areWhole && (counts?.count ?? 0) > 1 && share < 0.98
        && greatest - least <= Self.fewClasses
    }

    /// Whether there are values that no pixel has.
    func exceeds(_ inside: ClosedRange<Double>?) -> Bool {
      guard let inside else { return false }
      return greatest > 2 * inside.upperBound || least < min(0, 2 * inside.lowerBound)
    }

    /// Whether the values are far below those of pixels.
    func fallsShort(of inside: ClosedRange<Double>?) -> Bool {
      areWhole && inside.map { 2 * greatest < $0.upperBound } ?? false
    }
  }

  private(set) var first = Column()
  private(set) var last = Column()

  /// Adds a row.
  /// - Parameters:
  ///   - line: its bytes, without the end of the line.
  ///   - delimiter: what separates columns.
  ///   - skipped: columns at the front that are not looked at.
  mutating func add(_ line: Span<UInt8>, _ delimiter: UInt8, skipped: Int) {
    var start = 0
    for _ in 0..<skipped {
      guard let field = CSVField(line, at: start, delimiter) else { return }
      start = field.end + 1
    }
    guard start <= line.count, let front = CSVField(line, at: start, delimiter) else { return }
    var end = line.count
    while end > start, line[end - 1] != delimiter { end -= 1 }
    guard let back = CSVField(line, at: end, delimiter) else { return }
    first.add(Self.number(line, front.content))
    last.add(Self.number(line, back.content))
  }

  private static func number(_ line: Span<UInt8>, _ content: Range<Int>) -> Double? {
    Double(String(decoding: content.map { line[$0] }, as: UTF8.self))
  }

  /// Which end has the labels: true for the first column; nil where that is not certain.
  /// - Parameter inside: the values of the columns between; nil where too few are known.
  /// - Returns: false for the last column.
  func firstIsLabel(besides inside: ClosedRange<Double>?) -> Bool? {
    let isLabel = (first.looksLikeLabels(besides: inside), last.looksLikeLabels(besides: inside))
    switch isLabel {
    case (true, false): return last.couldBeUneven ? nil : true
    case (false, true): return first.couldBeUneven ? nil : false
    case (false, false): return nil
    case (true, true):
      let exceeds = (first.exceeds(inside), last.exceeds(inside))
      return exceeds.0 == exceeds.1 ? nil : exceeds.0
    }
  }

  /// Whether one of the ends may hold labels, although all columns together could be a picture.
  /// - Parameter inside: the values of the columns between; nil where too few are known.
  /// - Returns: whether the user has to say.
  func mayHoldLabels(besides inside: ClosedRange<Double>?) -> Bool {
    [first, last].contains {
      $0.looksLikeLabels(besides: inside) && ($0.fallsShort(of: inside) || $0.exceeds(inside))
    }
  }
}
