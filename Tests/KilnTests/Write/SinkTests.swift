import Foundation
import Testing

@testable import Kiln

/// A source that holds its samples in memory.
final class MemorySource: Source {
  let dataset: Dataset
  let files: [SourceFile] = []
  private let pixels: [UInt8]
  private let labels: [Int64]

  init(_ schema: Schema, count: Int, pixels: [UInt8], labels: [Int64] = [], split: String = "train")
  {
    var schema = schema
    if let low = labels.min(), let high = labels.max() { schema.labels?.ranges = [low...high] }
    dataset = Dataset(schema: schema, splits: [Split(name: split, count: count)])
    (self.pixels, self.labels) = (pixels, labels)
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader { Reader(self) }

  private final class Reader: SampleReader {
    private let source: MemorySource
    private var position = 0
    init(_ source: MemorySource) { self.source = source }

    func read(_ count: Int) -> PendingSamples {
      let schema = source.dataset.schema
      let (size, columns) = (schema.sampleByteCount, schema.labelColumnCount)
      let samples = position..<position + count
      position += count
      return PendingSamples { [source] in
        (
          Array(source.pixels[samples.lowerBound * size..<samples.upperBound * size]),
          Array(source.labels[samples.lowerBound * columns..<samples.upperBound * columns])
        )
      }
    }
    func finish() {}
  }

  /// Writes all samples in a format and gives the files.
  func write(
    _ format: SinkFormat, _ options: [String: String] = [:], jobs: Int = 2
  ) throws -> [String: [UInt8]] {
    try withTemporaryDirectory { root in
      let source = SourceFormat(
        name: "memory", summary: "", detect: { _ in true }, open: { _, _ in self })
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: ["memory"]), sourceFormats: [source],
          outputs: [try Pipeline.Output(format, at: root + "/out", options: options)]), jobs: jobs
      ).run()
      return try tree(root + "/out")
    }
  }
}

@Suite("CSV") struct CSVSinkTests {
  private func source(_ type: ElementType, _ pixels: [UInt8], count: Int) -> MemorySource {
    MemorySource(
      Schema(
        elementType: type, sampleShape: [pixels.count / type.byteCount / count],
        labels: LabelSchema(elementType: .int64, range: nil)),
      count: count, pixels: pixels, labels: (0..<count).map { Int64($0 * 300 - 100) })
  }

  private func table(_ type: ElementType, _ pixels: [UInt8], count: Int) throws -> String {
    let files = try source(type, pixels, count: count).write(.csv)
    return String(decoding: try #require(files["train.csv"]), as: UTF8.self)
  }

  @Test(
    "has header, label and delimiter as asked for",
    arguments: [
      ([:], "label,pixel0,pixel1\n-100,0,255\n200,7,10\n"),
      (["header": "off"], "-100,0,255\n200,7,10\n"),
      (["label": "last"], "pixel0,pixel1,label\n0,255,-100\n7,10,200\n"),
      (["delimiter": ";", "header": "off"], "-100;0;255\n200;7;10\n"),
      (["delimiter": "tab"], "label\tpixel0\tpixel1\n-100\t0\t255\n200\t7\t10\n"),
    ] as [([String: String], String)])
  func options(options: [String: String], text: String) throws {
    let files = try source(.uint8, [0, 255, 7, 10], count: 2).write(.csv, options)
    #expect(files["train.csv"] == Array(text.utf8))
  }

  @Test(
    "refuses a delimiter that could be part of a value or name",
    arguments: ["", "ab", "0", "-", ".", "e", "\"", "\n", "é", "l", "P", "x"])
  func delimiters(text: String) {
    #expect(throws: (any Error).self) {
      try source(.uint8, [0, 255], count: 1).write(.csv, ["delimiter": text])
    }
  }

  @Test(
    "writes whole numbers of every type as they are",
    arguments: ElementType.allCases.filter { !$0.isFloat })
  func integers(type: ElementType) throws {
    var generator = SeededGenerator(seed: 3)
    for width in [1, 7, 8, 9, 30] {
      var pixels = generator.bytes(20 * width * type.byteCount)
      for index in pixels.indices where generator.next() % 3 > 0 { pixels[index] = 0 }
      let values: [String] =
        if type == .uint64 {
          withElements(of: pixels, as: UInt64.self) { span in span.indices.map { "\(span[$0])" } }
        } else {
          try type.integers(in: pixels).map(String.init)
        }
      var text = "label," + (0..<width).map { "pixel\($0)" }.joined(separator: ",") + "\n"
      for row in 0..<20 {
        text +=
          (["\(row * 300 - 100)"] + values[row * width..<(row + 1) * width]).joined(separator: ",")
          + "\n"
      }
      #expect(try table(type, pixels, count: 20) == text)
    }
  }

