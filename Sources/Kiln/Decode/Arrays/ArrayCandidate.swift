/// An array that may be part of a data set, known by its name until it is looked at.
struct ArrayCandidate: Sendable {
  /// What the user may call it on the command line.
  let key: String
  /// What messages call it.
  let name: String
  /// Looks at it.
  let open: @Sendable () throws -> SampleArray

  /// Puts images and labels together, by their keys as given or by their usual names.
  /// - Parameters:
  ///   - candidates: every array that there is.
  ///   - keys: what the user says.
  ///   - material: where they are.
  /// - Returns: the splits, train, val and test first, and a remark on arrays that none of them has.
  /// - Throws: ``StageError`` that names the array that does not fit, or lists what there is.
  static func parts(
    of candidates: [ArrayCandidate], _ keys: ArrayKeys?, in material: SourceMaterial
  ) throws -> (parts: [ArraySource.Part], remarks: [String]) {
    let (names, source) = (material.recordedNames, material.description)
    if let keys { return (try named(candidates, keys, source), []) }
    let known = candidates.compactMap { candidate in
      names.array(candidate.key).map { (name: $0, candidate: candidate) }
    }
    // Labels alone are a data set, too, where nothing else could be their images.
    guard
      known.contains(where: { $0.name.role == .images })
        || !known.isEmpty && known.count == candidates.count
    else { return (try unnamed(candidates, source), []) }
    let chosen = try ofOneDataset(known, in: material)
    let parts = try parts(
      of: chosen, wanted: material.request.splits,
      remedy: "choose with --images-key and --labels-key")
    // What has no usual name may be the labels: that they are left out would be noticed too late.
    if !chosen.contains(where: { $0.name.role == .labels }),
      candidates.contains(where: { candidate in
        names.array(candidate.key) == nil
          && parts.contains { candidate.couldBeLabels(of: $0) }
      })
    {
      throw try undecided(candidates, source)
    }
    let knownKeys = Set(known.map(\.candidate.key))
    let others = candidates.map(\.key).filter { !knownKeys.contains($0) }
    return (
      parts,
      others.isEmpty ? [] : ["neither images nor labels, and not read: \(Spelling.list(others))"]
    )
  }

  /// The arrays of the data set that is meant.
  /// - Throws: ``StageError`` that lists the data sets where nothing says which one.
  static func ofOneDataset(
    _ known: [(name: ArrayName, candidate: ArrayCandidate)], in material: SourceMaterial
  ) throws -> [(name: ArrayName, candidate: ArrayCandidate)] {
    let dataset = try DatasetChoice.choose(
      among: known.map(\.name.dataset), wanted: material.request.dataset,
      source: material.description)
    return known.filter { $0.name.dataset == dataset }
  }

  /// Puts together what names say; splits that do not go with those that are taken are not looked at.
  /// - Parameters:
  ///   - chosen: the arrays of one data set.
  ///   - wanted: the splits that will be used, where that is known.
  ///   - remedy: what to do where names do not tell enough.
  /// - Returns: the splits, train, val and test first.
  /// - Throws: ``StageError`` that names the array that does not fit.
  static func parts(
    of chosen: [(name: ArrayName, candidate: ArrayCandidate)], wanted: [String]?, remedy: String
  ) throws -> [ArraySource.Part] {
    // Labels alone are a data set; labels among images have lost theirs.
    let hasImages = chosen.contains { $0.name.role == .images }
    let splits = try Set(chosen.map(\.name.split)).sorted(by: SplitName.precedes).map { split in
      func single(_ role: ArrayName.Role) throws -> ArrayCandidate? {
        let found = chosen.filter { $0.name.split == split && $0.name.role == role }
          .map(\.candidate)
        guard found.count <= 1 else {
          throw StageError(
            .decode, file: found[0].name,
            UnsupportedError("could be the same as \(found[1].name) (\(remedy))"))
        }
        return found.first
      }
      let (images, labels) = (try single(.images), try single(.labels))
      guard images != nil || !hasImages else {
        throw StageError(
          .decode, file: labels?.name,
          UnsupportedError("labels of split '\(split)' have no images beside them (\(remedy))"))
      }
      return (name: split, images: images, labels: labels)
    }
    return try LabelledSplits.choose(among: splits, wanted: wanted) {
      LabelledSplits.Candidate(
        name: $0.name, file: ($0.images ?? $0.labels)?.name, hasLabels: $0.labels != nil)
    }.compactMap { split in
      let labels = try split.labels?.open()
      guard let images = try split.images?.open() else {
        return labels.map { ArraySource.Part(split: split.name, labels: $0) }
      }
      return ArraySource.Part(split: split.name, images: images, labels: labels)
    }
  }

  private static func named(
    _ candidates: [ArrayCandidate], _ keys: ArrayKeys, _ source: String
  ) throws -> [ArraySource.Part] {
    func find(_ path: ArrayKeys.Path) throws -> SampleArray {
      guard let found = candidates.first(where: { $0.key == path.text }) else {
        throw StageError(
          .decode, file: source,
          UnsupportedError("has no array '\(path)'; there are \(try list(candidates))"))
      }
      return try found.open()
    }
    return try keys.parts.map {
      ArraySource.Part(
        split: $0.split ?? "data", images: try find($0.images), labels: try $0.labels.map(find))
    }
  }

  /// One array alone is images; `arr_0` and `arr_1` are what `np.savez(file, images, labels)` writes.
  private static func unnamed(
    _ candidates: [ArrayCandidate], _ source: String
  ) throws -> [ArraySource.Part] {
    if candidates.count == 1 {
      return [ArraySource.Part(split: "data", images: try candidates[0].open(), labels: nil)]
    }
    if let first = candidates.first(where: { $0.key == "arr_0" }),
      let second = candidates.first(where: { $0.key == "arr_1" }), candidates.count == 2
    {
      return [
        ArraySource.Part(split: "data", images: try first.open(), labels: try second.open())
      ]
    }
    throw try undecided(candidates, source)
  }

  private static func undecided(
    _ candidates: [ArrayCandidate], _ source: String
  ) throws -> StageError {
    StageError(
      .decode, file: source,
      UnsupportedError(
        "holds \(try list(candidates)): which are images and which labels?"
          + " (say so with --images-key and --labels-key)"))
  }

  /// Whether the array has one whole number for each image.
  private func couldBeLabels(of part: ArraySource.Part) -> Bool {
    guard let images = part.images, let array = try? open() else { return false }
    return array.shape == [images.count] && !array.elementType.isFloat
  }

  /// More would fill the screen.
  private static let listed = 12

  private static func list(_ candidates: [ArrayCandidate]) throws -> String {
    let texts = candidates.prefix(listed).map { candidate in
      guard let array = try? candidate.open() else { return candidate.key.printable }
      let shape = array.shape.map(String.init).joined(separator: "x")
      return "\(candidate.key.printable) (\(array.elementType) \(shape))"
    }
    let more = candidates.count > listed ? " and \(candidates.count - listed) more" : ""
    return texts.joined(separator: ", ") + more
  }
}
