import Synchronization

/// Moves batches from a source through conversions into sinks, on all workers, in bounded memory.
///
/// Reading goes first whenever there is room, since inflating a file cannot be split up; a worker
/// that has nothing else to do reads ahead in the next file. Each batch is then decoded, converted,
/// hashed and encoded as one job beside others, and its ordered steps are done when those of all
/// batches before it are. A failure lets the batches before it finish and stops the rest, so that the
/// failure reported is the same for any number of workers.
final class BatchFlow: Sendable {
  /// A sink with the time that its jobs took.
  final class Slot: Sendable {
    let name: String
    let sink: any Sink
    private let busy = Atomic<Int64>(0)

    init(name: String, sink: any Sink) {
      self.name = name
      self.sink = sink
    }

    var seconds: Double { Double(busy.load(ordering: .relaxed)) / 1e9 }

    /// Runs a part of the sink's work, timed and with its name on failures.
    func run<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
      let start = ContinuousClock.now
      defer {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        busy.add(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
      }
      return try at(.write, name, body)
    }
  }

  /// Where in the order of the samples something happens.
  ///
  /// What is wrong behind the last batch of a strand has the number of the next strand's first batch,
  /// and comes before it.
  private struct Place: Comparable {
    let sequence: Int
    let strand: Int

    static func < (first: Place, second: Place) -> Bool {
      (first.sequence, first.strand) < (second.sequence, second.strand)
    }
  }

  private struct State {
    /// What is known of each lane of reading.
    var strands: [Strand]
    /// The first strand that is not read to its end.
    var current = 0
    var startedCount = 0
    /// Whether the sinks have seen the first batch.
    var hasBegun = false
    var completed: [Int: (steps: [OrderedStep], strand: Int)] = [:]
    var nextInOrder = 0
    var isDoingSteps = false
    var failure: (place: Place, error: any Error)?

    struct Strand {
      /// Batches that are read and not yet done.
      var inFlight = 0
      var isParked = false
      var isFinished = false
    }

    /// Keeps the earliest failure.
    mutating func fail(_ place: Place, _ error: any Error) {
      if !isStopped(at: place) { failure = (place, error) }
    }

    /// Whether nothing that happens there matters any more.
    func isStopped(at place: Place) -> Bool { failure.map { $0.place <= place } ?? false }
  }

  private let pool: WorkerPool
  private let source: any Source
  private let plan: Plan
  private let steps: [BatchStep]
  /// One for each split; nil where nobody asks for them.
  private let digests: [ContentDigest]?
  private let statistics: LabelStatistics
  private let slots: [Slot]
  private let cancellation: Cancellation
  private let window: Int
  /// One lane of reading for each file, or pair of files.
  private let strands: [Lane<PartReader>]
  private let state: Locked<State>
  private let progress: @Sendable (Batch) -> Void

  init(
    pool: WorkerPool, source: any Source, plan: Plan, steps: [BatchStep],
    digests: [ContentDigest]?, statistics: LabelStatistics, slots: [Slot],
    cancellation: Cancellation, progress: @escaping @Sendable (Batch) -> Void
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
    // Samples that are larger than a batch count as several.
    let room = pool.workerCount + pool.waitingBatchCount
    window = max(2, room / max(1, sampleByteCount >> 20))
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
    state = Locked(State(strands: strands.map { _ in State.Strand() }))
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
    let new = state.withLock { state in
      let wanted = min(strands.count, state.current + (state.hasBegun ? 2 : 1))
      let new = state.startedCount..<max(wanted, state.startedCount)
      state.startedCount = new.upperBound
      return new
    }
    for strand in new { goOnReading(strand) }
  }

  private func goOnReading(_ strand: Int) {
    let isCurrent = state.withLock { $0.current == strand }
    strands[strand].async(isCurrent ? .first : .whenIdle) { self.readNext(strand, &$0) }
  }

