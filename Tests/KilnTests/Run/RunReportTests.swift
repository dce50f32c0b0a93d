import Testing

@testable import Kiln

@Suite struct RunReportTests {
  /// The remarks of a run that writes a table with these labels, one in a row.
  private func remarks(
    on labels: [Int], _ step: Pipeline.Step?, classNames: [String]? = nil
  ) throws -> [String] {
    try withTemporaryDirectory { root in
      let rows = labels.map { "\($0),7,8,9,1\n" }.joined()
      try write(Array(("label,pixel0,pixel1,pixel2,pixel3\n" + rows).utf8), to: root + "/train.csv")
      let pipeline = Pipeline(
        source: SourceRequest(paths: [root + "/train.csv"], classNames: classNames),
        steps: step.map { [$0] } ?? [], outputs: [try Pipeline.Output(.npy, at: root + "/out")])
      return try Runner(pipeline).run().remarks
    }
  }

  @Test("a split cut from sorted samples is told to lack labels")
  func sorted() throws {
    let labels = (0..<400).map { $0 / 100 }
    let order = "it is cut from samples that stand in the order of their labels"
    #expect(
      try remarks(on: labels, Pipeline.Step(.holdout, "val=90"))
        == ["split 'val' has 1 of 4 labels: \(order)"])
    #expect(
      try remarks(on: labels, Pipeline.Step(.holdout, "val=150"))
        == ["split 'train' has 3 of 4 labels: \(order)", "split 'val' has 2 of 4 labels: \(order)"])
    // The names of the classes tell what the first samples lack.
    #expect(
      try remarks(on: labels, Pipeline.Step(.limit, "50"), classNames: ["a", "b", "c", "d", "e"])
        == ["split 'train' has 1 of 5 labels: \(order)"])
    // Far more labels than samples.
    #expect(
      try remarks(on: (0..<4000).map { $0 / 40 }, Pipeline.Step(.holdout, "val=80"))
        == [
          "split 'train' has 98 of 100 labels: \(order)",
          "split 'val' has 2 of 100 labels: \(order)",
        ])
  }

  @Test("nothing is said where samples are mixed, few, or all there are")
  func mixed() throws {
    let labels = (0..<400).map { $0 * 7 % 10 }
    for step in ["val=1", "val=9", "val=100", "val=300"] {
      #expect(try remarks(on: labels, Pipeline.Step(.holdout, step)).isEmpty)
    }
    #expect(try remarks(on: labels, Pipeline.Step(.limit, "3")).isEmpty)
    #expect(try remarks(on: Array(0..<400), Pipeline.Step(.holdout, "val=50")).isEmpty)
    let names = (0..<12).map { "class \($0)" }
    #expect(try remarks(on: labels, nil, classNames: names).isEmpty)
    #expect(try remarks(on: labels, Pipeline.Step(.limit, "400"), classNames: names).isEmpty)
  }
}
