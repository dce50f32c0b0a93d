@testable import Kiln

/// A source that tests make up: noise for pixels, labels from 0 to 9, and a fault where asked for.
final class TestSource: Source {
  struct Fault: Error, CustomStringConvertible { let description = "made-up fault" }

  let dataset: Dataset
  let files: [SourceFile] = []
  private let faultAt: Int?

  /// Describes what to make up, and at which sample of every split reading fails.
  init(_ dataset: Dataset, faultAt: Int? = nil) {
    self.dataset = dataset
    self.faultAt = faultAt
  }

  /// Samples of a type and shape, in a train and a test split.
  convenience init(
    _ type: ElementType, _ shape: [Int], counts: [Int], labelType: ElementType? = .uint8,
    columns: [String] = ["label"], faultAt: Int? = nil
  ) {
    let labels = labelType.map {
      LabelSchema(columns: columns, elementType: $0, range: counts.max() == 0 ? nil : 0...9)
    }
    self.init(
      Dataset(
        schema: Schema(elementType: type, sampleShape: shape, labels: labels),
        splits: zip(["train", "test", "extra"], counts).map { Split(name: $0, count: $1) }),
      faultAt: faultAt)
  }

  func pixels(_ index: Int, ofSplit split: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(split << 32 | index))
    let word = generator.next()
    // Few values, so that compression has something to find; every byte is a valid Boolean, too.
    let pattern = (0..<61).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) & 1 }
    var bytes: [UInt8] = []
    let count = dataset.schema.sampleByteCount
    while bytes.count < count { bytes += pattern.prefix(count - bytes.count) }
    return bytes
  }

  func labels(_ index: Int, ofSplit split: Int) -> [Int64] {
    (0..<dataset.schema.labelColumnCount).map { Int64((index + split + $0) % 10) }
  }

  /// The format under which a pipeline finds this source.
  var format: SourceFormat {
    SourceFormat(name: "test", summary: "", detect: { _ in true }, open: { _, _ in self })
  }

  /// Writes this source to outputs.
  @discardableResult
  func run(_ outputs: [Pipeline.Output], jobs: Int = 2) throws -> RunReport {
    try Runner(
      Pipeline(
        source: SourceRequest(paths: ["test"]), sourceFormats: [format], outputs: outputs),
      jobs: jobs
    ).run()
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    Reader(source: self, split: split)
  }

  private final class Reader: SampleReader {
    private let source: TestSource
    private let split: Int
    private var position = 0

    init(source: TestSource, split: Int) {
      self.source = source
      self.split = split
    }

    func read(_ count: Int) throws -> PendingSamples {
      let samples = position..<position + count
      position += count
      return PendingSamples { [source, split] in
        if let fault = source.faultAt, samples.contains(fault) { throw Fault() }
        return (
          samples.flatMap { source.pixels($0, ofSplit: split) },
          samples.flatMap { source.labels($0, ofSplit: split) }
        )
      }
    }

    func finish() {}
  }
}

/// The bytes of a file.
func fileBytes(_ path: String) throws -> [UInt8] {
  let file = try SourceFile(path: path)
  return try file.open().read(file.byteCount)
}

/// Writes a file, replacing what is there.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  let output = try StagedOutput(.file, at: path, existing: .replace)
  try output.makeFile().append(bytes)
  try output.publish()
}

/// Every file below a path with its bytes, by path.
func fileTree(_ path: String) throws -> [String: [UInt8]] {
  guard Path.kind(of: path) == .directory else { return ["": try fileBytes(path)] }
  var files: [String: [UInt8]] = [:]
  for name in try Path.contents(of: path) {
    for (below, bytes) in try fileTree(path + "/" + name) { files["/" + name + below] = bytes }
  }
  return files
}
