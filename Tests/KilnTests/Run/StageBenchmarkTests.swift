import Testing

@testable import Kiln

@Suite("The benchmark of the stages")
struct StageBenchmarkTests {
  @Test("runs every stage over the same images, twice with the same result")
  func runs() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/mnist"
      let output = try Pipeline.Output(.idx, at: path, options: ["gzip": "on"])
      _ = try Runner(
        Pipeline(source: SourceRequest(paths: ["sample:140"]), outputs: [output])
      ).run()
      let input = try BenchmarkInput(from: path)
      defer { input.close() }
      let stages = try StageBenchmark.all(input)
      #expect(Set(stages.map(\.name)).count == stages.count)
      for stage in stages {
        #expect(stage.count == 120, "\(stage.name)")
        #expect(stage.byteCount == 120 * 784, "\(stage.name)")
        var results: Set<Int> = []
        for _ in 0..<2 {
          try stage.prepare()
          results.insert(try stage.run())
        }
        #expect(results.count == 1, "\(stage.name)")
        #expect(results.allSatisfy { $0 > 0 }, "\(stage.name)")
      }
    }
  }

  @Test("draws digits where there is no data, and removes what it wrote")
  func draws() throws {
    try withTemporaryDirectory { directory in
      let input = try BenchmarkInput(from: directory + "/nothing", drawnCount: 600)
      #expect(input.count == 600)
      #expect(input.summary.hasPrefix("600 drawn digits"))
      input.close()
      #expect(Path.kind(of: input.scratch) == nil)
    }
  }
}