  @Test("writes floats so that they read back as the same number")
  func floats() throws {
    var generator = SeededGenerator(seed: 4)
    let special: [Double] = [
      0, -0.0, 1, 255, 0.1, -1.7976931348623157e308, .leastNonzeroMagnitude, .pi, 1e16, 256,
    ]
    let doubles =
      special
      + (0..<90).map { _ in
        let value = Double(bitPattern: generator.next())
        return value.isNaN ? 1.5 : value
      }
    let pixels = makeElements(count: 100, of: Double.self) { doubles[$0] }
    let rows = try table(.float64, pixels, count: 10).split(separator: "\n").dropFirst()
    let read = rows.flatMap { $0.split(separator: ",").dropFirst().compactMap { Double($0) } }
    #expect(read.map(\.bitPattern) == doubles.map(\.bitPattern))
    let singles = doubles.map { Float($0) }
    let text = try table(
      .float32, makeElements(count: 100, of: Float.self) { singles[$0] }, count: 10)
    let cells = text.split(separator: "\n").dropFirst().flatMap {
      $0.split(separator: ",").dropFirst()
    }
    #expect(cells.map(String.init) == singles.map(\.description))
  }

  @Test("refuses rows of more columns than any reader takes, before anything is reserved")
  func wide() {
    let dataset = Dataset(
      schema: Schema(elementType: .uint8, sampleShape: [1 << 28], labels: nil),
      splits: [Split(name: "train", count: 1)])
    #expect(throws: UnsupportedError.self) {
      try SinkFormat.csv.check(dataset, try OptionValues(SinkFormat.csv.options))
    }
  }
}

@Suite("NPY") struct NPYSinkTests {
  @Test(
    "has aligned headers of version 1.0", arguments: ElementType.allCases,
    [[], [28, 28], [3, 32, 32], [1]])
  func header(type: ElementType, shape: [Int]) throws {
    for count in [0, 1, 60_000, 4_294_967_295] {
      let bytes = NPYHeader.bytes(type: type, shape: [count] + shape)
      #expect(bytes.count % 64 == 0)
      #expect(bytes.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
      #expect(Int(bytes[8]) + Int(bytes[9]) << 8 == bytes.count - 10)
      let tuple =
        shape.isEmpty
        ? "(\(count),)" : "(" + ([count] + shape).map(String.init).joined(separator: ", ") + ")"
      let text = String(decoding: bytes.dropFirst(10), as: UTF8.self)
      #expect(
        text.hasPrefix(
          "{'descr': '\(NPYHeader.descriptor(of: type))', 'fortran_order': False, 'shape': \(tuple), }"
        ))
      #expect(text.hasSuffix("\n"))
    }
  }

  @Test("holds pixels and labels as they are")
  func content() throws {
    let schema = Schema(
      elementType: .int16, sampleShape: [2],
      labels: LabelSchema(columns: ["a", "b"], elementType: .int32, range: nil))
    let files = try MemorySource(
      schema, count: 2, pixels: [1, 2, 3, 4, 5, 6, 7, 8], labels: [1, 2, 3, -4]
    ).write(.npy)
    #expect(
      files["train-images.npy"]
        == NPYHeader.bytes(type: .int16, shape: [2, 2]) + [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(
      files["train-labels.npy"]
        == NPYHeader.bytes(type: .int32, shape: [2, 2])
        + ElementType.int32.bytes(of: [1, 2, 3, -4]))
  }
}

@Suite("Image folders") struct ImageFolderTests {
  private func folder(
    _ type: ElementType, _ shape: [Int], order: ChannelOrder = .last,
    scale: PixelScale = .undeclared,
    pixels: [UInt8], labels: [Int64]? = nil, _ options: [String: String] = [:]
  ) throws -> [String: [UInt8]] {
    let count = pixels.count / type.byteCount / shape.reduce(1, *)
    let schema = Schema(
      elementType: type, sampleShape: shape, channelOrder: order, pixelScale: scale,
      labels: LabelSchema(elementType: .int32, range: nil))
    return try MemorySource(
      schema, count: count, pixels: pixels, labels: labels ?? (0..<count).map { Int64($0 % 3) }
    ).write(.png, options)
  }

