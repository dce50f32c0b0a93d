/// Counts the samples of each label, split by split, in any order.
final class LabelStatistics: Sendable {
  private let counts: Locked<[[Int64: Int]]>
  private let columnCount: Int
  private let isOneHot: Bool

  init(_ dataset: Dataset) {
    counts = Locked(dataset.splits.map { _ in [:] })
    columnCount = dataset.schema.labelColumnCount
    isOneHot = dataset.schema.labels?.isOneHot ?? false
  }

  func add(_ batch: Batch) {
    guard columnCount > 0 else { return }
    var inBatch: [Int64: Int] = [:]
    if isOneHot {
      for (position, value) in batch.labels.enumerated() where value == 1 {
        inBatch[Int64(position % columnCount), default: 0] += 1
      }
    } else {
      countFirstColumn(of: batch.labels, into: &inBatch)
    }
    counts.withLock { counts in
      guard counts[batch.split].count <= LabelSchema.maximumClassCount else { return }
      counts[batch.split].merge(inBatch) { $0 + $1 }
    }
  }

  private func countFirstColumn(of labels: [Int64], into counts: inout [Int64: Int]) {
    // Class labels are small: a table spares a thousand dictionary look-ups for each batch.
    var small = [Int](repeating: 0, count: 256)
    for position in stride(from: 0, to: labels.count, by: columnCount) {
      let label = labels[position]
      if 0 <= label, label < 256 {
        small[Int(label)] += 1
      } else {
        counts[label, default: 0] += 1
      }
    }
    for (label, count) in small.enumerated() where count > 0 { counts[Int64(label)] = count }
  }

  /// The samples of each label, smallest label first; nil where there are too many labels to be classes.
  func counts(ofSplit split: Int) -> [(label: Int64, count: Int)]? {
    let counts = counts.withLock { $0[split] }
    guard counts.count <= LabelSchema.maximumClassCount else { return nil }
    return counts.sorted { $0.key < $1.key }.map { (label: $0.key, count: $0.value) }
  }
}
