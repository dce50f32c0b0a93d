/// Carries out a pipeline: the steps of a run, in order.
public struct Runner: Sendable {
  /// How many workers a run can have; what lies outside is brought to the nearest end.
  package static let jobCounts = WorkerPool.workerCounts

  private let pipeline: Pipeline
  private let jobs: Int
  private let cancellation: Cancellation
  private let fetcher: Fetcher
  private let watch: (@Sendable (Progress) -> Void)?

  /// Prepares a run.
  /// - Parameters:
  ///   - pipeline: what to do.
  ///   - jobs: how many workers, at least 1; nil for one a core.
  ///   - cancellation: asks the run to stop.
  ///   - fetcher: fetches a source that is named by a data set's name or by a URL; nil for the usual one.
  ///   - watch: gets the progress after every batch, on any thread.
  public init(
    _ pipeline: Pipeline, jobs: Int? = nil, cancellation: Cancellation = Cancellation(),
    fetcher: Fetcher? = nil, watch: (@Sendable (Progress) -> Void)? = nil
  ) {
    self.pipeline = pipeline
    self.jobs = WorkerPool.workerCount(for: jobs)
    self.cancellation = cancellation
    self.fetcher = fetcher ?? Fetcher(cancellation: cancellation)
    self.watch = watch
  }

  /// Runs the pipeline; all outputs appear, or none.
  ///
  /// Where outputs are replaced, all are complete before the first one is: only on a file system that
  /// cannot exchange two names can a rename that is refused leave some of them new and others old.
  /// - Throws: ``StageError``, ``UsageError`` or ``Interruption``; but for such a rename, destinations are
  ///   then as they were.
  public func run() throws -> RunReport {
    let start = ContinuousClock.now
    var request = pipeline.source
    request.splits = pipeline.usedSplits
    let fetched = try SourceFetch(request, by: fetcher)
    let source = try SourceFormat.openFiles(
      of: fetched.request, among: pipeline.sourceFormats, jobs: jobs, cancellation: cancellation
    ).source
    let (plan, steps) = try prepare(source.dataset)
    try check(plan.dataset, source)
    let outputs = try begin(plan.dataset)
    defer { Self.discard(outputs.map(\.staged)) }
    let pass = Pass(
      source: source, plan: plan, steps: steps, slots: outputs.map(\.slot),
      hashes: outputs.contains { $0.slot.sink.keepsPixels })
    let splits = try pass.run(jobs: jobs, cancellation: cancellation, watch: watch)
    var report = RunReport(
      schema: plan.schema, splits: splits, outputs: [], seconds: 0, knownName: source.knownName,
      corrections: source.corrections, remarks: source.remarks)
    let cuts = plan.parts.map { $0.range.count < source.dataset.splits[$0.sourceSplit].count }
    report.remarks += report.remarks(onCuts: cuts)
    // Flushing what was written can take as long as writing it.
    watch?(
      Progress(
        stage: .write, samples: report.count, totalSamples: report.count,
        byteCount: report.count * plan.schema.sampleByteCount))
    try finish(outputs, source, fetched, &report)
    report.seconds = start.secondsToNow
    return report
  }

  // MARK: The steps

  private func prepare(_ dataset: Dataset) throws -> (Plan, [BatchStep]) {
    var plan = Plan(dataset)
    for step in pipeline.steps { step.conversion.declare(in: &plan) }
    var steps: [BatchStep] = []
    for step in pipeline.steps {
      let batchStep = try at(.convert, "--\(step.name)") {
        try step.conversion.prepare(&plan)
      }
      if let batchStep { steps.append(batchStep) }
    }
    return (plan, steps)
  }

