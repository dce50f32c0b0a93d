import Testing

@testable import Kiln

/// Every format that is read becomes every format that is written, and comes back as the same samples.
@Suite("Any source to any sink")
struct AnyToAnyTests {
  /// More would be nothing new: that batches and blocks are put together right, others test.
  private static let sample = "sample:140"

  /// Makes a small source of a format in an empty directory.
  typealias Maker = @Sendable (_ directory: String) throws -> SourceRequest

  /// What Kiln writes, by the name of the format in which it is read.
  private static let written: [String: SinkFormat] = [
    "idx": .idx, "pickle": .pickle, "npy": .npy, "npz": .npz, "cache": .cache, "csv": .csv,
    "tar": .tar, "image-folder": .png,
  ]

  /// What only others write.
  private static let foreign: [String: Maker] = [
    "sample": { _ in SourceRequest(paths: [sample]) },
    "cifar": { directory in
      try write(records(of: 30, byteCount: 3072), to: directory + "/data_batch_1.bin")
      try write(records(of: 7, byteCount: 3072), to: directory + "/test_batch.bin")
      return SourceRequest(paths: [directory])
    },
    "stl": { directory in
      for (split, count) in [("train", 3), ("test", 2)] {
        try write(noise(count * 27_648), to: "\(directory)/\(split)_X.bin")
        try write((0..<count).map { UInt8($0 + 1) }, to: "\(directory)/\(split)_y.bin")
      }
      return SourceRequest(paths: [directory])
    },
    "mat": { directory in
      for (split, count) in [("train", 20), ("test", 3)] {
        let images = MATSample(
          name: "X", dimensions: [8, 8, 3, count], data: noise(count * 192))
        let labels = MATSample(
          name: "y", dimensions: [count, 1], data: (0..<count).map { UInt8($0 % 10 + 1) })
        try write(MATSample.file([images, labels]), to: "\(directory)/\(split)_32x32.mat")
      }
      return SourceRequest(paths: [directory])
    },
    "libsvm": { directory in
      let rows = (0..<20).map { row in
        "\(row % 10) "
          + noise(256, seed: UInt64(row)).enumerated().map { "\($0 + 1):\($1)" }
          .joined(separator: " ")
      }
      let text = Array((rows.joined(separator: "\n") + "\n").utf8)
      try write(text, to: directory + "/digits")
      return SourceRequest(paths: [directory + "/digits"])
    },
  ]

  private static func noise(_ byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return generator.bytes(byteCount)
  }

  /// Labels in front of pixels.
  private static func records(of count: Int, byteCount: Int) -> [UInt8] {
    (0..<count).flatMap { [UInt8($0 % 10)] + noise(byteCount, seed: UInt64($0)) }
  }

  static var sources: [String] { SourceFormat.all.map(\.name) }

  private static func make(_ name: String, _ directory: String) throws -> SourceRequest {
    if let maker = foreign[name] { return try maker(directory) }
    let sink = try #require(written[name], "nothing makes a source of the format \(name)")
    let output = try Pipeline.Output(sink, at: directory + "/source")
    _ = try Runner(
      Pipeline(source: SourceRequest(paths: [sample]), outputs: [output])
    ).run()
    return SourceRequest(paths: [output.path])
  }

  @Test("keeps every pixel and label", arguments: sources)
  func roundTrip(_ name: String) throws {
    try withTemporaryDirectory { root in
      let request = try Self.make(name, root)
      #expect(try SourceFormat.open(request).format.name == name)
      let outputs = try SinkFormat.all.map {
        try Pipeline.Output($0, at: "\(root)/\($0.name)/output")
      }
      let report = try Runner(Pipeline(source: request, outputs: outputs)).run()
      for output in outputs { try check(output, against: report, from: name) }
    }
  }

  /// Reads an output again and compares what is in it.
  private func check(
    _ output: Pipeline.Output, against report: RunReport, from name: String
  ) throws {
    let way: Comment = "\(name) to \(output.format.name) and back"
    let again = SourceRequest(paths: [output.path])
    guard let (format, source) = try? SourceFormat.open(again) else {
      Issue.record("\(way): cannot be read: \(sentence { _ = try SourceFormat.open(again) } ?? "")")
      return
    }
    #expect(
      Self.written[format.name]?.name == output.format.name || output.format.name == "jpeg", way)
    #expect(source.dataset.splits.map(\.name) == report.splits.map(\.name), way)
    let splits = try Pass(source: source, plan: Plan(source.dataset)).run(
      jobs: 2, cancellation: Cancellation(), watch: nil)
    #expect(splits.map(\.count) == report.splits.map(\.count), way)
    for (split, expected) in zip(splits, report.splits) {
      #expect(split.labelCounts?.map(\.label) == expected.labelCounts?.map(\.label), way)
      #expect(split.labelCounts?.map(\.count) == expected.labelCounts?.map(\.count), way)
    }
    let isLossless = report.outputs.first { $0.path == output.path }?.sink.isLossless
    if isLossless == true { #expect(splits.map(\.digest) == report.splits.map(\.digest), way) }
  }

  @Test(
    "knows again the scale of floats, whatever a reader would guess",
    arguments: ["pickle", "npy", "npz", "cache", "idx", "csv"], ["1/2", "1/128", "2", "1/256"])
  func scale(name: String, scale: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(format, at: root + "/floats")
      let report = try Runner(
        Pipeline(
          source: SourceRequest(paths: ["sample:20"]), steps: [try Pipeline.Step(.scale, scale)],
          outputs: [output])
      ).run()
      let source = try openSource(SourceRequest(paths: [output.path]))
      #expect(source.dataset.schema.pixelScale == report.schema.pixelScale)
    }
  }

  @Test(
    "takes the shape that is given rather than the one that was written, unless rows would run into each other",
    arguments: ["pickle", "npy", "npz", "cache", "idx", "csv"])
  func givenShape(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { root in
      let shape = { (steps: [Pipeline.Step], given: String?) throws -> [Int] in
        let output = try Pipeline.Output(format, at: root + "/flat")
        _ = try Runner(
          Pipeline(
            source: SourceRequest(paths: ["sample:20"]), steps: steps, outputs: [output],
            existing: .replace)
        ).run()
        let request = SourceRequest(
          paths: [output.path], settings: given.map { ["shape": $0] } ?? [:])
        return try openSource(request).dataset.schema.sampleShape
      }
      let flat = [try Pipeline.Step(.flatten)]
      #expect(try shape(flat, nil) == [784])
      #expect(try shape(flat, "28x28") == [28, 28])
      #expect(try shape(flat, "14x56") == [14, 56])
      #expect(sentence { _ = try shape(flat, "28x29") }?.contains("28x29") == true)
      #expect(try shape([], "28x28x1") == [28, 28, 1])
      #expect(try shape([], "784") == [784])
      if name != "csv" {
        #expect(
          sentence { _ = try shape([], "14x56") }?.hasSuffix(
            "has samples of shape 28x28: read as 14x56, their rows and columns would run into each"
              + " other") == true)
      }
    }
  }
}
