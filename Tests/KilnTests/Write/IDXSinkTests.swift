import Testing

@testable import Kiln

@Suite("The IDX sink")
struct IDXSinkTests {
  static let types = ElementType.allCases.filter { IDX.code(of: $0) != nil }

  @Test("gives back every element type, plain and gzip", arguments: types, ["off", "on"])
  func roundTrip(_ type: ElementType, _ gzip: String) throws {
    try withTemporaryDirectory { directory in
      let source = TestSource(type, [16, 16], counts: [1100, 10])
      let written = try source.run([
        try Pipeline.Output(.idx, at: directory + "/a", options: ["gzip": gzip])
      ])
      let read = try Runner(
        Pipeline(
          source: SourceRequest(paths: [directory + "/a"]),
          outputs: [try Pipeline.Output(.idx, at: directory + "/b", options: ["gzip": gzip])])
      ).run()
      #expect(read.splits.map(\.digest) == written.splits.map(\.digest))
      var (first, second) = (try fileTree(directory + "/a"), try fileTree(directory + "/b"))
      // The manifests name different sources.
      (first["/kiln.json"], second["/kiln.json"]) = (nil, nil)
      #expect(first == second)
    }
  }

  @Test("names files as MNIST does, after what is in them")
  func names() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a"
      let source = TestSource(
        .float32, [4], counts: [2, 1, 1], labelType: .int32, columns: ["digit", "writer"])
      try source.run([try Pipeline.Output(.idx, at: path, options: ["gzip": "on"])])
      let expected = ["train", "t10k", "extra"].flatMap {
        ["\($0)-images-idx2-float.gz", "\($0)-labels-idx2-int.gz"]
      }
      #expect(try Set(Path.contents(of: path)) == Set(expected + ["kiln.json"]))
    }
  }

  @Test("writes the bytes of the format")
  func golden() throws {
    try withTemporaryDirectory { directory in
      let source = TestSource(.int16, [2], counts: [1], labelType: .int64)
      try source.run([try Pipeline.Output(.idx, at: directory + "/a")])
      let pixels = source.pixels(0, ofSplit: 0)
      #expect(
        try fileBytes(directory + "/a/train-images-idx2-short") == [
          0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, pixels[1], pixels[0], pixels[3], pixels[2],
        ])
      // IDX has no i64; class labels fit into bytes.
      #expect(
        try fileBytes(directory + "/a/train-labels-idx1-ubyte") == [0, 0, 8, 1, 0, 0, 0, 1, 0])
    }
  }

  @Test("starts a gzip file without time, name or system")
  func gzipHeader() throws {
    try withTemporaryDirectory { directory in
      let output = try Pipeline.Output(.idx, at: directory + "/a", options: ["gzip": "on"])
      try TestSource(.uint8, [2], counts: [1]).run([output])
      let bytes = try fileBytes(directory + "/a/train-images-idx2-ubyte.gz")
      #expect(bytes.prefix(10) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF])
    }
  }

  @Test(
    "refuses pixel types that IDX has not, and says what to do",
    arguments: ElementType.allCases.filter { !types.contains($0) })
  func refusal(_ type: ElementType) throws {
    let source = TestSource(type, [2, 2], counts: [1])
    let error = #expect(throws: UnsupportedError.self) {
      try SinkFormat.idx.check(source.dataset, try OptionValues(SinkFormat.idx.options))
    }
    #expect(error?.description.contains("--dtype") == true)
  }

  @Test("names the sample whose label IDX cannot hold")
  func labelTooLarge() throws {
    try withTemporaryDirectory { directory in
      let schema = Schema(
        elementType: .uint8, sampleShape: [1], labels: LabelSchema(elementType: .int64, range: nil))
      let dataset = Dataset(schema: schema, splits: [Split(name: "train", count: 2)])
      let staged = try StagedOutput(.directory, at: directory + "/a", existing: .keep)
      let sink = try SinkFormat.idx.open(
        SinkRequest(
          dataset: dataset, options: try OptionValues(SinkFormat.idx.options), output: staged))
      let batch = Batch(split: 0, firstIndex: 0, count: 2, pixels: [0, 0], labels: [1, 1 << 40])
      let error = #expect(throws: SampleError.self) { _ = try sink.write(batch) }
      #expect(error?.index == 1)
    }
  }
}
