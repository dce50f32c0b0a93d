/// One way through a source: every batch is converted, counted, hashed and offered to the sinks.
///
/// Without sinks it only looks.
struct Pass {
  let source: any Source
  let plan: Plan
  var steps: [BatchStep] = []
  var slots: [SinkSlot] = []
  /// Whether content digests are asked for: hashing float pixels on their way to JPEG takes 8 % of a run.
  var hashes = true

  /// Moves all batches.
  /// - Parameters:
  ///   - jobs: how many workers, at least 1; fewer where memory is limited.
  ///   - cancellation: asks the pass to stop.
  ///   - watch: gets the progress after every batch, on any thread.
  /// - Returns: what went by, split by split.
  /// - Throws: the failure with the lowest sample index; else what the source's own digests tell.
  func run(
    jobs: Int, cancellation: Cancellation, watch: (@Sendable (Progress) -> Void)?
  ) throws -> [RunReport.Split] {
    let workerCount = WorkerPool.countWithRoom(upTo: jobs)
    guard workerCount > 0 else {
      throw StageError(
        .decode, file: nil,
        UnsupportedError("too little memory left for a run (raise the limit with ulimit -v)"))
    }
    let dataset = plan.dataset
    let digests = PassDigests(source, plan, isUnchanged: steps.isEmpty, isWanted: hashes)
    let statistics = LabelStatistics(dataset)
    try BatchFlow(
      pool: WorkerPool(workerCount: workerCount), source: source, plan: plan, steps: steps,
      digests: digests, statistics: statistics, slots: slots, cancellation: cancellation,
      progress: progress(watch)
    ).run()
    let found = try digests.finish()
    return dataset.splits.enumerated().map { position, split in
      RunReport.Split(
        name: split.name, count: split.count,
        labelCounts: plan.schema.labels == nil ? nil : statistics.counts(ofSplit: position),
        digest: hashes ? found[position] : nil,
        areLabelsGrouped: statistics.areGrouped(inSplit: position))
    }
  }

  private func progress(_ watch: (@Sendable (Progress) -> Void)?) -> @Sendable (Int, Int) -> Void {
    guard let watch else { return { _, _ in } }
    let total = plan.dataset.count
    // Where nothing is written, samples are only looked at.
    let stage = slots.isEmpty ? Stage.decode : .convert
    let done = Locked((samples: 0, bytes: 0))
    return { samples, bytes in
      let (samples, bytes) = done.withLock { done in
        done.samples += samples
        done.bytes += bytes
        return done
      }
      watch(
        Progress(stage: stage, samples: samples, totalSamples: total, byteCount: bytes))
    }
  }
}
