/// What can be read together where some splits have labels and others have none.
///
/// Samples of one data set have the same labels, so it is either the ones or the others.
enum LabelledSplits {
  /// One split, as far as this goes.
  struct Candidate {
    let name: String
    /// What messages call it.
    let file: String?
    let hasLabels: Bool
  }

  /// Finds the splits that are read: all where they go together, else those that are asked for.
  /// - Parameters:
  ///   - splits: those that there are.
  ///   - wanted: the names of those that will be used; nil where nobody says.
  ///   - describe: what matters of a split.
  /// - Returns: those that go together.
  /// - Throws: ``StageError`` that names a split without labels, and what to do about it.
  static func choose<Element>(
    among splits: [Element], wanted: [String]?, _ describe: (Element) -> Candidate
  ) throws(StageError) -> [Element] {
    let candidates = splits.map(describe)
    var positions = Array(splits.indices)
    let isMixed = { (positions: [Int]) in
      Set(positions.map { candidates[$0].hasLabels }).count > 1
    }
    guard isMixed(positions) else { return splits }
    if let wanted {
      positions = positions.filter { wanted.contains(candidates[$0].name) }
      if !positions.isEmpty, !isMixed(positions) { return positions.map { splits[$0] } }
    }
    let labelled = candidates.filter(\.hasLabels).map(\.name).joined(separator: ",")
    throw StageError(
      .decode, file: candidates.first { !$0.hasLabels }?.file,
      UnsupportedError(
        "has no labels, but other splits have (add them, or convert without it: --splits \(labelled))"
      ))
  }
}
