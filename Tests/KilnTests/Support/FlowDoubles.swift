@testable import Kiln

/// A source whose samples are numbers derived from their index, and which can be told to fail.
final class NumberSource: Source {
  let dataset: Dataset
  let files: [SourceFile] = []
  let failsDecoding: Set<Int>
  let failsReading: Int?
  let failsAtEnd: Bool
  /// Batches that are read and not yet let go.
  let inFlight = Locked((now: 0, most: 0))

  init(
    counts: [Int], sampleByteCount: Int = 64 << 10, failsDecoding: Set<Int> = [],
    failsReading: Int? = nil, failsAtEnd: Bool = false, names: [String]? = nil
  ) {
    dataset = Dataset(
      schema: Schema(
        elementType: .uint8, sampleShape: [sampleByteCount / 16, 16],
        labels: LabelSchema(range: 0...9)),
      splits: counts.enumerated().map { Split(name: names?[$0] ?? "split\($0)", count: $1) })
    self.failsDecoding = failsDecoding
    self.failsReading = failsReading
    self.failsAtEnd = failsAtEnd
  }

  var format: SourceFormat {
    SourceFormat(name: "numbers", summary: "", detect: { _ in true }, open: { _, _ in self })
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    Reader(self, split)
  }

  private final class Reader: SampleReader {
    private let source: NumberSource
    private let split: Int
    private var position = 0

    init(_ source: NumberSource, _ split: Int) {
      self.source = source
      self.split = split
    }

    func read(_ count: Int) throws -> PendingSamples {
      let samples = position..<position + count
      if let fault = source.failsReading, samples.contains(fault) {
        throw SampleError(index: fault, reason: "unreadable")
      }
      position += count
      source.inFlight.withLock { inFlight in
        inFlight.now += 1
        inFlight.most = max(inFlight.most, inFlight.now)
      }
      return PendingSamples { [source, split] in
        if let fault = samples.first(where: source.failsDecoding.contains) {
          throw SampleError(index: fault, reason: "undecodable")
        }
        let size = source.dataset.schema.sampleByteCount
        let pixels = makeBytes(capacity: samples.count * size) { cursor in
          for index in samples {
            cursor.append(repeating: UInt8(truncatingIfNeeded: index &* 7 &+ split), count: size)
          }
        }
        return (pixels, samples.map { Int64($0 % 10) })
      }
    }

    func finish() throws {
      if source.failsAtEnd { throw SampleError(index: position, reason: "bad end") }
    }
  }
}

/// A sink that notes what happens to it, and which can be told to fail.
final class NotingSink: Sink {
  enum Place: CaseIterable { case open, begin, write, step, finish }

  let failsAt: (place: Place, samples: Set<Int>)?
  let source: NumberSource?
  let notes = Locked<[String]>([])
  let written = Locked<[String]>([])
  let file = Locked<OutputFile?>(nil)

  init(failsAt place: Place? = nil, samples: Set<Int> = [], source: NumberSource? = nil) {
    failsAt = place.map { ($0, samples) }
    self.source = source
  }

  func format(name: String = "notes", output: StagedOutput.Kind = .directory) -> SinkFormat {
    SinkFormat(name: name, summary: "", output: output, options: []) { request in
      try self.fail(.open)
      let file = try request.output.makeFile(output == .file ? nil : "notes.txt")
      self.file.withLock { $0 = file }
      return self
    }
  }

  private func fail(_ place: Place) throws {
    if failsAt?.place == place { throw UnsupportedError("\(place) fails") }
  }

  private func fail(_ place: Place, _ batch: Batch) throws {
    guard let failsAt, failsAt.place == place else { return }
    let samples = batch.firstIndex..<batch.firstIndex + batch.count
    if let fault = samples.first(where: failsAt.samples.contains) {
      throw SampleError(index: fault, reason: "\(place) fails")
    }
  }

  func begin(_ first: Batch) throws {
    notes.withLock { $0.append("begin \(first.split):\(first.firstIndex)") }
    try fail(.begin)
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    written.withLock { $0.append("\(batch.split):\(batch.firstIndex)") }
    try fail(.write, batch)
    return {
      try self.fail(.step, batch)
      self.notes.withLock { $0.append("step \(batch.split):\(batch.firstIndex)+\(batch.count)") }
      self.source?.inFlight.withLock { $0.now -= 1 }
      try self.file.withLock { $0 }?.append(Array("\(batch.firstIndex)\n".utf8))
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    notes.withLock { $0.append("finish") }
    try fail(.finish)
    return SinkReport(fileCount: 1, byteCount: 0)
  }
}

/// A conversion that does something to each batch.
struct BatchConversion: Conversion {
  let step: BatchStep

  func prepare(_ plan: inout Plan) -> BatchStep? { step }
}