  /// Refuses what cannot work before anything is read or created.
  private func check(_ dataset: Dataset, _ source: any Source) throws {
    if pipeline.outputs.isEmpty { throw UsageError.missing(what: "an output (--to FORMAT=PATH)") }
    try at(.convert, nil) { try SplitFileNames.check(dataset.splits) }
    for output in pipeline.outputs {
      try at(.write, output.format.name) { try output.format.check(dataset, output.options) }
    }
    let manifests = pipeline.outputs.filter { $0.format.output == .file }
      .map { Path.withoutTrailingSlashes($0.path) + "." + StagedOutput.manifestName }
    let directories = pipeline.outputs.filter { $0.format.output == .directory }.map(\.path)
    try OutputPlaces.check(
      pipeline.outputs.map(\.path), directories: directories, manifests: manifests, source.files,
      source.folders)
  }

  /// An output on its way.
  private struct RunningOutput {
    let request: Pipeline.Output
    let staged: StagedOutput
    let slot: SinkSlot
  }

  /// Makes the places of all outputs, then opens their sinks.
  private func begin(_ dataset: Dataset) throws -> [RunningOutput] {
    var staged: [StagedOutput] = []
    do {
      for output in pipeline.outputs {
        try at(.write, nil) {
          staged.append(
            try StagedOutput(output.format.output, at: output.path, existing: pipeline.existing))
        }
      }
      return try zip(pipeline.outputs, staged).map { output, staged in
        let (name, options) = (output.format.name, output.options)
        let sink = try at(.write, name) {
          try output.format.open(SinkRequest(dataset: dataset, options: options, output: staged))
        }
        return RunningOutput(
          request: output, staged: staged, slot: SinkSlot(name: name, sink: sink))
      }
    } catch {
      Self.discard(staged)
      throw error
    }
  }

  /// Backwards: the first one made the directories that the others share.
  private static func discard(_ staged: [StagedOutput]) {
    for output in staged.reversed() { output.discard() }
  }

  private func finish(
    _ outputs: [RunningOutput], _ source: any Source, _ fetched: SourceFetch,
    _ report: inout RunReport
  ) throws {
    let summary = RunSummary(digests: report.splits.compactMap(\.digest))
    let sinks = try outputs.map { output in
      try output.slot.run { try output.slot.sink.finish(summary) }
    }
    report.remarks += zip(outputs, sinks).flatMap { output, sink in
      sink.remarks.map { "\(output.request.path): \($0)" }
    }
    let files = try at(.decode, nil) {
      try source.files.map { file in
        let sha256 = try file.sha256()
        try file.checkUnchanged()
        return (name: file.name, byteCount: file.byteCount, sha256: sha256)
      }
    }
    for (file, known) in zip(source.files, files) {
      try fetched.check(file.path, sha256: known.sha256)
    }
    let folders = source.folders.compactMap { folder in
      folder.record().map { (name: folder.name, record: $0) }
    }
    for (output, sink) in zip(outputs, sinks) {
      let manifest = Manifest(
        pipeline: pipeline, output: output.request, sources: files, folders: folders,
        known: (source.knownName, source.corrections), report: report, sink: sink)
      try at(.write, output.slot.name) {
        let staged = output.staged
        let name =
          staged.kind == .directory
          ? StagedOutput.manifestName : staged.companion("." + StagedOutput.manifestName)
        try staged.writeFile(name, Array(try manifest.json.text().utf8))
      }
    }
    if cancellation.isCancelled { throw Interruption() }
    try Self.publish(outputs.map(\.staged))
    report.outputs = zip(outputs, sinks).map { output, sink in
      RunReport.Output(
        format: output.slot.name, path: output.request.path, sink: sink,
        seconds: output.slot.seconds)
    }
  }

  /// Gives all outputs their names; when one cannot have its own, those before it are taken back, and
  /// what they had replaced is there again.
  private static func publish(_ staged: [StagedOutput]) throws {
    for (position, output) in staged.enumerated() {
      do {
        try at(.write, nil) { try output.place() }
      } catch {
        for earlier in staged[..<position].reversed() { earlier.withdraw() }
        throw error
      }
    }
    for output in staged { output.settle() }
  }
}

extension ContinuousClock.Instant {
  fileprivate var secondsToNow: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - self).components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
