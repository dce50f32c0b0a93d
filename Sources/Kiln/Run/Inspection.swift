/// What a source is and what it holds.
public struct Inspection: Sendable {
  /// How closely to look.
  public enum Depth: Sendable {
    /// Headers and labels only; no counts, no digests.
    case headers
    /// Every sample, in one pass and in bounded memory.
    case everything
  }

  /// One split of the source.
  public struct Split: Sendable {
    /// The split's name.
    public let name: String
    /// Samples in it.
    public let count: Int
    /// Samples of each label, smallest label first; nil where labels are missing, no classes, or not
    /// looked at.
    public let labelCounts: [(label: Int64, count: Int)]?
    /// The content digest in hexadecimal; nil where the samples were not looked at.
    public let digest: String?
  }

  /// One file that the source is read from.
  public struct File: Sendable {
    /// The last component of its path.
    public let name: String
    /// Its size.
    public let byteCount: Int
    /// The SHA-256 of the whole file in hexadecimal; nil where it was not read.
    public let sha256: String?
  }

  /// A directory of many files that the source is read from.
  public struct Folder: Sendable {
    /// The directory's name, with the split behind it where there are several.
    public let name: String
    /// Files in it.
    public let fileCount: Int
    /// Their bytes and digest; nil where they were not read.
    public let record: SourceFolder.Record?
  }

  /// The name of the source's format, such as `idx`.
  public let format: String
  /// The published data set that the source is recognised as, such as `fashion-mnist`.
  public let knownName: String?
  /// What has been done to its samples to correct them, in words.
  public let corrections: [String]
  /// What a user should know of how the source was read: what was concluded from values alone, and what
  /// lies there and is not read.
  public let remarks: [String]
  /// What the samples are.
  public let schema: Schema
  /// The splits, in order.
  public let splits: [Split]
  /// The files, in order.
  public let files: [File]
  /// The directories of many files, in the order of the splits.
  public let folders: [Folder]

  /// Looks at a source.
  /// - Parameters:
  ///   - request: the source.
  ///   - depth: how closely to look.
  ///   - formats: the formats in which the source is looked for.
  ///   - jobs: how many workers, at least 1; nil for one a core.
  ///   - cancellation: asks to stop.
  ///   - fetcher: fetches a source that is named by a data set's name or by a URL; nil for the usual one.
  ///   - watch: gets the progress after every batch, on any thread.
  /// - Throws: ``StageError``, ``UsageError`` or ``Interruption``.
  public init(
    of request: SourceRequest, _ depth: Depth = .everything,
    among formats: [SourceFormat] = SourceFormat.all, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation(), fetcher: Fetcher? = nil,
    watch: (@Sendable (Progress) -> Void)? = nil
  ) throws {
    let fetched = try SourceFetch(request, by: fetcher ?? Fetcher(cancellation: cancellation))
    let (found, source) = try SourceFormat.openFiles(
      of: fetched.request, among: formats, jobs: jobs, cancellation: cancellation)
    format = found.name
    schema = source.dataset.schema
    var plan = Plan(source.dataset)
    for name in request.splits ?? [] where !plan.parts.contains(where: { $0.name == name }) {
      throw UsageError.unknown(
        what: "split", name: name, among: source.dataset.splits.map(\.name))
    }
    if let wanted = request.splits { plan.parts = plan.parts.filter { wanted.contains($0.name) } }
    switch depth {
    case .headers:
      splits = plan.parts.map {
        Split(name: $0.name, count: $0.range.count, labelCounts: nil, digest: nil)
      }
      files = source.files.map { File(name: $0.name, byteCount: $0.byteCount, sha256: nil) }
    case .everything:
      let pass = Pass(source: source, plan: plan)
      splits = try pass.run(
        jobs: WorkerPool.workerCount(for: jobs), cancellation: cancellation, watch: watch
      ).map {
        Split(name: $0.name, count: $0.count, labelCounts: $0.labelCounts, digest: $0.digest)
      }
      files = try at(.decode, nil) {
        try source.files.map {
          File(name: $0.name, byteCount: $0.byteCount, sha256: try $0.sha256())
        }
      }
      for (file, known) in zip(source.files, files) {
        try known.sha256.map { try fetched.check(file.path, sha256: $0) }
      }
    }
    knownName = source.knownName
    corrections = source.corrections
    remarks = source.remarks
    folders = source.folders.map {
      Folder(
        name: $0.name, fileCount: $0.fileCount, record: depth == .headers ? nil : $0.record())
    }
  }

  /// Samples in all splits together.
  public var count: Int { splits.reduce(0) { $0 + $1.count } }

  /// The report for `--json`: the keys of a manifest, and what only an inspection knows.
  public var json: JSON {
    // A manifest and an inspection of the same samples say the same in the same words.
    let report = RunReport(
      schema: schema,
      splits: splits.map {
        RunReport.Split(
          name: $0.name, count: $0.count, labelCounts: $0.labelCounts, digest: $0.digest)
      }, outputs: [], seconds: 0)
    var fields = report.description(ofPixels: splits.allSatisfy { $0.digest != nil })
    fields["format"] = .text(format)
    fields["dataset"] = knownName.map(JSON.text) ?? .null
    fields["corrections"] = .array(corrections.map(JSON.text))
    fields["remarks"] = .array(remarks.map(JSON.text))
    fields["count"] = .integer(count)
    fields["order"] = .array(splits.map { .text($0.name) })
    if case .object(var labels)? = fields["labels"] {
      labels["range"] =
        schema.labels?.range.map {
          .array([.integer(Int($0.lowerBound)), .integer(Int($0.upperBound))])
        } ?? .null
      fields["labels"] = .object(labels)
    }
    fields["sources"] = .array(
      files.map {
        .object([
          "name": .text($0.name), "bytes": .integer($0.byteCount),
          "sha256": $0.sha256.map(JSON.text) ?? .null,
        ])
      }
        + folders.map {
          .object([
            "name": .text($0.name), "files": .integer($0.fileCount),
            "bytes": $0.record.map { .integer($0.byteCount) } ?? .null,
            "sha256": $0.record.map { .text($0.sha256) } ?? .null,
          ])
        })
    return .object(fields)
  }
}
