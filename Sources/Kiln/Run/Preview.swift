/// Chooses samples of a source for a contact sheet.
///
/// The whole split is read once, so that every class has its chance even where samples are sorted by
/// class; `limit` spares the time where that is long. Memory holds the chosen samples only.
public struct Preview: Sendable, Equatable {
  /// The settings: flags and help are made from them.
  public static let options: [Option] = [
    Option(
      flag: "seed", key: "seed", kind: .integer(0...Int.max), defaultValue: "1",
      summary: "another seed chooses other samples"),
    Option(
      flag: "per-class", key: "per-class", kind: .integer(1...100), defaultValue: "10",
      summary: "samples of each class"),
    Option(
      flag: "columns", key: "columns", kind: .integer(1...100), defaultValue: nil,
      summary: "samples side by side; as many as there are of a class if not given"),
    Option(
      flag: "split", key: "split", kind: .text, defaultValue: nil,
      summary: "the split to choose from; the first one if not given"),
    Option(
      flag: "limit", key: "limit", kind: .integer(1...Int.max), defaultValue: nil,
      summary: "choose from the first samples of the split only"),
  ]

  private let seed: UInt64
  private let perClass: Int
  private let columns: Int?
  private let split: String?
  private let limit: Int?

  /// Reads the settings.
  /// - Parameter values: values for ``options``.
  public init(_ values: OptionValues) {
    func integer(_ key: String) -> Int? { values.text(key).flatMap { Int($0) } }
    seed = UInt64(values.integer("seed"))
    perClass = values.integer("per-class")
    columns = integer("columns")
    split = values.text("split")
    limit = integer("limit")
  }

  /// Makes a contact sheet.
  /// - Parameters:
  ///   - request: the source.
  ///   - formats: the formats in which the source is looked for.
  ///   - jobs: how many workers, at least 1; nil for one a core. The sheet does not depend on it.
  ///   - cancellation: asks to stop.
  ///   - fetcher: fetches a source that is named by a data set's name or by a URL; nil for the usual one.
  ///   - watch: gets the progress after every batch, on any thread.
  /// - Returns: the sheet.
  /// - Throws: ``StageError``, ``UsageError`` or ``Interruption``.
  public func sheet(
    of request: SourceRequest, among formats: [SourceFormat] = SourceFormat.all, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation(), fetcher: Fetcher? = nil,
    watch: (@Sendable (Progress) -> Void)? = nil
  ) throws -> ContactSheet {
    let source = try source(request, among: formats, jobs: jobs, cancellation, fetcher)
    return try sheet(
      of: source, named: request.paths.first,
      jobs: jobs, cancellation: cancellation, watch: watch)
  }

  private func sheet(
    of source: any Source, named name: String?, jobs: Int?, cancellation: Cancellation,
    watch: (@Sendable (Progress) -> Void)?
  ) throws -> ContactSheet {
    let schema = source.dataset.schema
    let plan = try plan(source.dataset)
    let maker = try at(.convert, name) { try ThumbnailMaker(schema) }
    let layout = SheetLayout(
      maker, hasLabels: schema.labelColumnCount > 0, perClass: perClass, columns: columns)
    let choice = SampleChoice(
      schema, maker, seed: seed, perGroup: layout.groupCapacity, groupLimit: layout.groupLimit)
    let pass = Pass(
      source: source, plan: plan, slots: [SinkSlot(name: "preview", sink: choice)],
      hashes: false)
    let splits = try pass.run(
      jobs: WorkerPool.workerCount(for: jobs), cancellation: cancellation, watch: watch)
    return sheet(choice, schema, splits, layout)
  }

  /// Makes a contact sheet and writes it as a PNG file, which appears when it is complete.
  ///
  /// A destination that cannot be used is refused before the source is read.
  /// - Parameters:
  ///   - request: the source.
  ///   - path: where the file appears.
  ///   - existing: what to do where it exists already.
  ///   - formats: the formats in which the source is looked for.
  ///   - jobs: how many workers, at least 1; nil for one a core. The file does not depend on it.
  ///   - cancellation: asks to stop.
  ///   - fetcher: fetches a source that is named by a data set's name or by a URL; nil for the usual one.
  ///   - watch: gets the progress after every batch, on any thread.
  /// - Returns: the sheet.
  /// - Throws: ``StageError``, ``UsageError`` or ``Interruption``; the destination is then as it was.
  public func write(
    _ request: SourceRequest, to path: String, existing: StagedOutput.Existing = .keep,
    among formats: [SourceFormat] = SourceFormat.all, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation(), fetcher: Fetcher? = nil,
    watch: (@Sendable (Progress) -> Void)? = nil
  ) throws -> ContactSheet {
    let source = try source(request, among: formats, jobs: jobs, cancellation, fetcher)
    try OutputPlaces.check([path], source.files, source.folders)
    let output = try at(.write, path) {
      try StagedOutput(.file, at: path, existing: existing, hasManifest: false)
    }
    defer { output.discard() }
    let sheet = try sheet(
      of: source, named: request.paths.first, jobs: jobs, cancellation: cancellation, watch: watch)
    if cancellation.isCancelled { throw Interruption() }
    try at(.write, path) { try sheet.write(to: output) }
    return sheet
  }

  private func source(
    _ request: SourceRequest, among formats: [SourceFormat], jobs: Int?,
    _ cancellation: Cancellation, _ fetcher: Fetcher?
  ) throws -> any Source {
    var request = request
    request.splits = split.map { [$0] }
    let fetched = try SourceFetch(request, by: fetcher ?? Fetcher(cancellation: cancellation))
    return try SourceFormat.openFiles(
      of: fetched.request, among: formats, jobs: jobs, cancellation: cancellation
    ).source
  }

  private func plan(_ dataset: Dataset) throws(UsageError) -> Plan {
    var plan = Plan(dataset)
    if let split {
      plan.parts = plan.parts.filter { $0.name == split }
      guard !plan.parts.isEmpty else {
        throw .unknown(what: "split", name: split, among: dataset.splits.map(\.name))
      }
    }
    plan.parts = Array(plan.parts.prefix(1))
    if let limit {
      for index in plan.parts.indices {
        plan.parts[index].range = plan.parts[index].range.clamped(to: 0..<limit)
      }
    }
    return plan
  }

  private func sheet(
    _ choice: SampleChoice, _ schema: Schema, _ splits: [RunReport.Split], _ layout: SheetLayout
  ) -> ContactSheet {
    let chosen = choice.chosen
    let name = splits.first?.name ?? ""
    let total = splits.first?.count ?? 0
    let counts = splits.first?.labelCounts.map {
      Dictionary(uniqueKeysWithValues: $0.map { ($0.label, $0.count) })
    }
    let leftOut = max(0, (counts?.count ?? 0) - chosen.count)
    let more = leftOut == 0 ? "" : ", \(leftOut) more classes"
    return ContactSheet(
      title: "\(name): \(total) samples, \(schema.shapeText) \(schema.elementType)\(more)",
      leftOutClassCount: leftOut,
      rows: chosen.map { label, samples in
        ContactSheet.Row(
          name: schema.labels.map { $0.className(of: label) },
          count: counts?[label] ?? samples.count, cells: samples.map(\.picture))
      }, layout: layout)
  }
}
