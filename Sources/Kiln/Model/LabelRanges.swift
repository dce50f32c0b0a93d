/// The smallest and largest value of each label column, found by looking at all labels.
struct LabelRanges: Sendable {
  /// One range a column; nil while no label of it was seen.
  private(set) var byColumn: [ClosedRange<Int64>?]

  init(columnCount: Int) { byColumn = Array(repeating: nil, count: columnCount) }

  /// Widens the ranges to hold labels, samples x columns.
  mutating func add(_ labels: [Int64]) {
    for column in byColumn.indices {
      var (low, high) = (Int64.max, Int64.min)
      for index in stride(from: column, to: labels.count, by: byColumn.count) {
        low = min(low, labels[index])
        high = max(high, labels[index])
      }
      if low <= high { widen(column, to: low...high) }
    }
  }

  /// Widens the range of the only column to hold a label.
  mutating func add(_ label: Int64) {
    precondition(byColumn.count == 1)
    widen(0, to: label...label)
  }

  /// Widens the ranges to hold those of as many columns.
  mutating func add(_ other: LabelRanges) {
    for (column, range) in other.byColumn.enumerated() {
      if let range { widen(column, to: range) }
    }
  }

  private mutating func widen(_ column: Int, to range: ClosedRange<Int64>) {
    let before = byColumn[column] ?? range
    byColumn[column] =
      min(range.lowerBound, before.lowerBound)...max(range.upperBound, before.upperBound)
  }
}

extension LabelSchema {
  /// Describes label columns that were looked through.
  init(
    columns: [String] = ["label"], elementType: ElementType, ranges: LabelRanges,
    classNames: [String]
  ) {
    self.init(columns: columns, elementType: elementType, range: nil, classNames: classNames)
    self.ranges = ranges.byColumn
  }
}
