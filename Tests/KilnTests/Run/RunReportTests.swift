import Testing

@testable import Kiln

@Suite("Remarks of a run") struct RunReportTests {
  /// The remarks of a run that writes a table with these labels, one in a row.
  private func remarks(
    on labels: [Int], _ steps: [Pipeline.Step], jobs: Int = 2
  ) throws -> [String] {
    try withTemporaryDirectory { root in
      let rows = labels.map { "\($0),7,8,9,1\n" }.joined()
      try write(Array(("label,pixel0,pixel1,pixel2,pixel3\n" + rows).utf8), to: root + "/train.csv")
      let pipeline = Pipeline(
        source: SourceRequest(paths: [root + "/train.csv"]), steps: steps,
        outputs: [try Pipeline.Output(.npy, at: root + "/out")])
      return try Runner(pipeline, jobs: jobs).run().remarks
    }
  }

  @Test(
    "say where splits are cut from samples that stand label after label", arguments: [1, 2, 8])
  func sorted(jobs: Int) throws {
    let order = "--limit and --holdout take samples in the order in which they stand"
    // The order of the labels does not matter.
    let labels = (0..<8000).map { 7 - $0 / 1000 }
    for (steps, names) in [
      (["holdout": "val=50"], "train, val"), (["holdout": "val=1500", "splits": "val"], "val"),
      (["limit": "1100"], "train"), (["limit": "7900", "one-hot": "on"], "train"),
    ] {
      let steps = try steps.sorted { $0.key < $1.key }.map { name, value in
        try Pipeline.Step(try #require(ConversionFormat.all.first { $0.name == name }), value)
      }
      #expect(
        try remarks(on: labels, steps, jobs: jobs) == ["label after label in \(names): \(order)"])
    }
  }

  @Test("say nothing where samples are mixed, few, all there are, or each has its own label")
  func mixed() throws {
    let labels = (0..<4000).map { $0 * 7 % 10 }
    for step in ["val=1", "val=9", "val=200", "val=3000"] {
      #expect(try remarks(on: labels, [Pipeline.Step(.holdout, step)]).isEmpty)
    }
    #expect(try remarks(on: (0..<400).map { $0 / 40 }, [Pipeline.Step(.limit, "30")]).isEmpty)
    #expect(try remarks(on: (0..<400).map { $0 / 40 }, [Pipeline.Step(.limit, "400")]).isEmpty)
    #expect(try remarks(on: Array(0..<400), [Pipeline.Step(.holdout, "val=150")]).isEmpty)
    // There may be no other label.
    let one = [Int](repeating: 3, count: 400)
    #expect(try remarks(on: one, [Pipeline.Step(.limit, "150")]).isEmpty)
    // The first label comes again.
    let again = (0..<4000).map { $0 / 1000 % 3 }
    #expect(try remarks(on: again, [Pipeline.Step(.limit, "3900")]).isEmpty)
  }

  @Test("count runs of labels across batches in any order")
  func runsOfLabels() {
    let schema = Schema(elementType: .uint8, sampleShape: [1], labels: LabelSchema(range: 0...9))
    let dataset = Dataset(schema: schema, splits: [Split(name: "train", count: 400)])
    let grouped = (0..<400).map { Int64($0 / 100) }
    // The first label comes again in the last batch.
    for (labels, isGrouped) in [(grouped, true), (grouped.dropLast() + [0], false)] {
      for order in [[0, 1, 2, 3, 4], [4, 2, 0, 1, 3]] {
        let statistics = LabelStatistics(dataset)
        for batch in order.map({ $0 * 80..<($0 + 1) * 80 }) {
          statistics.add(
            Batch(
              split: 0, firstIndex: batch.lowerBound, count: batch.count,
              pixels: [UInt8](repeating: 0, count: batch.count), labels: Array(labels[batch])))
        }
        #expect(statistics.areGrouped(inSplit: 0) == isGrouped)
      }
    }
  }
}
