/// What came of reading an output again and comparing it with its manifest.
public struct Verification: Sendable {
  /// One split of the manifest.
  public struct Split: Sendable {
    /// The split's name.
    public let name: String
    /// Samples that the manifest promises.
    public let count: Int
    /// The content digest that was found; nil where the output is lossy, or the split is missing.
    public let digest: String?
  }

  /// The output's path.
  public let path: String
  /// The name of its format, such as `npy`.
  public let format: String
  /// Whether the output holds its pixels exactly: else digests cannot be compared.
  public let isLossless: Bool
  /// The splits that the manifest promises, in the order in which they are read.
  public let splits: [Split]
  /// What is not as the manifest says; empty where all is.
  public let differences: [String]

  /// Reads an output to its end.
  /// - Parameters:
  ///   - path: the output: a directory, or the file itself.
  ///   - formats: the formats in which it is looked for.
  ///   - jobs: how many workers, at least 1; nil for one a core.
  ///   - cancellation: asks to stop.
  ///   - watch: gets the progress after every batch, on any thread.
  /// - Throws: ``StageError`` for an output that cannot be read, or has no manifest; ``Interruption``.
  public init(
    of path: String, among formats: [SourceFormat] = SourceFormat.all, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation(), watch: (@Sendable (Progress) -> Void)? = nil
  ) throws {
    let record = try at(.decode, path) { try Self.record(of: path) }
    // A directory may be called as the drawn digits are.
    let place = SampleSource.isName(path) ? "./" + path : path
    let request = SourceRequest(paths: [place], correction: .none)
    let source = try Self.source(record, request, among: formats, jobs, cancellation)
    var plan = Plan(source.dataset)
    var steps: [BatchStep] = []
    if let step = try Self.layout(record, &plan) { steps.append(step) }
    // What its paths do not tell of the order cannot be compared.
    let isExact = record.isLossless && record.keepsOrder
    let found = try Pass(source: source, plan: plan, steps: steps, hashes: isExact).run(
      jobs: WorkerPool.workerCount(for: jobs), cancellation: cancellation, watch: watch)
    self.path = path
    format = record.format
    isLossless = record.isLossless
    let order = found.map(\.name)
    let names = record.splits.keys.sorted {
      (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1)
    }
    splits = names.map { name in
      Split(
        name: name, count: record.splits[name]?.count ?? 0,
        digest: found.first { $0.name == name }?.digest)
    }
    // What is remarked on, such as a table of no split, is not in the manifest either.
    differences =
      Self.differences(of: plan.schema, from: record)
      + source.remarks
      + Self.differences(of: found, from: record, names)
      + Self.differences(ofClassesIn: path, from: record)
  }

  private static func source(
    _ record: OutputRecord, _ request: SourceRequest, among formats: [SourceFormat], _ jobs: Int?,
    _ cancellation: Cancellation
  ) throws -> any Source {
    do {
      return try SourceFormat.openFiles(
        of: request, among: formats, jobs: jobs, cancellation: cancellation
      ).source
    } catch is StageError where !SinkFormat.all.contains(where: { $0.name == record.format }) {
      // A client of the library has sinks of its own, and perhaps no source for them.
      throw StageError(
        .decode, file: request.paths.first,
        UnsupportedError("was written as '\(record.format.printable)', which is not read back"))
    }
  }

  private static func record(of path: String) throws -> OutputRecord {
    guard let kind = Path.kind(of: path) else { throw FileError.missing(path) }
    let manifest =
      kind == .directory
      ? Path.join(path, StagedOutput.manifestName)
      : Path.withoutTrailingSlashes(path) + "." + StagedOutput.manifestName
    guard Path.kind(of: manifest) == .file else {
      throw UnsupportedError("has no manifest \(manifest), as every output of kiln convert has")
    }
    do {
      return try OutputRecord(path: manifest)
    } catch let error as FileError {
      throw error
    } catch {
      throw StageError(.decode, file: manifest, error)
    }
  }

