/// The digest of a split's pixels and labels, the same for every container that holds them.
///
/// SHA-256 over a line of type and shape (`u8 60000x28x28\n`), then the SHA-256 of each run of 1,024
/// samples: pixels, row-major and little-endian, then that run's labels as little-endian i64.
/// Runs are hashed side by side; their digests are gathered in order.
final class ContentDigest: Sendable {
  /// Samples in a run; whoever works on ranges of samples starts them at multiples of it.
  static let runLength = 1024

  private struct State: ~Copyable {
    var whole = SHA256()
    var run = SHA256()
    var labelsOfRun: [Int64] = []
    var samplesInRun = 0

    mutating func endRun() {
      run.update(ElementType.int64.bytes(of: labelsOfRun).span)
      whole.update(run.finish().span)
      labelsOfRun.removeAll(keepingCapacity: true)
      samplesInRun = 0
    }
  }

  private let state: Locked<State>

  init(schema: Schema, count: Int) {
    var start = State()
    let shape = ([count] + schema.sampleShape).map(String.init).joined(separator: "x")
    start.whole.update("\(schema.elementType) \(shape)\n")
    state = Locked(start)
  }

  /// Hashes a batch, as far as that can be done out of order.
  /// - Returns: the rest, to be done in order.
  func add(_ batch: Batch) -> OrderedStep {
    guard batch.firstIndex % Self.runLength == 0, batch.count >= Self.runLength else {
      return { self.addInOrder(batch, from: 0) }
    }
    let runCount = batch.count / Self.runLength
    let sampleBytes = batch.pixels.count / batch.count
    let columns = batch.labels.count / batch.count
    var hash = SHA256()
    let digests = (0..<runCount).map { run in
      let samples = run * Self.runLength..<(run + 1) * Self.runLength
      let labels = Array(batch.labels[samples.scaled(by: columns)])
      hash.update(batch.pixels.span.extracting(samples.scaled(by: sampleBytes)))
      hash.update(ElementType.int64.bytes(of: labels).span)
      return hash.finish()
    }
    return {
      self.state.withLock { state in for digest in digests { state.whole.update(digest.span) } }
      self.addInOrder(batch, from: runCount * Self.runLength)
    }
  }

  /// Hashes samples that make up less than a run.
  private func addInOrder(_ batch: Batch, from first: Int) {
    guard first < batch.count else { return }
    let sampleBytes = batch.pixels.count / batch.count
    let columns = batch.labels.count / batch.count
    state.withLock { state in
      var next = first
      while next < batch.count {
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
    state.withLock { state in
      if state.samplesInRun > 0 { state.endRun() }
      return hexadecimal(state.whole.finish())
    }
  }
}
