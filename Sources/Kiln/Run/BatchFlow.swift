/// Moves batches from a source through conversions into sinks, on all workers, in bounded memory.
///
/// Reading goes first whenever there is room, since inflating a file cannot be split up; a worker
/// that has nothing else to do reads ahead in the next file. Each batch is then decoded, converted,
/// hashed and encoded as one job beside others, and its ordered steps are done when those of all
/// batches before it are. A failure lets the batches before it finish and stops the rest, so that the
/// failure reported is the same for any number of workers.
final class BatchFlow: Sendable {
  private struct State {
    var window: ReadingWindow
    var order = StepOrder()
    /// Whether the sinks have seen the first batch.
    var hasBegun = false
    var failure: (place: BatchPlace, error: any Error)?

    /// Keeps the earliest failure.
    mutating func fail(_ place: BatchPlace, _ error: any Error) {
      if !isStopped(at: place) { failure = (place, error) }
    }

    /// Whether nothing that happens there matters any more.
    func isStopped(at place: BatchPlace) -> Bool { failure.map { $0.place <= place } ?? false }
  }

  private let pool: WorkerPool
  private let source: any Source
  private let plan: Plan
  private let steps: [BatchStep]
  private let digests: PassDigests
  private let statistics: LabelStatistics
  private let slots: [SinkSlot]
  private let cancellation: Cancellation
  /// One lane of reading for each file, or pair of files.
  private let strands: [Lane<PartReader>]
  private let state: Locked<State>
  /// Gets the samples and bytes of each batch.
  private let progress: @Sendable (Int, Int) -> Void

  init(
    pool: WorkerPool, source: any Source, plan: Plan, steps: [BatchStep],
    digests: PassDigests, statistics: LabelStatistics, slots: [SinkSlot],
    cancellation: Cancellation, progress: @escaping @Sendable (Int, Int) -> Void
  ) {
    self.pool = pool
    self.source = source
    self.plan = plan
    self.steps = steps
    self.digests = digests
    self.statistics = statistics
    self.slots = slots
    self.cancellation = cancellation
    self.progress = progress
    let sampleByteCount = max(
      source.dataset.schema.batchByteCount, plan.schema.batchByteCount)
    let batchCount = Batch.preferredCount(sampleByteCount: sampleByteCount)
    var sequence = 0
    strands = PartReader.runs(of: plan.parts).map { run in
      defer {
        sequence += plan.parts[run].reduce(0) {
          $0 + ($1.range.count + batchCount - 1) / batchCount
        }
      }
      return Lane(
        on: pool,
        PartReader(
          source, plan.parts, run, firstSequence: sequence, batchCount: batchCount,
          background: Background(pool: pool), cancellation: cancellation))
    }
    let window = ReadingWindow(
      strandCount: strands.count,
      capacity: ReadingWindow.capacity(
        workerCount: pool.workerCount, sampleByteCount: sampleByteCount))
    state = Locked(State(window: window))
  }

  /// Moves all batches.
  /// - Throws: the failure with the lowest sample index.
  func run() throws {
    startStrands()
    pool.drain()
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
  }

  // MARK: Reading

  /// Starts the strand whose turn it is, and the one behind it once all sinks have begun.
  private func startStrands() {
    let new = state.withLock { $0.window.start(ahead: $0.hasBegun) }
    for strand in new { goOnReading(strand) }
  }

  private func goOnReading(_ strand: Int) {
    let isCurrent = state.withLock { $0.window.current == strand }
    strands[strand].async(isCurrent ? .first : .whenIdle) { self.readNext(strand, &$0) }
  }

  private func readNext(_ strand: Int, _ reader: inout PartReader) {
    let sequence = reader.sequence
    let mayRead = state.withLock { state in
      !state.isStopped(at: BatchPlace(sequence: sequence, strand: strand))
        && state.window.takeRoom(for: strand)
    }
    guard mayRead else { return }
    do {
      if cancellation.isCancelled { throw Interruption() }
      guard let samples = try reader.next() else { return endStrand(strand) }
      let first = sequence == 0 ? try begin(samples) : nil
      pool.async { self.process(samples, strand, decoded: first) }
    } catch {
      complete(sequence, strand, .failure(error))
    }
    goOnReading(strand)
  }

