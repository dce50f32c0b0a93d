/// Counts the samples of each label, split by split, in any order.
final class LabelStatistics: Sendable {
  /// The runs of equal labels in a batch.
  private struct Runs {
    var count = 0
    var first: Int64 = 0
    var last: Int64 = 0

    mutating func append(_ label: Int64) {
      if count == 0 { first = label }
      if count == 0 || label != last { count += 1 }
      last = label
    }
  }

  private let counts: Locked<[[Int64: Int]]>
  /// By the index of a batch's first sample: a few bytes for a megabyte of pixels.
  private let runs: Locked<[[Int: Runs]]>
  private let columnCount: Int
  private let isOneHot: Bool

  init(_ dataset: Dataset) {
    counts = Locked(dataset.splits.map { _ in [:] })
    runs = Locked(dataset.splits.map { _ in [:] })
    columnCount = dataset.schema.labelColumnCount
    isOneHot = dataset.schema.labels?.isOneHot ?? false
  }

  func add(_ batch: Batch) {
    guard columnCount > 0 else { return }
    var inBatch: [Int64: Int] = [:]
    var runsInBatch = Runs()
    if isOneHot {
      for (position, value) in batch.labels.enumerated() where value == 1 {
        inBatch[Int64(position % columnCount), default: 0] += 1
        runsInBatch.append(Int64(position % columnCount))
      }
    } else {
      countFirstColumn(of: batch.labels, into: &inBatch, &runsInBatch)
    }
    counts.withLock { counts in
      guard counts[batch.split].count <= LabelSchema.maximumClassCount else { return }
      counts[batch.split].merge(inBatch) { $0 + $1 }
    }
    runs.withLock { $0[batch.split][batch.firstIndex] = runsInBatch }
  }

  private func countFirstColumn(
    of labels: [Int64], into counts: inout [Int64: Int], _ runs: inout Runs
  ) {
    // Class labels are small: a table spares a thousand dictionary look-ups for each batch.
    var small = [Int](repeating: 0, count: 256)
    for position in stride(from: 0, to: labels.count, by: columnCount) {
      let label = labels[position]
      runs.append(label)
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

  /// Whether all samples of a label stand together, label after label, several of each.
  func areGrouped(inSplit split: Int) -> Bool {
    let batches = runs.withLock { $0[split] }.sorted { $0.key < $1.key }.map(\.value)
    let joints = zip(batches, batches.dropFirst()).count { $0.last == $1.first }
    let runCount = batches.reduce(0) { $0 + $1.count } - joints
    guard let counts = counts(ofSplit: split), runCount == counts.count else { return false }
    let sampleCount = counts.reduce(0) { $0 + $1.count }
    return sampleCount >= 2 * counts.count
  }
}
