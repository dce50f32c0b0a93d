/// The content digests of one pass: those of what comes out, and those of what goes in where the source has
/// recorded them.
struct PassDigests {
  /// Of what comes out, one for each part of the plan; nil where nobody asks.
  let outputs: [ContentDigest?]
  /// Of what goes in, before any conversion: for parts that are whole splits whose digest is known, unless what
  /// comes out is the same.
  let inputs: [ContentDigest?]
  private let source: any Source
  private let plan: Plan
  /// The digests on record, one for each part; nil where there is none to compare with.
  private let recorded: [String?]

  /// - Parameters:
  ///   - source: where the samples come from.
  ///   - plan: what becomes of them.
  ///   - isUnchanged: whether no batch is changed on its way.
  ///   - isWanted: whether anybody asks for the digests of what comes out.
  init(_ source: any Source, _ plan: Plan, isUnchanged: Bool, isWanted: Bool) {
    self.source = source
    self.plan = plan
    let (stored, made) = (source.dataset, plan.schema)
    let digests = source.recordedDigests
    recorded = plan.parts.map { part in
      guard part.sourceSplit < digests.count,
        part.range == 0..<stored.splits[part.sourceSplit].count
      else { return nil }
      return digests[part.sourceSplit]
    }
    // Type and shape are a part of the digest.
    let isSame =
      isUnchanged && made.elementType == stored.schema.elementType
      && made.sampleShape == stored.schema.sampleShape
    outputs = zip(plan.parts, recorded).map { part, recorded in
      guard isWanted || isSame && recorded != nil else { return nil }
      return ContentDigest(schema: made, count: part.range.count)
    }
    inputs = zip(plan.parts, recorded).map { part, recorded in
      guard recorded != nil, !isSame else { return nil }
      return ContentDigest(schema: stored.schema, count: part.range.count)
    }
  }

  /// Compares what went by with what the source has recorded; call once, in the end.
  /// - Returns: the digests of what came out.
  /// - Throws: ``StageError`` that names the split which is not what it was.
  func finish() throws(StageError) -> [String?] {
    let made = outputs.map { $0?.finish() }
    for (position, part) in plan.parts.enumerated() {
      guard let expected = recorded[position],
        let found = inputs[position]?.finish() ?? made[position], found != expected
      else { continue }
      throw StageError(
        .decode, file: source.files.first?.name,
        UnsupportedError(
          "split '\(part.name)' has the digest \(found), expected \(expected)"
            + " (damaged since it was written: make it again)"))
    }
    return made
  }
}
