import Testing

@testable import Kiln

@Suite("Sinks that know every sample's place") struct SampleOrderTests {
  @Test(
    "write batches in any order", arguments: ["npy", "cache"], [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
  func anyOrder(name: String, order: [Int]) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    let options = try OptionValues(
      format.options, given: name == "cache" ? ["codec": "none"] : [:])
    let schema = Schema(
      elementType: .uint16, sampleShape: [2],
      labels: LabelSchema(columns: ["a", "b"], elementType: .int64, range: 0...9))
    let dataset = Dataset(schema: schema, splits: [Split(name: "train", count: 7)])
    // Batches of three samples, three and one.
    let batches = [0..<3, 3..<6, 6..<7].map { (samples: Range<Int>) -> Batch in
      let pixels: [UInt8] = samples.flatMap { [UInt8($0), 0, UInt8($0 + 100), 1] }
      let labels: [Int64] = samples.flatMap { [Int64($0), Int64($0 % 2)] }
      return Batch(
        split: 0, firstIndex: samples.lowerBound, count: samples.count, pixels: pixels,
        labels: labels)
    }
    try withTemporaryDirectory { root in
      let staged = try StagedOutput(format.output, at: root + "/out", existing: .keep)
      let sink = try format.open(
        SinkRequest(dataset: dataset, options: options, output: staged))
      try sink.begin(batches[0])
      for position in order {
        let step = try sink.write(batches[position])
        #expect(step == nil)
      }
      _ = try sink.finish(RunSummary(digests: [String(repeating: "0", count: 64)]))
      try staged.place()
      staged.settle()
      let source = try openSource(SourceRequest(paths: [root + "/out"]))
      let read = try readAll(source, split: 0)
      #expect(read.pixels == batches.flatMap(\.pixels))
      #expect(read.labels == batches.flatMap(\.labels))
    }
  }
}
