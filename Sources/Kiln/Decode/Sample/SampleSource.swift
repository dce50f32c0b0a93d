extension SourceFormat {
  /// `sample[:COUNT]`: digits that Kiln draws itself.
  public static let sample = SourceFormat(
    name: "sample",
    summary: "sample[:COUNT]: MNIST-shaped digits drawn by Kiln, 28x28 u8, for trying things out",
    detect: { material in
      let paths = material.request.paths
      return paths.count == 1 && SampleSource.isName(paths[0])
    },
    open: { material, _ in
      let request = material.request
      if request.dataset != nil {
        throw UsageError.conflict("--dataset chooses from a directory, and sample is none")
      }
      return try SampleSource(
        count: try SampleSource.count(in: request.paths[0]), request.classNames)
    })
}

/// An endless supply of MNIST-shaped digits, the same ones every time.
///
/// Six samples in seven are `train`, the rest `test`, as in MNIST.
final class SampleSource: Source {
  /// As many as MNIST has would be a long demonstration; this many fill a screen of folders.
  static let defaultCount = 7000
  /// Indices of more digits than this are no longer readable names.
  static let maximumCount = 1_000_000_000

  let dataset: Dataset
  let files: [SourceFile] = []
  private let painter = DigitPainter()

  /// Whether a word means this source.
  static func isName(_ word: String) -> Bool { word == "sample" || word.hasPrefix("sample:") }

  static func count(in name: String) throws(UsageError) -> Int {
    guard let colon = name.firstIndex(of: ":") else { return defaultCount }
    let text = String(name[name.index(after: colon)...])
    guard let count = Int(text), (0...maximumCount).contains(count) else {
      throw .conflict(
        "sample:COUNT takes a whole number from 0 to \(maximumCount), not '\(text)'")
    }
    return count
  }

  init(count: Int, _ classNames: [String]?) throws {
    let test = count / 7
    dataset = Dataset(
      schema: Schema(
        elementType: .uint8, sampleShape: [DigitPainter.side, DigitPainter.side],
        labels: LabelSchema(
          range: count == 0 ? nil : 0...9, classNames: classNames ?? (0...9).map(String.init))),
      splits: [Split(name: "train", count: count - test), Split(name: "test", count: test)])
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    Reader(painter: painter, seed: UInt64(split))
  }

  private final class Reader: SampleReader {
    private let painter: DigitPainter
    private let seed: UInt64
    private var position = 0

    init(painter: DigitPainter, seed: UInt64) {
      self.painter = painter
      self.seed = seed
    }

    func read(_ count: Int) -> PendingSamples {
      let samples = position..<position + count
      position += count
      return PendingSamples { [painter, seed] in
        let pixels = makeBytes(capacity: samples.count * DigitPainter.pixelCount) { cursor in
          for index in samples { painter.draw(index, seed: seed, into: &cursor) }
        }
        return (pixels, samples.map { Int64(painter.label(of: $0, seed: seed)) })
      }
    }

    func finish() {}
  }
}
