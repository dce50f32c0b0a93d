import Testing

@testable import Kiln

/// A source of given samples.
private struct FixedSource: Source {
  let dataset: Dataset
  var files: [SourceFile] = []
  var memberNames: [String] = []
  var knownName: String?
  let pixels: [UInt8]
  let labels: [Int64]

  /// One split of samples.
  init(
    _ known: String?, _ elementType: ElementType = .uint8, shape: [Int],
    order: ChannelOrder = .last, pixels: [UInt8], labels: [Int64]
  ) {
    knownName = known
    self.pixels = pixels
    self.labels = labels
    let range = labels.min().flatMap { low in labels.max().map { low...$0 } }
    dataset = Dataset(
      schema: Schema(
        elementType: elementType, sampleShape: shape, channelOrder: order,
        labels: LabelSchema(range: range)),
      splits: [Split(name: "train", count: labels.count)])
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader { Reader(self) }

  private final class Reader: SampleReader {
    private let source: FixedSource
    private var position = 0

    init(_ source: FixedSource) { self.source = source }

    func read(_ count: Int) -> PendingSamples {
      let range = position..<position + count
      position += count
      let size = source.dataset.schema.sampleByteCount
      return PendingSamples { [source] in
        (
          Array(source.pixels[range.lowerBound * size..<range.upperBound * size]),
          Array(source.labels[range])
        )
      }
    }

    func finish() {}
  }
}

@Suite("Corrections of known data sets") struct CorrectedSourceTests {
  private func corrected(
    _ source: FixedSource, _ correction: SourceRequest.Correction = .asCatalogued,
    classNames: [String]? = nil
  ) throws -> any Source {
    try CorrectedSource.wrapping(
      source, SourceRequest(classNames: classNames, correction: correction))
  }

  /// Writes the four files of one of EMNIST's data sets, of 2 x 3 pixels.
  private func fill(_ root: String, _ prefix: String, labels: [UInt8] = [1, 26, 3, 2]) throws {
    for split in ["train", "test"] {
      let images = IDXSample.counting([labels.count, 2, 3]).bytes
      try write(gzip(images), to: "\(root)/\(prefix)\(split)-images-idx3-ubyte.gz")
      let bytes = IDXSample(dimensions: [labels.count], data: labels).bytes
      try write(gzip(bytes), to: "\(root)/\(prefix)\(split)-labels-idx1-ubyte.gz")
    }
  }

