import Testing

@testable import Kiln

@Suite("Inspection") struct InspectionTests {
  private func inspect(
    _ source: String, _ depth: Inspection.Depth = .everything, jobs: Int = 2
  ) throws -> Inspection {
    try Inspection(of: SourceRequest(paths: [source]), depth, jobs: jobs)
  }

  /// The digest as its definition reads, one sample after another.
  private func digest(_ source: any Source, split: Int) throws -> String {
    let reader = try source.reader(
      ofSplit: split, background: Background(pool: WorkerPool(workerCount: 1)))
    let count = source.dataset.splits[split].count
    let samples = try reader.read(count).decode()
    var whole = SHA256()
    whole.update("u8 \(count)x28x28\n")
    for start in stride(from: 0, to: count, by: 1024) {
      let run = start..<min(count, start + 1024)
      var hash = SHA256()
      hash.update(Array(samples.pixels[run.lowerBound * 784..<run.upperBound * 784]).span)
      for index in run {
        hash.update([UInt8(samples.labels[index]), 0, 0, 0, 0, 0, 0, 0].span)
      }
      whole.update(hash.finish().span)
    }
    return hexadecimal(whole.finish())
  }

  @Test("gives the defined digest and the counts of each split", arguments: [1, 2, 8])
  func digestsAndCounts(jobs: Int) throws {
    let source = try SampleSource(count: 4000, nil)
    let inspection = try inspect("sample:4000", jobs: jobs)
    #expect(inspection.format == "sample")
    #expect(inspection.count == 4000)
    #expect(inspection.splits.map(\.name) == ["train", "test"])
    #expect(inspection.splits.map(\.count) == [3429, 571])
    for (position, split) in inspection.splits.enumerated() {
      #expect(try split.digest == digest(source, split: position))
      let counts = try #require(split.labelCounts)
      #expect(counts.map(\.label) == Array(0...9))
      #expect(counts.reduce(0) { $0 + $1.count } == split.count)
    }
  }

  @Test("says the same in JSON as a run's manifest, and more")
  func json() throws {
    let inspection = try inspect("sample:2000")
    guard case .object(let fields) = inspection.json else {
      Issue.record("no object")
      return
    }
    #expect(
      Set(fields.keys) == [
        "format", "dataset", "corrections", "remarks", "count", "order", "layout",
        "pixel_scale", "dtype",
        "shape", "splits", "labels", "classes", "sources",
      ])
    #expect(fields["shape"] == .array([.integer(28), .integer(28)]))
    #expect(fields["order"] == .array([.text("train"), .text("test")]))
    #expect(
      fields["labels"]
        == .object([
          "columns": .array([.text("label")]), "dtype": .text("u8"),
          "range": .array([.integer(0), .integer(9)]),
        ]))
    guard case .object(let splits)? = fields["splits"],
      case .object(let test)? = splits["test"]
    else {
      Issue.record("no splits")
      return
    }
    #expect(test["count"] == .integer(285))
    #expect(test["digest"] == inspection.splits[1].digest.map(JSON.text))
  }

  @Test("reads no sample where headers are enough")
  func headers() throws {
    // A thousand million digits would take an hour to draw.
    let inspection = try inspect("sample:1000000000", .headers)
    #expect(inspection.count == 1_000_000_000)
    #expect(inspection.splits.allSatisfy { $0.digest == nil && $0.labelCounts == nil })
    guard case .object(let fields) = inspection.json, case .object(let splits)? = fields["splits"],
      case .object(let train)? = splits["train"]
    else {
      Issue.record("no splits")
      return
    }
    #expect(train["digest"] == .null)
    #expect(train["labels"] == nil)
  }

  @Test("shows an aligned table of classes")
  func text() throws {
    let inspection = try Inspection(
      of: SourceRequest(
        paths: ["sample:70"],
        classNames: ["zero", "a\u{1B}[31mb"] + (2...9).map(String.init)), jobs: 1)
    let lines = inspection.text().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.prefix(4) == [
        "Format   sample", "Samples  70 (train 60, test 10)", "Pixels   28x28 u8",
        "Labels   u8, 0 to 9",
      ])
    #expect(lines.contains { $0.hasPrefix("0      zero") })
    #expect(lines.contains { $0.contains("a?[31mb") })
    let table = lines.dropFirst(5).prefix(11)
    #expect(Set(table.map(\.count)).count == 1)
  }

  @Test("describes a data set without samples")
  func empty() throws {
    let inspection = try inspect("sample:0")
    #expect(inspection.splits.map(\.count) == [0, 0])
    #expect(inspection.text().contains("Samples  0 (train 0, test 0)"))
    #expect(inspection.splits.allSatisfy { $0.digest?.count == 64 })
  }

  @Test("looks at the splits that are asked for, and names those that there are")
  func splits() throws {
    var request = SourceRequest(paths: ["sample:70"])
    request.splits = ["test"]
    for depth in [Inspection.Depth.headers, .everything] {
      #expect(try Inspection(of: request, depth).splits.map(\.name) == ["test"])
    }
    request.splits = ["other"]
    #expect(throws: UsageError.unknown(what: "split", name: "other", among: ["train", "test"])) {
      try Inspection(of: request)
    }
  }
}