  private func endStrand(_ strand: Int) {
    let woken = state.withLock { state in
      state.window.finish(strand)
      return state.window.giveRoomBack(of: strand)
    }
    for strand in woken { goOnReading(strand) }
    startStrands()
  }

  // MARK: Working on one batch

  /// Shows the first batch to the sinks before any batch is written.
  private func begin(_ samples: PartReader.Samples) throws -> Decoded {
    let first = try decode(samples)
    for slot in slots { try slot.run { try slot.sink.begin(first.batch) } }
    state.withLock { $0.hasBegun = true }
    startStrands()
    return first
  }

  /// A batch as the sinks see it.
  private struct Decoded {
    let batch: Batch
    /// What is left to be hashed of it as it was before.
    let hashing: OrderedStep?
  }

  private func decode(_ samples: PartReader.Samples) throws -> Decoded {
    let (pixels, labels) = try samples.pending.decode()
    try source.checkNotCutShort()
    var batch = Batch(
      split: samples.part, firstIndex: samples.index, count: samples.count, pixels: pixels,
      labels: labels)
    let hashing = digests.inputs[samples.part]?.add(batch)
    try at(.convert, plan.parts[samples.part].name) { for step in steps { try step(&batch) } }
    return Decoded(batch: batch, hashing: hashing)
  }

  private func process(_ samples: PartReader.Samples, _ strand: Int, decoded: Decoded?) {
    let sequence = samples.sequence
    let place = BatchPlace(sequence: sequence, strand: strand)
    guard !cancellation.isCancelled, !state.withLock({ $0.isStopped(at: place) })
    else { return complete(sequence, strand, .failure(Interruption())) }
    do {
      complete(sequence, strand, .success(try write(try decoded ?? decode(samples))))
    } catch {
      complete(sequence, strand, .failure(error))
    }
  }

  /// Offers a batch to all sinks; of several faults, the one of the first sample counts.
  private func write(_ decoded: Decoded) throws -> [OrderedStep] {
    let batch = decoded.batch
    statistics.add(batch)
    var ordered = [decoded.hashing].compactMap(\.self)
    if let step = digests.outputs[batch.split]?.add(batch) { ordered.append(step) }
    var faults: [any Error] = []
    for slot in slots {
      do {
        guard let step = try slot.run({ try slot.sink.write(batch) }) else { continue }
        ordered.append { try slot.run(step) }
      } catch {
        faults.append(error)
      }
    }
    if let first = faults.min(by: { $0.sampleIndex < $1.sampleIndex }) { throw first }
    let (samples, bytes) = (batch.count, batch.pixels.count)
    ordered.append { [progress] in progress(samples, bytes) }
    return ordered
  }

  // MARK: In order

  private func complete(
    _ sequence: Int, _ strand: Int, _ outcome: Result<[OrderedStep], any Error>
  ) {
    let place = BatchPlace(sequence: sequence, strand: strand)
    let starts = state.withLock { state in
      if case .failure(let error) = outcome { state.fail(place, error) }
      return state.order.add((try? outcome.get()) ?? [], at: place)
    }
    if starts { doSteps() }
  }

  /// Does the steps of all batches that are complete up to the first one that is not.
  private func doSteps() {
    while true {
      let next = state.withLock { state in
        state.order.take().map { place, steps in
          (place: place, steps: state.isStopped(at: place) ? [] : steps)
        }
      }
      guard let next else { return }
      do {
        for step in next.steps { try step() }
      } catch {
        state.withLock { $0.fail(next.place, error) }
      }
      let woken = state.withLock { $0.window.giveRoomBack(of: next.place.strand) }
      for strand in woken { goOnReading(strand) }
    }
  }
}

extension Error {
  /// The sample that the error is about; the last one there can be where it is about none.
  fileprivate var sampleIndex: Int {
    ((self as? StageError)?.reason as? SampleError)?.index ?? .max
  }
}

extension Source {
  /// Makes sure that no zeros were read in the place of what a mapped file had.
  fileprivate func checkNotCutShort() throws {
    guard MappedFile.wasCutShort else { return }
    let file = files.first { (try? SourceFile(path: $0.path))?.byteCount != $0.byteCount }
    throw StageError(
      .decode, file: file?.name, FileError.changed(file?.path ?? "a file"))
  }
}
