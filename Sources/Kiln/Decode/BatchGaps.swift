/// What is remarked on a data set in several files, `data_batch_1` and so on, of which one is not there.
enum BatchGaps {
  /// - Parameter numbers: of the batches that there are, in any order.
  /// - Returns: one remark, or none where they are whole as far as that can be told.
  static func remarks(_ numbers: some Collection<Int>) -> [String] {
    let found = Set(numbers)
    // One batch alone may be meant so.
    guard found.count > 1, let highest = found.max() else { return [] }
    // Five name what is wrong; a number of nine digits would name very many.
    let missing = (1...max(1, highest)).lazy.filter { !found.contains($0) }.prefix(5)
    let names = missing.map { "data_batch_\($0)" }
    return names.isEmpty ? [] : ["not among the batches: \(names.joined(separator: ", "))"]
  }
}