  private func readNext(_ strand: Int, _ reader: inout PartReader) {
    let sequence = reader.sequence
    let mayRead = state.withLock { state in
      guard !state.isStopped(at: Place(sequence: sequence, strand: strand)) else { return false }
      state.strands[strand].isParked = state.strands[strand].inFlight >= window
      if !state.strands[strand].isParked { state.strands[strand].inFlight += 1 }
      return !state.strands[strand].isParked
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
    state.withLock { state in
      state.strands[strand].inFlight -= 1
      state.strands[strand].isFinished = true
      while state.current < state.strands.count, state.strands[state.current].isFinished {
        state.current += 1
      }
    }
    startStrands()
  }

  // MARK: Working on one batch

  /// Shows the first batch to the sinks before any batch is written.
  private func begin(_ samples: PartReader.Samples) throws -> Batch {
    let batch = try decode(samples)
    for slot in slots { try slot.run { try slot.sink.begin(batch) } }
    state.withLock { $0.hasBegun = true }
    startStrands()
    return batch
  }

  private func decode(_ samples: PartReader.Samples) throws -> Batch {
    let (pixels, labels) = try samples.pending.decode()
    try source.checkNotCutShort()
    var batch = Batch(
      split: samples.part, firstIndex: samples.index, count: samples.count, pixels: pixels,
      labels: labels)
    try at(.convert, plan.parts[samples.part].name) { for step in steps { try step(&batch) } }
    return batch
  }

  private func process(_ samples: PartReader.Samples, _ strand: Int, decoded: Batch?) {
    let sequence = samples.sequence
    let place = Place(sequence: sequence, strand: strand)
    guard !cancellation.isCancelled, !state.withLock({ $0.isStopped(at: place) })
    else { return complete(sequence, strand, .failure(Interruption())) }
    do {
      complete(sequence, strand, .success(try write(try decoded ?? decode(samples))))
    } catch {
      complete(sequence, strand, .failure(error))
    }
  }

  /// Offers a batch to all sinks; of several faults, the one of the first sample counts.
  private func write(_ batch: Batch) throws -> [OrderedStep] {
    statistics.add(batch)
    var ordered: [OrderedStep] = []
    if let step = digests?[batch.split].add(batch) { ordered.append(step) }
    var faults: [any Error] = []
    for slot in slots {
      do {
        guard let step = try slot.run({ try slot.sink.write(batch) }) else { continue }
        ordered.append { try slot.run(step) }
      } catch {
        faults.append(error)
      }
    }
    let index = { (error: any Error) in
      ((error as? StageError)?.reason as? SampleError)?.index ?? .max
    }
    if let first = faults.min(by: { index($0) < index($1) }) { throw first }
    ordered.append { [progress] in progress(batch) }
    return ordered
  }

  // MARK: In order

  private func complete(
    _ sequence: Int, _ strand: Int, _ outcome: Result<[OrderedStep], any Error>
  ) {
    let starts = state.withLock { state in
      state.completed[sequence] = ((try? outcome.get()) ?? [], strand)
      if case .failure(let error) = outcome {
        state.fail(Place(sequence: sequence, strand: strand), error)
      }
      defer { state.isDoingSteps = true }
      return !state.isDoingSteps
    }
    if starts { doSteps() }
  }

  /// Does the steps of all batches that are complete up to the first one that is not.
  private func doSteps() {
    while true {
      let next: (place: Place, steps: [OrderedStep])? = state.withLock { state in
        let sequence = state.nextInOrder
        guard let (steps, strand) = state.completed.removeValue(forKey: sequence) else {
          state.isDoingSteps = false
          return nil
        }
        state.nextInOrder += 1
        let place = Place(sequence: sequence, strand: strand)
        return (place, state.isStopped(at: place) ? [] : steps)
      }
      guard let next else { return }
      do {
        for step in next.steps { try step() }
      } catch {
        state.withLock { $0.fail(next.place, error) }
      }
      let wakesReader = state.withLock { state in
        let strand = next.place.strand
        state.strands[strand].inFlight -= 1
        defer { state.strands[strand].isParked = false }
        return state.strands[strand].isParked
      }
      if wakesReader { goOnReading(next.place.strand) }
    }
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