  @Test("EMNIST's letters come out upright, as 0 to 25 with names a to z")
  func letters() throws {
    try withTemporaryDirectory { root in
      try fill(root, "emnist-letters-")
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.knownName == "emnist-letters")
      #expect(source.corrections == ["transposed images", "labels from 0 instead of 1"])
      let labels = try #require(source.dataset.schema.labels)
      #expect(labels.classNames == "abcdefghijklmnopqrstuvwxyz".map { String($0) })
      #expect(labels.range == 0...25)
      #expect(source.dataset.schema.sampleShape == [3, 2])
      for split in 0...1 {
        let samples = try readAll(source, split: split)
        #expect(samples.labels == [0, 25, 2, 1])
        // numpy.arange(24).reshape(4, 2, 3).transpose(0, 2, 1)
        #expect(
          samples.pixels == [
            0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, 12, 15, 13, 16, 14, 17, 18, 21, 19, 22, 20, 23,
          ])
      }
    }
  }

  @Test("EMNIST's tables, as Kaggle has them, hold what its other files hold")
  func lettersAsTables() throws {
    try withTemporaryDirectory { root in
      for split in ["train", "test"] {
        let rows = [(1, "0,1,2,3"), (26, "4,5,6,7")].map { "\($0.0),\($0.1)\n" }.joined()
        try write(Array(rows.utf8), to: "\(root)/emnist-letters-\(split).csv")
      }
      let request = SourceRequest(paths: [root], settings: ["label": "first"])
      let source = try openSource(request)
      #expect(source.corrections == ["transposed images", "labels from 0 instead of 1"])
      let samples = try readAll(source, split: 0)
      #expect(samples.labels == [0, 25])
      #expect(samples.pixels == [0, 2, 1, 3, 4, 6, 5, 7])
    }
  }

  @Test("raw samples are those of the files")
  func raw() throws {
    try withTemporaryDirectory { root in
      try fill(root, "emnist-letters-")
      let source = try openSource(SourceRequest(paths: [root], correction: .none))
      #expect(source.knownName == "emnist-letters")
      #expect(source.corrections == [])
      #expect(source.dataset.schema.labels?.classNames == [])
      let samples = try readAll(source, split: 0)
      #expect(samples.labels == [1, 26, 3, 2])
      #expect(samples.pixels == Array(0..<24))
    }
  }

  @Test("labels that count from 0 already stay as they are, and get their names")
  func repacked() throws {
    try withTemporaryDirectory { root in
      try fill(root, "emnist-letters-", labels: [0, 25, 2, 1])
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.corrections == ["transposed images"])
      #expect(try readAll(source, split: 0).labels == [0, 25, 2, 1])
      #expect(source.dataset.schema.labels?.className(of: 25) == "z")
    }
  }

  @Test("files of other names are left alone")
  func others() throws {
    try withTemporaryDirectory { root in
      try fill(root, "letters-")
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.knownName == nil)
      #expect(try readAll(source, split: 0).pixels == Array(0..<24))
    }
  }

  @Test("what Kiln has written is not corrected again, even under the old names")
  func outputs() throws {
    try withTemporaryDirectory { root in
      let (old, new) = (root + "/emnist", root + "/out")
      try makeDirectory(old)
      try fill(old, "emnist-letters-")
      let output = try Pipeline.Output(.idx, at: new, options: ["gzip": "on"])
      _ = try Runner(Pipeline(source: SourceRequest(paths: [old]), outputs: [output])).run()
      for (name, bytes) in try tree(new) where name.hasSuffix(".gz") {
        let usual = name.replacing("t10k", with: "test")
        try write(bytes, to: "\(new)/emnist-letters-\(usual)")
      }
      let request = SourceRequest(paths: [new], dataset: "emnist-letters")
      let source = try openSource(request)
      #expect(source.knownName == "emnist-letters")
      #expect(source.corrections == [])
      #expect(source.dataset.schema.labels?.className(of: 2) == "c")
      let samples = try readAll(source, split: 0)
      #expect(samples.labels == [0, 25, 2, 1])
      #expect(samples.pixels.starts(with: [0, 3, 1, 4, 2, 5]))
      // Corrected twice by hand, it is the original.
      let plain = try openSource(SourceRequest(paths: [new], dataset: ""))
      #expect(try readAll(plain, split: 1).pixels == samples.pixels)
    }
  }

  @Test("planar pictures become interleaved, and stay planar as raw ones")
  func planar() throws {
    // numpy.arange(24).reshape(2, 3, 2, 2): two samples, three planes of 2 x 2.
    let source = FixedSource(
      "cifar-10", shape: [3, 2, 2], order: .first, pixels: Array(0..<24), labels: [0, 9])
    let interleaved = try corrected(source)
    #expect(interleaved.dataset.schema.sampleShape == [2, 2, 3])
    #expect(interleaved.dataset.schema.channelOrder == .last)
    #expect(interleaved.dataset.schema.labels?.className(of: 9) == "truck")
    #expect(
      try readAll(interleaved, split: 0).pixels == [
        0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23,
      ])
    let planar = try corrected(source, .none)
    #expect(planar.dataset.schema.sampleShape == [3, 2, 2])
    #expect(planar.dataset.schema.channelOrder == .first)
    #expect(try readAll(planar, split: 0).pixels == Array(0..<24))
    // What is interleaved already is neither changed nor said to be.
    let done = FixedSource("cifar-10", shape: [2, 2, 3], pixels: Array(0..<12), labels: [0])
    #expect(try corrected(done).corrections == [])
  }

  @Test("STL-10's columns become rows, its planes interleaved and its classes count from 0")
  func columns() throws {
    // One picture of 2 x 3 whose planes are stored column by column: shape (3, 3, 2) as read.
    let source = FixedSource(
      "stl-10", shape: [3, 3, 2], order: .first, pixels: Array(0..<18), labels: [10])
    let upright = try corrected(source)
    #expect(upright.dataset.schema.sampleShape == [2, 3, 3])
    let samples = try readAll(upright, split: 0)
    // numpy.arange(18).reshape(3, 3, 2).transpose(2, 1, 0)
    #expect(samples.pixels == [0, 6, 12, 2, 8, 14, 4, 10, 16, 1, 7, 13, 3, 9, 15, 5, 11, 17])
    #expect(samples.labels == [9])
    #expect(
      upright.corrections == [
        "transposed images", "planar to interleaved channels", "labels from 0 instead of 1",
      ])
  }

  @Test("pictures without a class stay without one where the others count from 1")
  func unlabelled() throws {
    let source = try corrected(
      FixedSource(
        "stl-10", shape: [3, 1, 1], order: .first, pixels: Array(0..<9), labels: [0, 10, 1]))
    #expect(try readAll(source, split: 0).labels == [-1, 9, 0])
    #expect(source.dataset.schema.labels?.range == -1...9)
    #expect(source.dataset.schema.labels?.elementType == .int32)
  }

  @Test("leaves labels from 1 alone where there are negative ones")
  func negative() throws {
    let labels = [Int64.min, 0, 10]
    let source = try corrected(
      FixedSource("stl-10", shape: [3, 1, 1], order: .first, pixels: Array(0..<9), labels: labels))
    #expect(try readAll(source, split: 0).labels == labels)
  }

  @Test(
    "SVHN's label 10 is the digit 0",
    arguments: [
      ([1, 10, 9], [1, 0, 9], 0...9), ([10, 10], [0, 0], 0...0), ([1, 2], [1, 2], 1...2),
    ]
      as [([Int64], [Int64], ClosedRange<Int64>)])
  func digits(stored: [Int64], expected: [Int64], range: ClosedRange<Int64>) throws {
    let source = try corrected(
      FixedSource("svhn", shape: [1, 1, 3], pixels: Array(0..<9), labels: stored))
    #expect(try readAll(source, split: 0).labels == expected)
    #expect(source.dataset.schema.labels?.range == range)
    #expect(source.corrections == (stored == expected ? [] : ["label 10 to 0"]))
  }

  @Test("USPS's pixels from -1 to 1 become 0 to 1")
  func range() throws {
    let values: [Float] = [-1, -0.5, 0, 1]
    let pixels = makeElements(count: 4, of: Float.self) { values[$0] }
    let source = FixedSource("usps", .float32, shape: [2, 2], pixels: pixels, labels: [1])
    let samples = try readAll(try corrected(source), split: 0)
    let floats = withElements(of: samples.pixels, as: Float.self) { span in
      span.indices.map { span[$0] }
    }
    #expect(floats == [0, 0.25, 0.5, 1])
    #expect(samples.labels == [0])
    #expect(try readAll(try corrected(source, .none), split: 0).pixels == pixels)
    // Integers cannot be these samples.
    let bytes = FixedSource("usps", shape: [2, 2], pixels: [0, 1, 2, 3], labels: [1])
    #expect(throws: UnsupportedError.self) { try corrected(bytes) }
  }

  @Test("LISA's pixels are known to be divided by 256")
  func scale() throws {
    let pixels = makeElements(count: 1, of: Float.self) { _ in 0.5 }
    let source = FixedSource("mnist-pkl", .float32, shape: [1], pixels: pixels, labels: [1])
    #expect(try corrected(source).dataset.schema.pixelScale == .factor(256))
    #expect(try corrected(source, .none).dataset.schema.pixelScale == .undeclared)
  }

  @Test("class names given by hand stay")
  func givenNames() throws {
    var source = FixedSource("svhn", shape: [1, 1, 3], pixels: [0, 1, 2], labels: [2])
    source.memberNames = []
    let names = try corrected(source, classNames: ["x"]).dataset.schema.labels?.classNames
    #expect(names == [])
  }

  @Test("samples of elements of every size are transposed", arguments: [1, 2, 4, 8])
  func sizes(elementByteCount: Int) {
    let values = Array(0..<UInt8(2 * 3))
    let stored = values.flatMap { [UInt8](repeating: $0, count: elementByteCount) }
    let permuted = permutedSamples(
      stored, sizes: [3, 2], strides: [1, 3], elementByteCount: elementByteCount)
    let expected = [0, 3, 1, 4, 2, 5].flatMap { [UInt8](repeating: $0, count: elementByteCount) }
    #expect(permuted == expected)
  }

  @Test("unmistakable files are recognised one by one, and named by hand")
  func byHand() throws {
    try withTemporaryDirectory { root in
      try fill(root, "emnist-letters-")
      let images = root + "/emnist-letters-train-images-idx3-ubyte.gz"
      let labels = root + "/emnist-letters-train-labels-idx1-ubyte.gz"
      for request in [
        SourceRequest(paths: [images, labels]), SourceRequest(images: images, labels: labels),
      ] {
        #expect(try readAll(openSource(request), split: 0).labels == [0, 25, 2, 1])
      }
    }
  }
}
