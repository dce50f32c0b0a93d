import Synchronization

/// Moves batches from a source through conversions into sinks, on all workers, in bounded memory.
///
/// Reading is one lane: it goes first whenever there is room, since inflating cannot be split up.
/// Each batch is then decoded, converted, hashed and encoded as one job beside others, and its ordered
/// steps are done when those of all batches before it are. A failure lets the batches before it
/// finish and stops the rest, so that the failure reported is the same for any number of workers.
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

  private struct State {
    /// Batches that are read and not yet done.
    var inFlight = 0
    var readerIsParked = false
    var completed: [Int: [OrderedStep]] = [:]
    var nextInOrder = 0
    var isDoingSteps = false
    var failure: (sequence: Int, error: any Error)?

    /// Keeps the failure of the earliest batch.
    mutating func fail(_ sequence: Int, _ error: any Error) {
      if let failure, failure.sequence <= sequence { return }
      failure = (sequence, error)
    }
  }

  /// Samples that were read, with their place in the output.
  private struct Samples: Sendable {
    let sequence: Int
    let part: Int
    let index: Int
    let count: Int
    let pending: PendingSamples

    init(sequence: Int, part: Int, index: Int, count: Int, _ pending: PendingSamples) {
      self.sequence = sequence
      self.part = part
      self.index = index
      self.count = count
      self.pending = pending
    }
  }

  private struct ReadPosition {
    var part = 0
    var index = 0
    var sequence = 0
    var reader: (any SampleReader)?
  }

  private let pool: WorkerPool
  private let source: any Source
  private let plan: Plan
  private let steps: [BatchStep]
  private let digests: [ContentDigest]
  private let statistics: LabelStatistics
  private let slots: [Slot]
  private let cancellation: Cancellation
  private let batchCount: Int
  private let window: Int
  private let reading: Lane<ReadPosition>
  private let state = Locked(State())
  private let progress: @Sendable (Batch) -> Void

  init(
    pool: WorkerPool, source: any Source, plan: Plan, steps: [BatchStep],
    digests: [ContentDigest], statistics: LabelStatistics, slots: [Slot],
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
    batchCount = Batch.preferredCount(
      sampleByteCount: max(
        source.dataset.schema.batchByteCount, plan.schema.batchByteCount))
    // Room for readers to run ahead while workers are busy; more would only hold memory.
    window = pool.workerCount + 6
    reading = Lane(on: pool, ReadPosition())
  }

  /// Moves all batches.
  /// - Throws: the failure with the lowest sample index.
  func run() throws {
    reading.async { self.readNext(&$0) }
    pool.drain()
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
  }

  // MARK: Reading

  private func readNext(_ position: inout ReadPosition) {
    let mayRead = state.withLock { state in
      guard state.failure == nil else { return false }
      state.readerIsParked = state.inFlight >= window
      if !state.readerIsParked { state.inFlight += 1 }
      return !state.readerIsParked
    }
    guard mayRead else { return }
    let sequence = position.sequence
    do {
      if cancellation.isCancelled { throw Interruption() }
      guard let (part, index, count, pending) = try read(&position) else {
        state.withLock { $0.inFlight -= 1 }
        return
      }
      let samples = Samples(sequence: sequence, part: part, index: index, count: count, pending)
      let first = sequence == 0 ? try begin(samples) : nil
      pool.async { self.process(samples, decoded: first) }
    } catch {
      complete(sequence, .failure(error))
    }
    reading.async { self.readNext(&$0) }
  }

  private func read(
    _ position: inout ReadPosition
  ) throws -> (part: Int, index: Int, count: Int, PendingSamples)? {
    while position.part < plan.parts.count {
      let part = plan.parts[position.part]
      let reader = try position.reader ?? open(part, &position)
      let left = part.range.count - position.index
      guard left > 0 else {
        try close(reader, part, &position)
        continue
      }
      let count = min(left, batchCount)
      let pending = try reader.read(count)
      defer {
        position.index += count
        position.sequence += 1
      }
      return (position.part, position.index, count, pending)
    }
    return nil
  }

  private func open(_ part: Plan.Part, _ position: inout ReadPosition) throws -> any SampleReader {
    let reader = try source.reader(
      ofSplit: part.sourceSplit, background: Background(pool: pool))
    position.reader = reader
    var skipped = 0
    while skipped < part.range.lowerBound {
      let count = min(part.range.lowerBound - skipped, batchCount)
      _ = try reader.read(count)
      skipped += count
    }
    return reader
  }

  /// Ends a part; the next one goes on with the same reader where it begins where this one ended.
  private func close(
    _ reader: any SampleReader, _ part: Plan.Part, _ position: inout ReadPosition
  ) throws {
    let readsOn =
      position.part + 1 < plan.parts.count
      && plan.parts[position.part + 1].sourceSplit == part.sourceSplit
      && plan.parts[position.part + 1].range.lowerBound == part.range.upperBound
    if !readsOn {
      if part.range.upperBound == source.dataset.splits[part.sourceSplit].count {
        try reader.finish()
      }
      position.reader = nil
    }
    position.part += 1
    position.index = 0
  }

  // MARK: Working on one batch

  /// Shows the first batch to the sinks before any batch is written.
  private func begin(_ samples: Samples) throws -> Batch {
    let batch = try decode(samples)
    for slot in slots { try slot.run { try slot.sink.begin(batch) } }
    return batch
  }

  private func decode(_ samples: Samples) throws -> Batch {
    let (pixels, labels) = try samples.pending.decode()
    var batch = Batch(
      split: samples.part, firstIndex: samples.index, count: samples.count, pixels: pixels,
      labels: labels)
    try at(.convert, plan.parts[samples.part].name) { for step in steps { try step(&batch) } }
    return batch
  }

  private func process(_ samples: Samples, decoded: Batch?) {
    let sequence = samples.sequence
    guard !cancellation.isCancelled,
      state.withLock({ ($0.failure?.sequence ?? .max) > sequence })
    else { return complete(sequence, .failure(Interruption())) }
    do {
      complete(sequence, .success(try write(try decoded ?? decode(samples))))
    } catch {
      complete(sequence, .failure(error))
    }
  }

  /// Offers a batch to all sinks; of several faults, the one of the first sample counts.
  private func write(_ batch: Batch) throws -> [OrderedStep] {
    statistics.add(batch)
    var ordered = [digests[batch.split].add(batch)]
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

  private func complete(_ sequence: Int, _ outcome: Result<[OrderedStep], any Error>) {
    let starts = state.withLock { state in
      state.completed[sequence] = (try? outcome.get()) ?? []
      if case .failure(let error) = outcome { state.fail(sequence, error) }
      defer { state.isDoingSteps = true }
      return !state.isDoingSteps
    }
    if starts { doSteps() }
  }

  /// Does the steps of all batches that are complete up to the first one that is not.
  private func doSteps() {
    while true {
      let next: (sequence: Int, steps: [OrderedStep])? = state.withLock { state in
        guard let steps = state.completed.removeValue(forKey: state.nextInOrder) else {
          state.isDoingSteps = false
          return nil
        }
        let sequence = state.nextInOrder
        state.nextInOrder += 1
        return (sequence, (state.failure?.sequence ?? .max) > sequence ? steps : [])
      }
      guard let next else { return }
      do {
        for step in next.steps { try step() }
      } catch {
        state.withLock { $0.fail(next.sequence, error) }
      }
      let wakesReader = state.withLock { state in
        state.inFlight -= 1
        defer { state.readerIsParked = false }
        return state.readerIsParked
      }
      if wakesReader { reading.async { self.readNext(&$0) } }
    }
  }
}
