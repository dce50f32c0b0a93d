/// The digest of a split's pixels and labels, the same for every container that holds them.
///
/// SHA-256 over a line of type and shape (`u8 60000x28x28\n`), then the SHA-256 of each run of 1,024
/// samples: pixels, row-major and little-endian, then that run's labels as little-endian i64.
/// Where a batch holds whole runs, as it does up to 1 KiB a sample, they are hashed in any order, two side by
/// side, and their digests are gathered in order; a run of several batches is hashed as these come in order.
final class ContentDigest: Sendable {
  /// Samples in a run; whoever works on ranges of samples starts them at multiples of it.
  static let runLength = 1024

  /// A run that lies in one batch.
  private struct Run {
    let batch: Batch
    let samples: Range<Int>

    var number: Int { (batch.firstIndex + samples.lowerBound) / ContentDigest.runLength }
    var pixelBytes: Range<Int> { samples.scaled(by: batch.sampleByteCount) }

    var labelBytes: [UInt8] {
      ElementType.int64.bytes(
        of: Array(batch.labels[samples.scaled(by: batch.labelColumnCount)]))
    }
  }

  private struct State: ~Copyable {
    var whole = SHA256()
    /// Digests of runs before which another one is missing.
    var early: [Int: [UInt8]] = [:]
    var nextRun = 0
    /// A run that waits for another one to be hashed with.
    var waiting: Run?
    /// The run that is put together from parts, as they come in order.
    var run = SHA256()
    var runNumber = 0
    var labelsOfRun: [Int64] = []
    var samplesInRun = 0

    mutating func add(_ digest: [UInt8], ofRun number: Int) {
      early[number] = digest
      while let digest = early.removeValue(forKey: nextRun) {
        whole.update(digest.span)
        nextRun += 1
      }
    }

    mutating func endRun() {
      run.update(ElementType.int64.bytes(of: labelsOfRun).span)
      add(run.finish(), ofRun: runNumber)
      labelsOfRun.removeAll(keepingCapacity: true)
      samplesInRun = 0
    }
  }

  private let count: Int
  private let state: Locked<State>

  init(schema: Schema, count: Int) {
    self.count = count
    var start = State()
    let shape = ([count] + schema.sampleShape).map(String.init).joined(separator: "x")
    start.whole.update("\(schema.elementType) \(shape)\n")
    state = Locked(start)
  }

  /// Hashes a batch, as far as that can be done out of order.
  /// - Returns: the rest, to be done in order; nil where there is none.
  func add(_ batch: Batch) -> OrderedStep? {
    let end = batch.firstIndex + batch.count
    // Batches of large samples begin and end inside a run.
    guard batch.firstIndex % Self.runLength == 0, end % Self.runLength == 0 || end == count else {
      return { self.addInOrder(batch) }
    }
    let own = stride(from: 0, to: batch.count, by: Self.runLength).map {
      Run(batch: batch, samples: $0..<min($0 + Self.runLength, batch.count))
    }
    let runs = state.withLock { state in
      var runs = (state.waiting.map { [$0] } ?? []) + own
      state.waiting = runs.count.isMultiple(of: 2) || end == count ? nil : runs.removeLast()
      return runs
    }
    for pair in stride(from: 0, to: runs.count, by: 2) {
      hash(runs[pair], beside: pair + 1 < runs.count ? runs[pair + 1] : nil)
    }
    return nil
  }

  private func hash(_ run: Run, beside other: Run? = nil) {
    var first = SHA256()
    var second = SHA256()
    if let other {
      SHA256.update(
        &first, with: run.batch.pixels.span.extracting(run.pixelBytes),
        &second, with: other.batch.pixels.span.extracting(other.pixelBytes))
      second.update(other.labelBytes.span)
    } else {
      first.update(run.batch.pixels.span.extracting(run.pixelBytes))
    }
    first.update(run.labelBytes.span)
    state.withLock { state in
      state.add(first.finish(), ofRun: run.number)
      if let other { state.add(second.finish(), ofRun: other.number) }
    }
  }

  /// Hashes a batch that begins or ends inside a run.
  private func addInOrder(_ batch: Batch) {
    let (sampleBytes, columns) = (batch.sampleByteCount, batch.labelColumnCount)
    state.withLock { state in
      var next = 0
      while next < batch.count {
        state.runNumber = (batch.firstIndex + next) / Self.runLength
        let samples = next..<min(batch.count, next + Self.runLength - state.samplesInRun)
        state.run.update(batch.pixels.span.extracting(samples.scaled(by: sampleBytes)))
        state.labelsOfRun += batch.labels[samples.scaled(by: columns)]
        state.samplesInRun += samples.count
        if state.samplesInRun == Self.runLength { state.endRun() }
        next = samples.upperBound
      }
    }
  }

  /// The digest of all samples, in hexadecimal; call once, in the end.
  func finish() -> String {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      return state.waiting
    }
    if let waiting { hash(waiting) }
    return state.withLock { state in
      if state.samplesInRun > 0 { state.endRun() }
      return hexadecimal(state.whole.finish())
    }
  }
}