  private func noise(_ count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: 8)
    return generator.bytes(count)
  }

  @Test(
    "give back every pixel", arguments: ["fast", "small"],
    [
      (.uint8, [28, 28]), (.uint8, [5, 7, 3]), (.uint8, [1, 1]), (.uint8, [4, 4, 1]),
      (.uint16, [6, 5]),
      (.uint16, [6, 5, 3]),
    ] as [(ElementType, [Int])])
  func roundTrip(level: String, sample: (ElementType, [Int])) throws {
    let (type, shape) = sample
    let size = shape.reduce(type.byteCount, *)
    let pixels = noise(11 * size)
    let files = try folder(type, shape, pixels: pixels, ["level": level])
    for index in 0..<11 {
      let file = try #require(files["train/\(index % 3)/\(index < 10 ? "0" : "")\(index).png"])
      let image = try decodePNG(file)
      #expect(image.pixels == Array(pixels[index * size..<(index + 1) * size]))
      #expect(image.shape.height == shape[0] && image.shape.width == shape[1])
    }
    #expect(files.keys.filter { $0.hasSuffix(".png") }.count == 11)
    #expect(files["classes.json"] != nil)
  }

  @Test("interleave planes")
  func planar() throws {
    let files = try folder(.uint8, [3, 1, 2], order: .first, pixels: [1, 2, 3, 4, 5, 6])
    #expect(try decodePNG(files["train/0/0.png"] ?? []).pixels == [1, 3, 5, 2, 4, 6])
  }

  @Test(
    "map floats to the range of bytes",
    arguments: [
      (.undeclared, [0, 1, 0.5, 0.2], [0, 255, 128, 51]),
      (.factor(1), [0, 255, 127.4, 3.6], [0, 255, 127, 4]),
      (.factor(256), [0, 0.99609375, 0.5, 1 / 256], [0, 255, 128, 1]),
    ] as [(PixelScale, [Double], [UInt8])])
  func floats(scale: PixelScale, values: [Double], expected: [UInt8]) throws {
    for type in [ElementType.float32, .float64] {
      let pixels =
        type == .float64
        ? makeElements(count: 4, of: Double.self) { values[$0] }
        : makeElements(count: 4, of: Float.self) { Float(values[$0]) }
      let files = try folder(type, [2, 2], scale: scale, pixels: pixels)
      #expect(try decodePNG(files["train/0/0.png"] ?? []).pixels == expected)
    }
  }

  @Test("round floats half to even, as far as bytes go")
  func rounding() throws {
    // Every quarter from 0 to 255, halves that round to either end, and what is hardly more than 0.
    let values =
      (0...1020).map { Double($0) / 4 } + [
        -0.5, -0.0, 255.5.nextDown, .leastNonzeroMagnitude, 0, 0, 0,
      ]
    let pixels = makeElements(count: 1028, of: Double.self) { values[$0] }
    let files = try folder(.float64, [514, 2], scale: .factor(1), pixels: pixels)
    #expect(
      try decodePNG(files["train/0/0.png"] ?? []).pixels
        == values.map { UInt8($0.rounded(.toNearestOrEven)) })
  }

  @Test(
    "name the first value outside the range",
    arguments: [-0.1, 1.1, .nan, .infinity, -.infinity, 1e300, -1e300, 0x1p43, -0x1p44, 0x1p56])
  func outOfRange(value: Double) {
    let remedy =
      if value > 1 {
        "--dtype u8 if white is 255, "
      } else if -1...0 ~= value {
        "--normalize -1,1 --scale 127.5 --dtype u8 if black is -1, "
      } else {
        ""
      }
    let pixels = makeElements(count: 12, of: Double.self) { $0 == 6 ? value : $0 == 9 ? -5 : 0.5 }
    #expect(
      sentence { _ = try folder(.float64, [2, 2], pixels: pixels) }
        == "write png: sample 1: pixel 2 is \(value), expected 0 to 1"
        + (value.isNaN ? "" : " (\(remedy)--clip cuts off what is outside)")
    )
  }

  @Test(
    "name the scale that makes bytes of other types",
    arguments: [(.bool, "--scale 255 --dtype u8"), (.int16, "with --dtype u8")]
      as [(ElementType, String)])
  func remedies(type: ElementType, remedy: String) {
    let pixels = [UInt8](repeating: 0, count: 12 * type.byteCount)
    let line = sentence { _ = try folder(type, [2, 2], pixels: pixels) }
    #expect(line?.contains(remedy) == true, "\(line ?? "")")
  }

  @Test(
    "refuse what is no picture",
    arguments: [
      (.uint8, [4]), (.uint8, [2, 2, 2]), (.uint8, [2, 2, 4]), (.int8, [2, 2]), (.int32, [2, 2]),
      (.uint8, []),
    ] as [(ElementType, [Int])])
  func noPictures(type: ElementType, shape: [Int]) {
    #expect(throws: StageError.self) {
      try folder(type, shape, pixels: noise(shape.reduce(type.byteCount, *)))
    }
  }

  @Test("let duplicates share a file by {digest}", arguments: [1, 2, 8])
  func duplicates(jobs: Int) throws {
    var pixels: [UInt8] = []
    for index in 0..<3000 { pixels += [UInt8](repeating: UInt8(index % 5), count: 4) }
    let files = try folder(
      .uint8, [2, 2], pixels: pixels, labels: (0..<3000).map { Int64($0 % 5) },
      ["template": "{split}/{label}/{digest}.png"])
    let names = files.keys.filter { $0.hasSuffix(".png") }
    #expect(names.count == 5)
    for name in names {
      #expect(name.split(separator: "/").last?.count == FolderPaths.digestLength + 4)
    }
    let manifest = String(decoding: files["kiln.json"] ?? [], as: UTF8.self)
    #expect(manifest.contains("\"lossless\" : false"))
  }

  @Test("hold more classes than directories may be open")
  func manyClasses() throws {
    let files = try folder(
      .uint8, [1, 1], pixels: noise(700), labels: (0..<700).map { Int64($0 - 50) })
    #expect(files.keys.filter { $0.hasSuffix(".png") }.count == 700)
    #expect(try decodePNG(files["train/-050/000.png"] ?? []).pixels == [noise(1)[0]])
    #expect(files["train/649/699.png"] != nil)
  }

  @Test("make no folders for labels far apart that no sample has")
  func sparse() throws {
    let files = try folder(.uint8, [1, 1], pixels: [1, 2], labels: [5, 3_000_000])
    #expect(
      files.keys.filter { $0.hasSuffix("/") }.sorted() == [
        "train/", "train/0000005/", "train/3000000/",
      ])
  }

  @Test("make no folder for what is of no class before a sample is", arguments: [[], ["a", "b"]])
  func noClass(names: [String]) throws {
    let labels = LabelSchema(range: -1...1, classNames: names)
    let dataset = Dataset(
      schema: Schema(elementType: .uint8, sampleShape: [1, 1], labels: labels),
      splits: [Split(name: "train", count: 2)])
    let paths = FolderPaths(try FolderTemplate(parsing: "{split}/{label}/{index}.png"), dataset)
    let numbers = names.isEmpty ? ["-1", "0", "1"] : ["0", "1"]
    #expect(paths.directories == numbers.map { "train/" + $0 })
    let source = MemorySource(dataset.schema, count: 2, pixels: [1, 2], labels: [1, -1])
    #expect(try source.write(.png, [:]).keys.contains("train/-1/"))
  }

  @Test("take awkward class names")
  func awkward() throws {
    let schema = Schema(
      elementType: .uint8, sampleShape: [1, 1],
      labels: LabelSchema(range: 0...3, classNames: ["a,b", "\"q\"", "T-shirt/top", "日本"]))
    let files = try MemorySource(schema, count: 4, pixels: [1, 2, 3, 4], labels: [0, 1, 2, 3])
      .write(.png, ["template": "{split}/{class}/{index}.png"])
    #expect(
      files.keys.filter { $0.hasSuffix(".png") }.sorted()
        == ["train/a-b/0.png", "train/q/1.png", "train/t-shirt-top/2.png", "train/日本/3.png"])
    #expect(
      try JSON(parsing: files["classes.json"] ?? [])
        == .array([.text("a,b"), .text("\"q\""), .text("T-shirt/top"), .text("日本")]))
  }
}
