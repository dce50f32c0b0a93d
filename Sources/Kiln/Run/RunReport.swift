/// What a run has done.
public struct RunReport: Sendable {
  /// One split of the outputs.
  public struct Split: Sendable {
    /// The split's name.
    public let name: String
    /// Samples in it.
    public let count: Int
    /// Samples of each label, smallest label first; nil where labels are missing or no classes.
    public let labelCounts: [(label: Int64, count: Int)]?
    /// The content digest, in hexadecimal; nil where no output keeps the pixels.
    public let digest: String?
    /// Whether all samples of a label stand together, label after label.
    var areLabelsGrouped = false
  }

  /// One output.
  public struct Output: Sendable {
    /// The format's name.
    public let format: String
    /// Where it is.
    public let path: String
    /// What the sink has written.
    public let sink: SinkReport
    /// Time that workers spent on this output, in seconds, all together.
    public let seconds: Double
  }

  /// What the samples are.
  public let schema: Schema
  /// The splits, in order.
  public let splits: [Split]
  /// The outputs, in the order asked for.
  public internal(set) var outputs: [Output]
  /// Time from start to end, in seconds.
  public internal(set) var seconds: Double

  /// The published data set that the source was recognised as.
  public internal(set) var knownName: String?
  /// What has been done to its samples to correct them, in words.
  public internal(set) var corrections: [String] = []
  /// What a user should know of how the source was read: what was concluded from values alone, and what
  /// lies there and is not read; and of what an output lacks.
  public internal(set) var remarks: [String] = []

  /// Samples in all splits together.
  public var count: Int { splits.reduce(0) { $0 + $1.count } }

  /// Whether an output holds the pixels exactly: beside lossy ones alone, digests would be those of nothing
  /// that was written.
  public var isLossless: Bool { outputs.isEmpty || outputs.contains { $0.sink.isLossless } }

  /// Says which splits were cut from samples in the order of their labels, and so may lack some.
  /// - Parameter cuts: for each split, whether it is a part of a longer one.
  /// - Returns: one remark at most.
  func remarks(onCuts cuts: [Bool]) -> [String] {
    let grouped = zip(splits, cuts).filter { $0.areLabelsGrouped && $1 }.map(\.0)
    let labels = Set(splits.flatMap { $0.labelCounts ?? [] }.map(\.label))
    let knownCount = max(labels.count, schema.labels?.classNames.count ?? 0)
    // A hundred samples stand like this by chance only where nearly all have the same label; five have a
    // single one of many labels as rarely.
    let isSure = grouped.contains { split in
      split.count >= 100 && knownCount > 1
        || split.count >= 5 && split.labelCounts?.count == 1 && knownCount >= 5
    }
    guard isSure else { return [] }
    let names = grouped.map(\.name)
    return [
      "label after label in \(Spelling.list(names)): --limit and --holdout take samples in the order in"
        + " which they stand"
    ]
  }

  /// The data set for manifests and `--json`: type, shape, classes, counts and digests.
  /// - Parameter isExact: whether the output's pixels can be got back; else digests would mislead.
  /// - Returns: the fields that manifests and reports share.
  func description(ofPixels isExact: Bool) -> [String: JSON] {
    var fields: [String: JSON] = [
      "dtype": .text(schema.elementType.rawValue),
      "shape": .array(schema.sampleShape.map(JSON.integer)),
      "layout": .text(schema.channelOrder.rawValue),
      "pixel_scale": .text(schema.pixelScale.text),
      "splits": .object(
        Dictionary(uniqueKeysWithValues: splits.map { ($0.name, json($0, isExact: isExact)) })),
    ]
    if let labels = schema.labels {
      fields["classes"] = .array(labels.classNames.map(JSON.text))
      var description: [String: JSON] = [
        "columns": .array(labels.columns.map(JSON.text)),
        "dtype": .text(labels.elementType.rawValue),
      ]
      if labels.isOneHot { description["one_hot"] = .boolean(true) }
      fields["labels"] = .object(description)
    }
    return fields
  }

  private func json(_ split: Split, isExact: Bool) -> JSON {
    var fields: [String: JSON] = [
      "count": .integer(split.count),
      "digest": isExact ? split.digest.map(JSON.text) ?? .null : .null,
    ]
    if let counts = split.labelCounts {
      fields["labels"] = .object(
        Dictionary(uniqueKeysWithValues: counts.map { (String($0.label), JSON.integer($0.count)) }))
    }
    return .object(fields)
  }

  /// The whole report for `--json`.
  public var json: JSON {
    var fields = description(ofPixels: isLossless)
    fields["lossless"] = .boolean(isLossless)
    fields["seconds"] = .number(seconds)
    fields["dataset"] = knownName.map(JSON.text) ?? .null
    fields["corrections"] = .array(corrections.map(JSON.text))
    fields["remarks"] = .array(remarks.map(JSON.text))
    fields["outputs"] = .array(
      outputs.map {
        .object([
          "format": .text($0.format), "path": .text($0.path),
          "files": .integer($0.sink.fileCount), "bytes": .integer($0.sink.byteCount),
          "lossless": .boolean($0.sink.isLossless), "seconds": .number($0.seconds),
        ])
      })
    return .object(fields)
  }
}
