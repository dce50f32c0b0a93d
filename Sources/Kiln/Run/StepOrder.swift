/// Where in the order of the samples something happens.
///
/// What is wrong behind the last batch of a strand has the number of the next strand's first batch, and comes
/// before it.
struct BatchPlace: Comparable {
  /// The number of the batch, counted through all strands.
  let sequence: Int
  /// The strand that it is of.
  let strand: Int

  static func < (first: BatchPlace, second: BatchPlace) -> Bool {
    (first.sequence, first.strand) < (second.sequence, second.strand)
  }
}

/// The ordered steps of batches that are done, until those of all batches before them are.
struct StepOrder {
  private var waiting: [Int: (place: BatchPlace, steps: [OrderedStep])] = [:]
  private var next = 0
  private var hasWorker = false

  /// Takes the steps of a batch.
  /// - Returns: whether it is for the caller to do what can be done now, by ``take()``; else another worker
  ///   is at it.
  mutating func add(_ steps: [OrderedStep], at place: BatchPlace) -> Bool {
    waiting[place.sequence] = (place, steps)
    defer { hasWorker = true }
    return !hasWorker
  }

  /// The steps of the batch whose turn it is; nil where that is not done yet, and the worker may leave.
  mutating func take() -> (place: BatchPlace, steps: [OrderedStep])? {
    guard let turn = waiting.removeValue(forKey: next) else {
      hasWorker = false
      return nil
    }
    next += 1
    return turn
  }
}
