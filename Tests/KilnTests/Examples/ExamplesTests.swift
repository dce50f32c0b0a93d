import Foundation
import Kiln
import Testing

@Suite("The examples of the documentation")
struct ExamplesTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private static let catalogue = folder.appending(path: "../../../Sources/Kiln/Kiln.docc")
    .standardizedFileURL

  /// The text of each Swift block of an article.
  private static func blocks(of article: String) throws -> [String] {
    let text = try String(contentsOf: catalogue.appending(path: article), encoding: .utf8)
    return text.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
  }

  @Test(
    "show the code that is compiled",
    arguments: ["Converting", "CustomSink", "ReadingACache"])
  func articlesMatch(_ name: String) throws {
    let code = try String(
      contentsOf: Self.folder.appending(path: name + ".swift"), encoding: .utf8)
    let blocks = try Self.blocks(of: name + ".md")
    #expect(!blocks.isEmpty)
    for block in blocks { #expect(code.contains("\n" + block) || code.hasPrefix(block)) }
  }

  @Test("are in no other article")
  func noOtherBlocks() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.catalogue.path)
    #expect(
      Set(files.filter { $0.hasSuffix(".md") })
        == ["Kiln.md", "Converting.md", "CustomSink.md", "ReadingACache.md"])
    #expect(try Self.blocks(of: "Kiln.md").isEmpty)
  }

  @Test("can name every format and conversion")
  func names() {
    let sinks: [SinkFormat] = [
      .png, .jpeg, .csv, .npy, .npz, .cache, .idx, .pickle, .tar,
    ]
    let sources: [SourceFormat] = [
      .sample, .tar, .idx, .pickle, .npy, .cache, .npz, .cifar, .stl, .mat, .libsvm, .csv,
      .imageFolder,
    ]
    let conversions: [ConversionFormat] = [
      .splits, .limit, .holdout, .labelColumn, .oneHot, .scale, .normalize, .dtype, .clip, .invert,
      .flatten, .layout, .transpose,
    ]
    #expect(sinks.map(\.name) == SinkFormat.all.map(\.name))
    #expect(sources.map(\.name) == SourceFormat.all.map(\.name))
    #expect(conversions.map(\.name) == ConversionFormat.all.map(\.name))
  }

  @Test("convert in one pass and report what was done")
  func converts() throws {
    try withTemporaryDirectory { directory in
      let report = try convertDigits(into: directory)
      #expect(report.splits.map(\.name) == ["train", "val", "test"])
      #expect(report.splits.map(\.count) == [758, 100, 142])
      #expect(summary(of: report)[1].hasPrefix("val: 100 images, digest "))
      let outputs = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(
        Set(outputs) == ["folders", "arrays", "digits.safetensors", "digits.safetensors.kiln.json"])
    }
  }

  @Test("stop when asked, and leave nothing")
  func stops() throws {
    try withTemporaryDirectory { directory in
      let pipeline = Pipeline(
        source: SourceRequest(paths: ["sample:1000"]),
        outputs: [try Pipeline.Output(.npy, at: directory + "/npy")])
      let cancellation = Cancellation()
      cancellation.cancel()
      #expect(throws: Interruption.self) { try convert(pipeline, stoppedBy: cancellation) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
    }
  }

  @Test("convert by a step of the client's own")
  func converted() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/digits.safetensors"
      let pipeline = Pipeline(
        source: SourceRequest(paths: ["sample:100"]), steps: [threshold],
        outputs: [try Pipeline.Output(.cache, at: path)])
      _ = try Runner(pipeline).run()
      #expect(Set(try Cache(path: path).sample(3, ofSplit: 0).pixels) == [0, 255])
      let manifest = try String(contentsOfFile: path + ".kiln.json", encoding: .utf8)
      #expect(manifest.contains("\"threshold\" : \"128\""))
    }
  }

  @Test("write a format of the client's own beside Kiln's")
  func customSink() throws {
    try withTemporaryDirectory { directory in
      let report = try convertToPGM("sample:1000", into: directory)
      let file = try Data(contentsOf: URL(filePath: directory + "/pgm/train.pgm"))
      let array = try Data(contentsOf: URL(filePath: directory + "/npy/train-images.npy"))
      let header = Data("P5\n28 28\n255\n".utf8)
      let images = array.suffix(858 * 784)
      var expected = Data()
      for start in stride(from: images.startIndex, to: images.endIndex, by: 784) {
        expected += header + images[start..<start + 784].map { 255 - $0 }
      }
      #expect(file == expected)
      #expect(report.outputs[0].sink.byteCount == 1000 * (784 + header.count))
      #expect(FileManager.default.fileExists(atPath: directory + "/pgm/kiln.json"))
    }
  }

  @Test("read a pipeline that names the client's format")
  func customSinkInPipelineFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/pipeline.json"
      let text = """
        {"source": {"from": "sample:70"},
         "to": [{"format": "pgm", "path": "nowhere", "paper": "white"}]}
        """
      try Data(text.utf8).write(to: URL(filePath: path))
      let output = try pipelineWithPGM(inFile: path).outputs[0]
      #expect(output.format.name == "pgm")
      #expect(output.options.text("paper") == "white")
      #expect(throws: PipelineError.self) {
        try pipeline(inFile: path, writingTo: directory + "/pgm")
      }
      let known = text.replacing("pgm", with: "npy").replacing(#", "paper": "white""#, with: "")
      try Data(known.utf8).write(to: URL(filePath: path))
      _ = try Runner(pipeline(inFile: path, writingTo: directory + "/npy")).run()
      #expect(FileManager.default.fileExists(atPath: directory + "/npy/kiln.json"))
    }
  }

  @Test("read single samples, blocks and labels of a cache")
  func readsCache() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/digits.safetensors"
      try makeCache(at: path)
      let cache = try Cache(path: path)
      let train = cache.dataset.splits[0]
      let means = try means(of: cache)
      #expect(means.count == 2)
      #expect(means.allSatisfy { 20 < $0 && $0 < 60 })
      let nines = try indices(ofLabel: 9, in: cache, split: 0)
      let last = try #require(nines.last)
      #expect(last < train.count)
      #expect(try name(ofSample: last, inCacheAt: path) == "784 pixels of class 9")
    }
  }
}
