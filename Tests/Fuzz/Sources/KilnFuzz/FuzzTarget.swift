@testable import Kiln

/// A decoder that takes bytes from anywhere: it may refuse them, and nothing else.
struct FuzzTarget: Sendable {
  /// The name on the command line.
  let name: String
  /// Small valid inputs from which the fuzzer starts.
  let seeds: @Sendable () throws -> [[UInt8]]
  /// Decodes; throws for what it refuses.
  let decode: @Sendable ([UInt8]) throws -> Void

  /// A decoder that is called directly.
  init(
    _ name: String, seeds: @escaping @Sendable () throws -> [[UInt8]],
    decode: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.decode = decode
  }

  /// A file of some name, opened and read as any user's file is.
  init(
    _ name: String, file fileName: String, seeds: @escaping @Sendable () throws -> [[UInt8]]
  ) {
    let path = Path.join(Scratch.directory, fileName)
    self.init(name, seeds: seeds) { bytes in
      try Scratch.replaceFile(path, bytes)
      try readSource(path, chains[bytes.count % chains.count])
    }
  }
}

/// How much of a source is read: enough to see every way through its reader, however much it promises.
private enum Budget {
  static let byteCount = 8 << 20
  static let batchCount = 64
}

/// Conversions that samples go through as far as they allow it; the length of the input chooses.
private let chains: [[(ConversionFormat, String)]] = [
  [],
  [(.scale, "1/255"), (.normalize, "0.5,0.25"), (.clip, "on"), (.dtype, "i16")],
  [(.transpose, "on"), (.layout, "nchw"), (.flatten, "on")],
  [(.oneHot, "on"), (.holdout, "held=1"), (.limit, "3")],
  [(.clip, "on"), (.dtype, "u8"), (.invert, "on"), (.layout, "nhwc")],
  [(.normalize, "0.1,0.2,0.3/1,2,3"), (.dtype, "f16")],
]

/// What becomes of samples before they are written.
private struct Conversions {
  private var plan: Plan
  private var steps: [BatchStep] = []

  /// Prepares every conversion that the data set allows, and asks every sink whether it would take the rest.
  init(_ dataset: Dataset, _ chain: [(ConversionFormat, String)]) {
    plan = Plan(dataset)
    for (format, value) in chain {
      var changed = plan
      do {
        let conversion = try format.make(value)
        conversion.declare(in: &changed)
        if let step = try conversion.prepare(&changed) { steps.append(step) }
        plan = changed
      } catch {}
    }
    for sink in SinkFormat.all {
      guard let options = try? OptionValues(sink.options) else { continue }
      try? sink.check(plan.dataset, options)
    }
  }

  /// Converts a batch; what the plan promises must come out.
  func apply(to batch: Batch) throws {
    var batch = batch
    for step in steps { try step(&batch) }
    let schema = plan.schema
    precondition(batch.pixels.count == batch.count * schema.sampleByteCount, "converted pixels")
    precondition(batch.labels.count == batch.count * schema.labelColumnCount, "converted labels")
  }
}

/// Opens whatever is at the path, reads all of its splits and converts them.
private func readSource(_ path: String, _ chain: [(ConversionFormat, String)]) throws {
  let source = try SourceFormat.open(SourceRequest(paths: [path])).source
  let schema = source.dataset.schema
  let conversions = Conversions(source.dataset, chain)
  let batchCount = Batch.preferredCount(sampleByteCount: schema.batchByteCount)
  for (position, split) in source.dataset.splits.enumerated() {
    let pool = WorkerPool(workerCount: 1)
    // On failure, too: jobs that wait keep their pool alive.
    defer { pool.drain() }
    let reader = try source.reader(ofSplit: position, background: Background(pool: pool))
    var (left, byteCount, batches) = (split.count, 0, 0)
    while left > 0, byteCount < Budget.byteCount, batches < Budget.batchCount {
      let count = min(left, batchCount)
      let (pixels, labels) = try reader.read(count).decode()
      precondition(pixels.count == count * schema.sampleByteCount, "pixels of another size")
      precondition(labels.count == count * schema.labelColumnCount, "labels of another number")
      // A value that a conversion refuses ends a run, and is no reason to read no further here.
      try? conversions.apply(
        to: Batch(
          split: position, firstIndex: split.count - left, count: count, pixels: pixels,
          labels: labels))
      left -= count
      byteCount += pixels.count
      batches += 1
    }
    if left == 0 { try reader.finish() }
  }
}
