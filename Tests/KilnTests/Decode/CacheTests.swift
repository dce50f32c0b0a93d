import Testing

@testable import Kiln

@Suite("A cache")
struct CacheTests {
  private func write(
    _ source: TestSource, at path: String, _ options: [String: String] = [:]
  ) throws -> RunReport {
    try source.run([try Pipeline.Output(.cache, at: path, options: options)])
  }

  @Test(
    "gives back every sample at random, whatever the type, block and batch",
    arguments: [ElementType.uint8, .float16, .int32, .float64],
    [
      ["codec": "none"], ["block": "1"], ["block": "64", "level": "19"],
      // More samples in a block than in a batch.
      ["block": "4096"],
    ])
  func randomAccess(_ type: ElementType, _ options: [String: String]) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.safetensors"
      let side = type == .uint8 ? 64 : 32
      let source = TestSource(type, [side, side], counts: [777, 0, 5], labelType: .int16)
      let report = try write(source, at: path, options)
      let cache = try Cache(path: path)
      #expect(cache.dataset == source.dataset)
      #expect(cache.digests == report.splits.map(\.digest))
      for (split, count) in [777, 0, 5].enumerated() {
        #expect(
          try cache.labels(ofSplit: split)
            == (0..<count).flatMap { source.labels($0, ofSplit: split) })
        for index in Array(stride(from: 0, to: count, by: 97)) + (count > 0 ? [count - 1] : []) {
          let sample = try cache.sample(index, ofSplit: split)
          #expect(sample.pixels == source.pixels(index, ofSplit: split))
          #expect(sample.labels == source.labels(index, ofSplit: split))
        }
      }
    }
  }

  @Test("keeps everything that the schema says")
  func schema() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.safetensors"
      var labels = LabelSchema(
        columns: ["digit", "writer"], elementType: .uint64, range: 0...9,
        classNames: ["a,\"b\"", "c/d", "é"])
      labels.ranges = [0...9, 0...9]
      let schema = Schema(
        elementType: .float32, sampleShape: [3, 2, 2], channelOrder: .first,
        pixelScale: .factor(255), labels: labels)
      let dataset = Dataset(
        schema: schema,
        splits: [Split(name: "kleinkram", count: 30), Split(name: "train.images", count: 31)])
      _ = try write(TestSource(dataset), at: path)
      #expect(try Cache(path: path).dataset == dataset)
    }
  }

  @Test("opens without labels")
  func withoutLabels() throws {
    try withTemporaryDirectory { directory in
      let source = TestSource(.uint8, [3], counts: [9], labelType: nil)
      _ = try write(source, at: directory + "/a.safetensors")
      let cache = try Cache(path: directory + "/a.safetensors")
      #expect(try cache.labels(ofSplit: 0).isEmpty)
      #expect(
        try cache.sample(8, ofSplit: 0)
          == Cache.Sample(pixels: source.pixels(8, ofSplit: 0), labels: []))
    }
  }

  @Test("has a fingerprint that follows content and settings")
  func fingerprint() throws {
    try withTemporaryDirectory { directory in
      let source = TestSource(.uint8, [8], counts: [100])
      let variants: [(TestSource, [String: String])] = [
        (source, [:]), (source, [:]), (source, ["level": "3"]), (source, ["codec": "none"]),
        (TestSource(.uint8, [8], counts: [101]), [:]),
      ]
      let fingerprints = try variants.enumerated().map { number, variant in
        let path = "\(directory)/\(number).safetensors"
        _ = try write(variant.0, at: path, variant.1)
        return try Cache(path: path).fingerprint
      }
      #expect(fingerprints[0] == fingerprints[1])
      #expect(Set(fingerprints).count == 4)
    }
  }

  @Test("answers for samples and splits that are not there", arguments: [-1, 9, Int.max])
  func outside(_ index: Int) throws {
    try withTemporaryDirectory { directory in
      _ = try write(TestSource(.uint8, [3], counts: [9]), at: directory + "/a.safetensors")
      let cache = try Cache(path: directory + "/a.safetensors")
      #expect(throws: CacheError.self) { try cache.sample(index, ofSplit: 0) }
      #expect(throws: CacheError.self) { try cache.sample(0, ofSplit: index) }
      #expect(throws: CacheError.self) { try cache.pixels(ofBlock: index, ofSplit: 0) }
      #expect(throws: CacheError.self) { try cache.labels(ofSplit: index) }
    }
  }

  // MARK: Damage

  /// A small cache's bytes, and where its data begins.
  private func smallCache(
    _ directory: String, _ codec: String
  ) throws -> (bytes: [UInt8], dataStart: Int) {
    // Three blocks and one, or plain tensors, of as few bytes as that takes.
    let source = TestSource(.uint8, [codec == "zstd" ? 300 : 4], counts: [5, 1])
    // Blocks are of zstd alone.
    let options = codec == "none" ? ["codec": codec] : ["codec": codec, "block": "1"]
    _ = try write(source, at: directory + "/whole.safetensors", options)
    let bytes = try fileBytes(directory + "/whole.safetensors")
    return (bytes, 8 + bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  /// Opens what may be damaged and reads all of it; errors are fine, traps are not.
  private func readAll(_ path: String) throws {
    let cache = try Cache(path: path)
    for (split, count) in cache.dataset.splits.map(\.count).enumerated() {
      _ = try cache.labels(ofSplit: split)
      for index in 0..<min(count, 1000) { _ = try cache.sample(index, ofSplit: split) }
    }
  }

  @Test("of every shorter length is refused", arguments: ["zstd", "none"])
  func truncated(_ codec: String) throws {
    try withTemporaryDirectory { directory in
      let (bytes, dataStart) = try smallCache(directory, codec)
      // Within the data every length is refused for the same reason; some of them stand for all.
      let inData = stride(from: dataStart + 17, to: bytes.count, by: 23)
      let lengths = Array(0...dataStart + 16) + inData
      for length in lengths where length < bytes.count {
        try writeFile(directory + "/cut", Array(bytes[..<length]))
        #expect(throws: CacheError.self, "\(length) bytes") { try Cache(path: directory + "/cut") }
      }
    }
  }

  @Test("with any byte changed never ends the process", arguments: ["zstd", "none"])
  func corrupted(_ codec: String) throws {
    try withTemporaryDirectory { directory in
      let whole = try smallCache(directory, codec).bytes
      // All padding is the same; one changed space stands for the others.
      for position in whole.indices where whole[position] != 0x20 || whole[position - 1] != 0x20 {
        var bytes = whole
        // Another digit where a digit is: sizes and places that are valid JSON and wrong.
        bytes[position] ^= (0x30...0x39).contains(bytes[position]) ? 1 : 0x85
        try writeFile(directory + "/bad", bytes)
        try? readAll(directory + "/bad")
      }
    }
  }

  @Test("with a changed frame says which block is damaged")
  func damagedFrame() throws {
    try withTemporaryDirectory { directory in
      var (bytes, dataStart) = try smallCache(directory, "zstd")
      bytes[dataStart + 10] ^= 1
      try writeFile(directory + "/bad", bytes)
      let cache = try Cache(path: directory + "/bad")
      let error = #expect(throws: CacheError.self) { try cache.sample(0, ofSplit: 0) }
      #expect(error?.description == "block 0 of split 'train' does not match its CRC-32")
      _ = try cache.sample(4, ofSplit: 0)
    }
  }

  @Test(
    "whose samples are not what its digest says is not converted, into whatever",
    arguments: ["zstd", "none"],
    [
      ("npy", []), ("jpeg", []), ("npy", [.flatten]), ("npy", [.layout("nhwc")]),
      ("npy", [.dtype("u16")]), ("png", [.invert, .transpose]),
    ] as [(String, [Change])])
  func otherSamples(codec: String, job: (sink: String, changes: [Change])) throws {
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(.cache, at: root + "/c", options: ["codec": codec])
      _ = try Runner(
        Pipeline(source: SourceRequest(paths: ["sample:20"]), outputs: [output])
      ).run()
      let path = root + "/c.safetensors"
      let sink = try #require(SinkFormat.all.first { $0.name == job.sink })
      let convert = { (more: [Pipeline.Step]) in
        _ = try Runner(
          Pipeline(
            source: SourceRequest(paths: [path]),
            steps: try job.changes.map { try $0.step() } + more,
            outputs: [try Pipeline.Output(sink, at: root + "/out")], existing: .replace)
        ).run()
      }
      try convert([])
      var bytes = try contents(of: path)
      // The last bytes are labels, which have no checksum of their own.
      bytes[bytes.count - 1] ^= 1
      try writeFile(path, bytes)
      #expect(
        sentence { try convert([]) }?.contains("(damaged since it was written: make it again)")
          == true)
      // What is left of a split has another digest.
      try convert([try Pipeline.Step(.limit, "1")])
    }
  }

  struct Change: Sendable {
    let format: ConversionFormat
    let value: String

    func step() throws -> Pipeline.Step { try Pipeline.Step(format, value) }

    static let flatten = Change(format: .flatten, value: "on")
    static let invert = Change(format: .invert, value: "on")
    static let transpose = Change(format: .transpose, value: "on")
    static func layout(_ value: String) -> Change { Change(format: .layout, value: value) }
    static func dtype(_ value: String) -> Change { Change(format: .dtype, value: value) }
  }

  @Test(
    "is not mistaken for what it is not",
    arguments: [
      "", "short", "PK\u{3}\u{4} some other file, longer than a length",
      "\u{2}\0\0\0\0\0\0\0{}", "\u{2}\0\0\0\0\0\0\0[]", "\u{8}\0\0\0\0\0\0\0{\"a\":{}}",
    ])
  func otherFiles(_ text: String) throws {
    try withTemporaryDirectory { directory in
      try writeFile(directory + "/other", Array(text.utf8))
      #expect(throws: CacheError.self) { try Cache(path: directory + "/other") }
    }
  }

  @Test("survives a header that nests without end")
  func deepNesting() throws {
    try withTemporaryDirectory { directory in
      let header = [UInt8](repeating: UInt8(ascii: "["), count: 200_000)
      let length = makeBytes(capacity: 8) { $0.append(littleEndian: UInt64(header.count)) }
      try writeFile(directory + "/deep", length + header)
      #expect(throws: CacheError.self) { try Cache(path: directory + "/deep") }
    }
  }
}
