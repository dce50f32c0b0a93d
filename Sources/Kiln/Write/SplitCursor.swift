/// Goes through the splits of a data set in order, those without samples among them.
///
/// Batches come split by split; an output that is written in one go has something to do between them.
struct SplitCursor {
  /// What is due between the samples of two splits.
  enum Turn: Equatable {
    /// The split with this position begins.
    case start(Int)
    /// The split with this position has all its samples.
    case end(Int)
  }

  private let splitCount: Int
  /// The position of the split that is being written; one before the first at the start.
  private var split = -1

  /// Stands before the first split.
  init(_ dataset: Dataset) { splitCount = dataset.splits.count }

  /// Moves on to the split of a batch.
  /// - Returns: what is due before the batch is written, in order; usually nothing.
  mutating func turns(to next: Int) -> [Turn] {
    var turns: [Turn] = []
    while split < next {
      if split >= 0 { turns.append(.end(split)) }
      split += 1
      if split < splitCount { turns.append(.start(split)) }
    }
    return turns
  }

  /// Moves on behind the last split.
  mutating func turnsToEnd() -> [Turn] { turns(to: splitCount) }
}
