/// The smallest and largest value of each label column, found by looking at all labels.
struct LabelRanges: Sendable {
  /// One range a column; nil while no label of it was seen.
  private(set) var columns: [ClosedRange<Int64>?]

  init(columnCount: Int) { columns = Array(repeating: nil, count: columnCount) }

  /// Widens the ranges to hold labels, samples x columns.
  mutating func add(_ labels: [Int64]) {
    for column in columns.indices {
      var (low, high) = (Int64.max, Int64.min)
      for index in stride(from: column, to: labels.count, by: columns.count) {
        low = min(low, labels[index])
        high = max(high, labels[index])
      }
      if low <= high { widen(column, to: low...high) }
    }
  }

  /// Widens the ranges to hold those of as many columns.
  mutating func add(_ other: LabelRanges) {
    for (column, range) in other.columns.enumerated() {
      if let range { widen(column, to: range) }
    }
  }

  private mutating func widen(_ column: Int, to range: ClosedRange<Int64>) {
    let before = columns[column] ?? range
    columns[column] =
      min(range.lowerBound, before.lowerBound)...max(range.upperBound, before.upperBound)
  }
}
