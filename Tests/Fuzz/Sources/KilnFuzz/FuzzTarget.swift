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
      try readSource(path)
    }
  }
}

/// How much of a source is read: enough to see every way through its reader, however much it promises.
private enum Budget {
  static let byteCount = 8 << 20
  static let batchCount = 64
}

/// Opens whatever is at the path and reads all of its splits.
private func readSource(_ path: String) throws {
  let source = try SourceFormat.open(SourceRequest(paths: [path])).source
  let schema = source.dataset.schema
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
      left -= count
      byteCount += pixels.count
      batches += 1
    }
    if left == 0 { try reader.finish() }
  }
}
