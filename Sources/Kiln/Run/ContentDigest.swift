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
  /// - Returns: the rest, to be done in order.
  func add(_ batch: Batch) -> OrderedStep {
    let end = batch.firstIndex + batch.count
    // Of a batch of large samples, a run is only a part.
    guard batch.firstIndex % Self.runLength == 0, end % Self.runLength == 0 || end == count else {
      return { self.addInOrder(batch) }
    }
    let digests = Self.runDigests(batch)
    return {
      self.state.withLock { state in for digest in digests { state.whole.update(digest.span) } }
    }
  }

  /// The digest of each run of a batch that begins with one, two runs at a time.
  private static func runDigests(_ batch: Batch) -> [[UInt8]] {
    let pixels = batch.pixels.span
    let (sampleBytes, columns) = (batch.sampleByteCount, batch.labelColumnCount)
    func labels(_ samples: Range<Int>) -> [UInt8] {
      ElementType.int64.bytes(of: Array(batch.labels[samples.scaled(by: columns)]))
    }
    var digests: [[UInt8]] = []
    var even = SHA256()
    var odd = SHA256()
    for start in stride(from: 0, to: batch.count, by: 2 * runLength) {
      let run = start..<min(start + runLength, batch.count)
      let next = run.upperBound..<min(run.upperBound + runLength, batch.count)
      SHA256.update(
        &even, with: pixels.extracting(run.scaled(by: sampleBytes)),
        &odd, with: pixels.extracting(next.scaled(by: sampleBytes)))
      SHA256.update(&even, with: labels(run).span, &odd, with: labels(next).span)
      digests.append(even.finish())
      if !next.isEmpty { digests.append(odd.finish()) }
    }
    return digests
  }

  /// Hashes samples that make up less than a run.
  private func addInOrder(_ batch: Batch) {
    let (sampleBytes, columns) = (batch.sampleByteCount, batch.labelColumnCount)
    state.withLock { state in
      var next = 0
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
