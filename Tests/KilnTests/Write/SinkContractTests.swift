import Testing

@testable import Kiln

/// What every sink promises, whatever it writes.
@Suite("Every sink")
struct SinkContractTests {
  static let names = SinkFormat.all.map(\.name)

  private func run(
    _ format: SinkFormat, _ source: SourceRequest, at path: String, jobs: Int = 2
  ) throws -> RunReport {
    let output = try Pipeline.Output(format, at: path)
    return try Runner(Pipeline(source: source, outputs: [output]), jobs: jobs).run()
  }

  @Test("gives back what it was given, where Kiln reads the format", arguments: names)
  func roundTrip(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      let path = try Pipeline.Output(format, at: directory + "/output").path
      let written = try run(format, SourceRequest(paths: ["sample:3000"]), at: path)
      let request = SourceRequest(paths: [path])
      #expect((written.splits[0].digest != nil) == written.outputs[0].sink.isLossless)
      guard written.outputs[0].sink.isLossless else { return }
      let read = try run(format, request, at: directory + "/again")
      #expect(read.splits.map(\.digest) == written.splits.map(\.digest))
    }
  }

  @Test("gives one-hot labels back as they were written", arguments: names)
  func oneHot(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    guard !["png", "jpeg", "tar"].contains(name) else { return }
    try withTemporaryDirectory { directory in
      let output = try Pipeline.Output(format, at: directory + "/output")
      let pipeline = Pipeline(
        source: SourceRequest(paths: ["sample:300"]), steps: [try Pipeline.Step(.oneHot)],
        outputs: [output])
      let written = try Runner(pipeline, jobs: 2).run()
      #expect(try Verification(of: output.path).differences == [])
      let read = try run(
        format, SourceRequest(paths: [output.path]), at: directory + "/again")
      #expect(read.splits.map(\.digest) == written.splits.map(\.digest))
      #expect(read.schema.labels == written.schema.labels)
      // Columns that only look one-hot are columns, too.
      let columns = try Pipeline.Output(format, at: directory + "/columns")
      let source = TestSource(.uint8, [2], counts: [1], labelType: .uint8, columns: ["a", "b"])
      #expect(source.labels(0, ofSplit: 0) == [0, 1])
      let twoColumns = try source.run([columns])
      let back = try run(
        format, SourceRequest(paths: [columns.path]), at: directory + "/columns-again")
      #expect(back.splits.map(\.digest) == twoColumns.splits.map(\.digest))
    }
  }

  @Test("gives back splits whose names look like anything else", arguments: names)
  func splitNames(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      let splits = ["data", "x", "y", "images", "label", "my-val", "Test 2", "img"]
      let source = TestSource(
        Dataset(
          schema: TestSource(.uint8, [4, 4], counts: [3]).dataset.schema,
          splits: splits.map { Split(name: $0, count: 3) }))
      // Another output around it has a manifest of its own.
      let outer = try Pipeline.Output(.csv, at: directory + "/outer")
      try TestSource(.uint8, [4, 4], counts: [3]).run([outer])
      let output = try Pipeline.Output(format, at: directory + "/outer/output")
      try source.run([output])
      let verification = try Verification(of: output.path)
      #expect(verification.differences == [])
      #expect(Set(verification.splits.map(\.name)) == Set(splits))
    }
  }

  @Test("writes a data set without samples", arguments: names)
  func empty(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      let path = try Pipeline.Output(format, at: directory + "/output").path
      let report = try run(format, SourceRequest(paths: ["sample:0"]), at: path)
      #expect(report.count == 0)
      let verification = try Verification(of: path)
      #expect(verification.differences == [])
      #expect(verification.splits.map(\.name) == report.splits.map(\.name))
    }
  }

  @Test("gives back a split without samples beside one that has some", arguments: names)
  func emptySplit(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      for options in name == "csv" ? [[:], ["header": "off"]] : [[:]] {
        let output = try Pipeline.Output(
          format, at: "\(directory)/\(options.count)/output", options: options)
        try TestSource(.uint8, [4, 4], counts: [20, 0]).run([output])
        #expect(try Verification(of: output.path).differences == [], "\(options)")
      }
    }
  }

  /// Formats that have no place for samples without pixels.
  static let pictures: Set = ["png", "jpeg", "tar", "cache"]

  @Test(
    "gives back labels alone, or refuses them before it writes anything", arguments: names,
    [["label"], ["class", "writer", "digit"]])
  func labelsAlone(_ name: String, columns: [String]) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      for options in name == "csv" ? [[:], ["header": "off", "label": "last"]] : [[:]] {
        let source = TestSource(
          .uint8, Schema.noPixels, counts: [300, 20], labelType: .int32, columns: columns)
        let place = "\(directory)/\(options.count)/output"
        let output = try Pipeline.Output(format, at: place, options: options)
        if Self.pictures.contains(name) {
          let error = #expect(throws: StageError.self) { try source.run([output]) }
          #expect(error?.description.contains("labels alone") == true)
          #expect(try Path.contents(of: directory).isEmpty)
          continue
        }
        let written = try source.run([output])
        #expect(try Verification(of: output.path).differences == [], "\(options)")
        let read = try SourceFormat.open(SourceRequest(paths: [output.path])).source
        #expect(read.dataset.schema.isLabelsAlone)
        #expect(read.dataset.schema.labels?.columns == columns)
        let splits = try Pass(source: read, plan: Plan(read.dataset)).run(
          jobs: 1, cancellation: Cancellation(), watch: nil)
        #expect(splits.map(\.digest) == written.splits.map(\.digest))
      }
    }
  }

  @Test("takes class names with every kind of awkward character", arguments: names)
  func awkwardClassNames(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      let names = [
        "comma, comma", "\"quoted\"", "a/b", "..", "Käse 漢字", "back\\slash", "line\nbreak", "", " ",
        "CON",
      ]
      let source = SourceRequest(paths: ["sample:200"], classNames: names)
      let path = try Pipeline.Output(format, at: directory + "/output").path
      _ = try run(format, source, at: path)
      let manifest = format.output == .directory ? path + "/kiln.json" : path + ".kiln.json"
      guard case .object(let fields) = try JSON(parsing: try fileBytes(manifest)) else {
        Issue.record("the manifest is no object")
        return
      }
      #expect(fields["classes"] == .array(names.map(JSON.text)))
      let read = try SourceFormat.open(SourceRequest(paths: [path])).source
      #expect(read.dataset.schema.labels?.classNames == names)
    }
  }

  @Test("writes the same bytes with one worker and with eight", arguments: names)
  func deterministic(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      // Several batches, the last of each split not a whole one.
      let source = SourceRequest(paths: ["sample:5000"])
      for jobs in [1, 8] {
        _ = try run(format, source, at: "\(directory)/\(jobs)/output", jobs: jobs)
      }
      let (one, eight) = (try fileTree(directory + "/1"), try fileTree(directory + "/8"))
      #expect(!one.isEmpty)
      #expect(one == eight)
    }
  }

  @Test("leaves nothing behind when the source fails half-way", arguments: names)
  func failure(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { directory in
      let source = TestSource(.uint8, [28, 28], counts: [3000, 100], faultAt: 2000)
      let output = try Pipeline.Output(format, at: directory + "/output")
      #expect(throws: (any Error).self) { try source.run([output]) }
      #expect(try Path.contents(of: directory).isEmpty)
    }
  }
}
