/// The samples that ``StageBenchmark`` measures with, and a directory for what the stages write.
package final class BenchmarkInput {
  /// Which samples these are, for people.
  package let summary: String
  /// Where the stages write; gone after ``close()``.
  package let scratch: String
  /// The images as an IDX file inside gzip.
  let images: SourceFile
  let schema: Schema
  /// All samples of one split in memory, in order.
  let batches: [Batch]

  var count: Int { batches.reduce(0) { $0 + $1.count } }
  var byteCount: Int { batches.reduce(0) { $0 + $1.pixels.count } }

  /// Reads MNIST's training images where they are, and draws as many where they are not.
  /// - Parameters:
  ///   - directory: where MNIST may be.
  ///   - drawnCount: how many to draw, a multiple of six; as many as MNIST has unless told otherwise.
  /// - Throws: any error of reading or writing.
  package init(from directory: String, drawnCount: Int = 60_000) throws {
    let scratch = try Self.makeScratch()
    self.scratch = scratch
    do {
      let request: SourceRequest
      if Path.kind(of: directory) == .directory {
        summary = "MNIST's training images from \(directory)"
        request = SourceRequest(paths: [directory])
      } else {
        summary = "\(drawnCount) drawn digits, as there is no \(directory)"
        request = try Self.draw(drawnCount, into: scratch)
      }
      let source = try SourceFormat.open(request).source
      schema = source.dataset.schema
      guard let images = source.files.first, schema.imageDimensions != nil else {
        throw UnsupportedError("the benchmark needs images in IDX files")
      }
      self.images = images
      batches = try Self.read(source)
    } catch {
      try? Path.removeTree(scratch)
      throw error
    }
  }

  /// Removes the directory.
  package func close() { try? Path.removeTree(scratch) }

  /// Memory where the system offers it as a disk, so that no disk is measured.
  private static func makeScratch() throws -> String {
    let parent =
      Path.kind(of: "/dev/shm") == .directory
      ? "/dev/shm" : Environment.value(of: "TMPDIR") ?? "/tmp"
    // Several runs may go on at the same time.
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    let scratch = Path.join(parent, "kiln-benchmark-\(number)")
    _ = try Path.makeDirectories(scratch)
    return scratch
  }

  /// Writes drawn digits to gzip files like MNIST's.
  private static func draw(_ count: Int, into scratch: String) throws -> SourceRequest {
    let directory = Path.join(scratch, "drawn")
    // Six samples in seven are for training.
    let source = SourceRequest(paths: ["sample:\(count / 6 * 7)"])
    let output = try Pipeline.Output(.idx, at: directory, options: ["gzip": "on"])
    _ = try Runner(Pipeline(source: source, outputs: [output])).run()
    return SourceRequest(paths: [directory])
  }

  private static func read(_ source: any Source) throws -> [Batch] {
    let pool = WorkerPool(workerCount: 1)
    let reader = try source.reader(ofSplit: 0, background: Background(pool: pool))
    let total = source.dataset.splits[0].count
    let step = Batch.preferredCount(sampleByteCount: source.dataset.schema.sampleByteCount)
    let batches = try stride(from: 0, to: total, by: step).map { first in
      let count = min(step, total - first)
      let (pixels, labels) = try reader.read(count).decode()
      return Batch(split: 0, firstIndex: first, count: count, pixels: pixels, labels: labels)
    }
    pool.drain()
    return batches
  }
}
