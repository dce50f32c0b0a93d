/// Whether class names that a user gives fit the labels of a source.
enum ClassNames {
  /// Refuses names that would leave a label without one, or give one to two classes.
  /// - Throws: ``UsageError`` that says which label or name.
  static func check(_ given: [String]?, of labels: LabelSchema?) throws(UsageError) {
    guard let given else { return }
    var seen: Set<String> = []
    if let name = given.first(where: { !seen.insert($0).inserted }) {
      throw .conflict(
        "--classes has the name '\(name.printable)' twice: each class needs one of its own")
    }
    guard let labels, let range = labels.isOneHot ? columns(labels) : labels.range else { return }
    let label = range.lowerBound < 0 ? range.lowerBound : range.upperBound
    guard label < 0 || label >= Int64(given.count) else { return }
    throw .conflict("label \(label) has no name: --classes gives \(given.count) of them, from 0")
  }

  /// Of one-hot labels, each column is a class.
  private static func columns(_ labels: LabelSchema) -> ClosedRange<Int64>? {
    0...Int64(max(0, labels.columns.count - 1))
  }
}
