import Foundation
import Testing

@testable import Kiln

@Suite("Runner", .timeLimit(.minutes(20))) struct RunnerTests {
  private func pipeline(
    _ source: NumberSource, _ outputs: [(SinkFormat, String)], steps: [Pipeline.Step] = [],
    existing: StagedOutput.Existing = .keep
  ) throws -> Pipeline {
    Pipeline(
      source: SourceRequest(paths: ["numbers"]), sourceFormats: [source.format], steps: steps,
      outputs: try outputs.map { try Pipeline.Output($0.0, at: $0.1) }, existing: existing)
  }

  @Test("begins once, does the steps in order, and finishes last", arguments: [1, 2, 8])
  func order(jobs: Int) throws {
    try withTemporaryDirectory { root in
      let source = NumberSource(counts: [400, 0, 33])
      let sink = NotingSink()
      let report = try Runner(
        pipeline(source, [(sink.format(), root + "/out")]), jobs: jobs
      ).run()
      let steps =
        (0..<25).map { "step 0:\($0 * 16)+16" } + ["step 2:0+16", "step 2:16+16", "step 2:32+1"]
      #expect(sink.notes.withLock { $0 } == ["begin 0:0"] + steps + ["finish"])
      #expect(Set(sink.written.withLock { $0 }).count == steps.count)
      #expect(report.splits.map(\.count) == [400, 0, 33])
      #expect(try names(in: root) == ["out/", "out/kiln.json", "out/notes.txt"])
    }
  }

  @Test("takes any number of jobs", arguments: [Int.min, 0, 5000, Int.max])
  func anyJobs(jobs: Int) throws {
    try withTemporaryDirectory { root in
      let run = try pipeline(
        NumberSource(counts: [40]), [(NotingSink().format(), root + "/out")])
      #expect(try Runner(run, jobs: jobs).run().count == 40)
    }
  }

  @Test("refuses a split whose name is too long for a file")
  func longName() throws {
    try withTemporaryDirectory { root in
      let name = String(repeating: "a", count: 70_000)
      let run = try pipeline(
        NumberSource(counts: [4], names: [name]), [(.npz, root + "/out.npz")])
      #expect(throws: StageError.self) { try Runner(run).run() }
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test("writes an output for a data set without samples", arguments: [1, 2])
  func empty(jobs: Int) throws {
    try withTemporaryDirectory { root in
      let sink = NotingSink()
      let run = try pipeline(NumberSource(counts: [0, 0]), [(sink.format(), root + "/out")])
      #expect(try Runner(run, jobs: jobs).run().count == 0)
      #expect(sink.notes.withLock { $0 } == ["finish"])
    }
  }

  @Test("reports a bad end of one split before a fault in the next one", arguments: [1, 2, 8])
  func badEnd(jobs: Int) throws {
    for _ in 0..<10 {
      try withTemporaryDirectory { root in
        let source = NumberSource(counts: [400, 400], failsAtEnd: true)
        let convert = BatchConversion { batch in
          guard batch.split == 1, batch.firstIndex == 0 else { return }
          throw SampleError(index: 0, reason: "convert fails")
        }
        let run = try pipeline(
          source, [(NotingSink().format(), root + "/out")],
          steps: [Pipeline.Step(name: "convert", value: "", conversion: convert)])
        #expect(sentence { _ = try Runner(run, jobs: jobs).run() } == "sample 400: bad end")
        #expect(try names(in: root).isEmpty)
      }
    }
  }

  @Test(
    "holds a bounded number of batches, of however many splits",
    arguments: [1, 2, 8],
    [[1600], Array(repeating: 32, count: 100), [800, 0, 1, 800], [800, 800]])
  func bounded(jobs: Int, counts: [Int]) throws {
    try withTemporaryDirectory { root in
      let source = NumberSource(counts: counts)
      let sink = NotingSink(source: source)
      _ = try Runner(pipeline(source, [(sink.format(), root + "/out")]), jobs: jobs).run()
      #expect(source.inFlight.withLock { $0.now } == 0)
      // As many again are read ahead in the next split.
      let room = (jobs + 10) * min(2, counts.count)
      #expect(source.inFlight.withLock { $0.most } <= room)
    }
  }

  @Test("holds fewer samples that are larger than a batch", arguments: [1, 2, 8])
  func boundedBytes(jobs: Int) throws {
    try withTemporaryDirectory { root in
      let source = NumberSource(counts: [40], sampleByteCount: 4 << 20)
      let sink = NotingSink(source: source)
      _ = try Runner(pipeline(source, [(sink.format(), root + "/out")]), jobs: jobs).run()
      #expect(source.inFlight.withLock { $0.most } <= max(2, (jobs + 10) / 4))
    }
  }

  @Test("refuses a source that is written to while it is mapped")
  func written() throws {
    try withTemporaryDirectory { root in
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: ["sample:20"]),
          outputs: [try Pipeline.Output(.npy, at: root + "/in")])
      ).run()
      let path = root + "/in/train-images.npy"
      let grow = BatchConversion { _ in
        try write(try contents(of: path) + [0], to: path)
      }
      let line = sentence {
        _ = try Runner(
          Pipeline(
            source: SourceRequest(paths: [root + "/in"]),
            steps: [Pipeline.Step(name: "grow", value: "", conversion: grow)],
            outputs: [try Pipeline.Output(.csv, at: root + "/out")])
        ).run()
      }
      #expect(line?.contains("another program has changed or replaced it") == true)
      #expect(try names(in: root).allSatisfy { $0.hasPrefix("in/") })
    }
  }

  enum Fault: CaseIterable { case read, decode, convert, write, step, twoSinks }

  @Test(
    "reports the failure with the lowest sample index, and leaves nothing",
    arguments: Fault.allCases, [1, 2, 8])
  func firstFailure(fault: Fault, jobs: Int) throws {
    let samples: Set = [600, 403, 406, 799]
    for _ in 0..<3 {
      try withTemporaryDirectory { root in
        let source = NumberSource(
          counts: [800], failsDecoding: fault == .decode ? samples : [],
          failsReading: fault == .read ? 403 : nil)
        let sink = NotingSink(
          failsAt: fault == .write ? .write : fault == .step ? .step : nil, samples: samples)
        // The two sinks disagree within one batch, and the first one fails later.
        let late = NotingSink(failsAt: fault == .twoSinks ? .write : nil, samples: [405, 700])
        let early = NotingSink(failsAt: fault == .twoSinks ? .write : nil, samples: [403])
        let convert = BatchConversion { batch in
          let range = batch.firstIndex..<batch.firstIndex + batch.count
          guard fault == .convert, let sample = range.first(where: samples.contains) else { return }
          throw SampleError(index: sample, reason: "convert fails")
        }
        let run = try pipeline(
          source,
          [
            (late.format(name: "late"), root + "/a/late"), (sink.format(), root + "/a/b/out"),
            (early.format(name: "early", output: .file), root + "/a/early"),
          ], steps: [Pipeline.Step(name: "test", value: "", conversion: convert)])
        let error = #expect(throws: (any Error).self) { try Runner(run, jobs: jobs).run() }
        let reason = (error as? StageError)?.reason ?? error
        #expect((reason as? SampleError)?.index == 403, "\(String(describing: error))")
        #expect(try names(in: root).isEmpty)
      }
    }
  }

  @Test(
    "leaves nothing when a sink fails at any place", arguments: NotingSink.Place.allCases, [1, 2])
  func sinkFailure(place: NotingSink.Place, jobs: Int) throws {
    try withTemporaryDirectory { root in
      let first = NotingSink()
      let sink = NotingSink(failsAt: place, samples: [20])
      let run = try pipeline(
        NumberSource(counts: [200]),
        [(first.format(name: "first"), root + "/new/first"), (sink.format(), root + "/new/out")])
      let line = sentence { _ = try Runner(run, jobs: jobs).run() }
      #expect(line?.hasPrefix("write notes: ") == true, "\(line ?? "nothing")")
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test("leaves nothing when the source fails at its very end", arguments: [1, 2, 8])
  func sourceEnd(jobs: Int) throws {
    try withTemporaryDirectory { root in
      let run = try pipeline(
        NumberSource(counts: [100], failsAtEnd: true), [(NotingSink().format(), root + "/out")])
      #expect(throws: SampleError.self) { try Runner(run, jobs: jobs).run() }
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test("stops when it is asked to, and leaves nothing", arguments: [1, 2, 8], [0, 1, 50])
  func cancelled(jobs: Int, batches: Int) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/old")
      let cancellation = Cancellation()
      let sink = NotingSink()
      let run = try pipeline(
        NumberSource(counts: [1600]),
        [(sink.format(), root + "/old"), (NotingSink().format(), root + "/x/new")],
        existing: .replace)
      if batches == 0 { cancellation.cancel() }
      let runner = Runner(run, jobs: jobs, cancellation: cancellation) { progress in
        if progress.samples >= batches * 16 { cancellation.cancel() }
      }
      #expect(throws: Interruption.self) { try runner.run() }
      #expect(try names(in: root) == ["old/"])
      #expect(sink.written.withLock { $0.count } < 100)
    }
  }

  @Test(
    "adds the file extension that a file output is left without",
    arguments: [
      ("mnist", "mnist.npz"), ("mnist.npz", "mnist.npz"), ("out/v1.2", "out/v1.2.npz"),
    ])
  func fileExtension(given: String, expected: String) throws {
    #expect(try Pipeline.Output(.npz, at: given).path == expected)
    #expect(try Pipeline.Output(.npy, at: given).path == given)
  }

  @Test("shows its progress in order, and that it flushes in the end")
  func progress() throws {
    try withTemporaryDirectory { root in
      let seen = Locked<[Int]>([])
      let run = try pipeline(NumberSource(counts: [100]), [(NotingSink().format(), root + "/out")])
      _ = try Runner(run, jobs: 2) { progress in seen.withLock { $0.append(progress.samples) } }
        .run()
      #expect(seen.withLock { $0 } == [16, 32, 48, 64, 80, 96, 100, 100])
    }
  }

  @Test(
    "refuses a split that would take the place of a manifest or of the class names",
    arguments: ["kiln.json", "KILN.json", "classes.json"])
  func takenName(name: String) throws {
    try withTemporaryDirectory { root in
      let run = try pipeline(NumberSource(counts: [4], names: [name]), [(.png, root + "/out")])
      #expect(
        sentence { _ = try Runner(run).run() }
          == "convert: split '\(name)' has the name of another file (name it by --splits)")
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test("looks for a request to stop while it skips samples")
  func cancelledSkip() throws {
    let source = NumberSource(counts: [40])
    var plan = Plan(source.dataset)
    plan.parts[0].range = 30..<40
    let cancellation = Cancellation()
    cancellation.cancel()
    var reader = PartReader(
      source, plan.parts, 0..<1, firstSequence: 0, batchCount: 1,
      background: Background(pool: WorkerPool(workerCount: 1)), cancellation: cancellation)
    #expect(throws: Interruption.self) { _ = try reader.next() }
  }

  @Test(
    "refuses a run without an output, and splits whose names are no names",
    arguments: [
      ["a/b"], [""], ["."], [".."], [".hidden"], ["a\nb"], ["same", "same"], ["Same", "same"],
    ])
  func refused(splits: [String]) throws {
    try withTemporaryDirectory { root in
      let source = NumberSource(counts: splits.map { _ in 1 }, names: splits)
      let run = try pipeline(source, [(SinkFormat.npy, root + "/out")])
      #expect(throws: StageError.self) { try Runner(run).run() }
      let plain = try pipeline(NumberSource(counts: [1]), [])
      #expect(throws: UsageError.self) { try Runner(plain).run() }
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test("publishes nothing when a destination appears during the run")
  func race() throws {
    try withTemporaryDirectory { root in
      let run = try pipeline(
        NumberSource(counts: [100]),
        [(NotingSink().format(), root + "/a"), (NotingSink().format(), root + "/b")])
      let runner = Runner(run, jobs: 1) { _ in try? makeDirectory(root + "/b") }
      #expect(
        sentence { _ = try runner.run() }
          == "write: \(root)/b exists already (--overwrite replaces it)")
      #expect(try names(in: root) == ["b/"])
    }
  }

  @Test("gives the same bytes for any number of workers", arguments: SinkFormat.all.map(\.name))
  func identical(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { root in
      let outputs = try [1, 2, 8].enumerated().map { run, jobs in
        let directory = root + "/\(run)"
        _ = try Runner(
          Pipeline(
            source: SourceRequest(paths: ["sample:2500"]),
            outputs: [try Pipeline.Output(format, at: directory + "/out")]), jobs: jobs
        ).run()
        return try tree(directory)
      }
      #expect(outputs.allSatisfy { $0 == outputs[0] })
      #expect(outputs[0].keys.contains { $0.hasSuffix("kiln.json") })
    }
  }

  @Test("accounts for sources, counts and content in the manifest", arguments: [false, true])
  func manifest(isGzip: Bool) throws {
    try withTemporaryDirectory { root in
      let images = IDXSample.counting([3000, 2, 2])
      let labels = IDXSample(dimensions: [3000], data: (0..<3000).map { UInt8($0 % 3) })
      let suffix = isGzip ? ".gz" : ""
      let names = ["train-images-idx3-ubyte" + suffix, "train-labels-idx1-ubyte" + suffix]
      let files = [images, labels].map { isGzip ? gzip($0.bytes) : $0.bytes }
      try makeDirectory(root + "/in")
      for (name, file) in zip(names, files) { try write(file, to: root + "/in/" + name) }
      let report = try Runner(
        Pipeline(
          source: SourceRequest(paths: [root + "/in"], classNames: ["a", "b,\"/", "ç"]),
          outputs: try SinkFormat.all.map { try Pipeline.Output($0, at: root + "/" + $0.name) })
      ).run()
      let digest = naiveContentDigest(
        type: .uint8, shape: [2, 2], count: 3000, pixels: images.data,
        labels: labels.data.map(Int64.init))
      #expect(report.splits.map(\.digest) == [digest])
      for format in SinkFormat.all {
        let place = try Pipeline.Output(format, at: root + "/" + format.name).path
        let path = format.output == .directory ? place + "/kiln.json" : place + ".kiln.json"
        guard case .object(let manifest) = try JSON(parsing: contents(of: path)) else {
          Issue.record("no object")
          return
        }
        #expect(manifest["format"] == .text(format.name))
        #expect(manifest["classes"] == .array([.text("a"), .text("b,\"/"), .text("ç")]))
        #expect(
          manifest["sources"]
            == .array(
              zip(names, files).map { name, file in
                var hash = SHA256()
                hash.update(file.span)
                return .object([
                  "name": .text(name), "bytes": .integer(file.count),
                  "sha256": .text(hexadecimal(hash.finish())),
                ])
              }))
        let isLossless = manifest["lossless"] == .boolean(true)
        #expect(
          manifest["splits"]
            == .object([
              "train": .object([
                "count": .integer(3000), "digest": isLossless ? .text(digest) : .null,
                "labels": .object(["0": .integer(1000), "1": .integer(1000), "2": .integer(1000)]),
              ])
            ]))
      }
    }
  }
}