  /// Pictures come back with their channels last: their place in what was written is what is compared.
  private static func layout(_ record: OutputRecord, _ plan: inout Plan) throws -> BatchStep? {
    guard record.holdsPictures, record.sampleShape.count == 3,
      plan.schema.sampleShape != record.sampleShape, plan.schema.imageDimensions != nil
    else { return nil }
    return try Layout(record.channelOrder.rawValue).prepare(&plan)
  }

  private static func differences(of schema: Schema, from record: OutputRecord) -> [String] {
    var differences: [String] = []
    let pixels = "\(schema.shapeText) \(schema.elementType)"
    let expected = "\(Schema.text(record.sampleShape)) \(record.elementType)"
    if record.isLossless, pixels != expected {
      differences.append("samples are \(pixels), expected \(expected)")
    }
    let names = schema.labels?.classNames ?? []
    if !names.isEmpty, !record.classNames.isEmpty, names != record.classNames {
      let (name, other) =
        zip(names, record.classNames).first { $0 != $1 }
        ?? ("\(names.count) classes", "\(record.classNames.count)")
      differences.append("a class is '\(name)', expected '\(other)'")
    }
    return differences
  }

  private static func differences(
    of found: [RunReport.Split], from record: OutputRecord, _ names: [String]
  ) -> [String] {
    var differences: [String] = []
    for split in found where record.splits[split.name] == nil {
      differences.append("split '\(split.name)' is not in the manifest")
    }
    for name in names {
      guard let expected = record.splits[name] else { continue }
      guard let split = found.first(where: { $0.name == name }) else {
        // What holds no sample leaves no trace in formats of single files.
        if expected.count > 0 { differences.append("split '\(name)' is missing") }
        continue
      }
      // Equal samples that share a file are fewer; in which splits is not known.
      if record.duplicateCount > 0, split.count < expected.count, split.count > 0 { continue }
      if let difference = difference(of: split, from: expected) {
        differences.append("split '\(name)' \(difference)")
      }
    }
    if record.duplicateCount > 0, differences.isEmpty {
      let count = found.reduce(0) { $0 + $1.count }
      // A manifest may promise anything: what overflows is not what was found.
      let expected = record.splits.values.reduce(0) { $0 &+ $1.count } &- record.duplicateCount
      if count != expected { differences.append("has \(count) samples, expected \(expected)") }
    }
    return differences
  }

  /// The names of classes lie beside pictures once more, for programs that read no manifest.
  private static func differences(
    ofClassesIn path: String, from record: OutputRecord
  ) -> [String] {
    guard record.holdsPictures, !record.classNames.isEmpty else { return [] }
    let names = try? JSON(
      parsing: SourceFile(path: Path.join(path, LabelSchema.classNamesFile)).open()
        .read(OutputRecord.maximumByteCount)
    ).texts
    return names == record.classNames
      ? [] : ["\(LabelSchema.classNamesFile) has other class names, or none"]
  }

  /// The first thing in which a split differs: the others follow from it.
  private static func difference(
    of split: RunReport.Split, from expected: OutputRecord.Split
  ) -> String? {
    guard split.count == expected.count else {
      return "has \(split.count) samples, expected \(expected.count)"
    }
    if let counts = split.labelCounts, let others = expected.labelCounts {
      for (label, count) in counts where others[label] != count {
        return "has \(count) samples of label \(label), expected \(others[label] ?? 0)"
      }
    }
    guard let digest = split.digest else { return nil }
    guard let other = expected.digest else { return "has no content digest in the manifest" }
    return digest == other ? nil : "has the content digest \(digest), expected \(other)"
  }

  /// The report for `--json`.
  public var json: JSON {
    .object([
      "path": .text(path), "format": .text(format), "lossless": .boolean(isLossless),
      "verified": .boolean(differences.isEmpty),
      "differences": .array(differences.map(JSON.text)),
      "splits": .object(
        Dictionary(
          uniqueKeysWithValues: splits.map {
            let fields: [String: JSON] = [
              "count": .integer($0.count), "digest": $0.digest.map(JSON.text) ?? .null,
            ]
            return ($0.name, .object(fields))
          })),
    ])
  }
}
