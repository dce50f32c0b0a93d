import Testing

@testable import Kiln

@Suite("Contact sheet") struct ContactSheetTests {
  private func sheet(
    _ source: String = "sample:700", jobs: Int = 2,
    among formats: [SourceFormat] = SourceFormat.all,
    _ settings: [String: String] = [:]
  ) throws -> ContactSheet {
    try Preview(try OptionValues(Preview.options, given: settings))
      .sheet(of: SourceRequest(paths: [source]), among: formats, jobs: jobs)
  }

  @Test("is the same for any number of jobs", arguments: [2, 8])
  func jobs(jobs: Int) throws {
    let one = try sheet("sample:5000", jobs: 1)
    #expect(try one.png() == sheet("sample:5000", jobs: jobs).png())
    #expect(one.rows.allSatisfy { $0.cells.count == 10 })
  }

  @Test("shows other samples for another seed")
  func seed() throws {
    let first = try sheet()
    #expect(try first != sheet(["seed": "2"]))
    #expect(try first == sheet(["seed": "1"]))
  }

  @Test("shows as many samples as were asked for, each in the row of its class")
  func rows() throws {
    let source = try SampleSource(count: 700, nil)
    let samples = try source.reader(
      ofSplit: 0, background: Background(pool: WorkerPool(workerCount: 1))
    ).read(600).decode()
    let sheet = try sheet(["per-class": "3"])
    #expect(sheet.rows.map(\.name) == (0...9).map(String.init))
    for (label, row) in sheet.rows.enumerated() {
      #expect(row.cells.count == 3)
      #expect(row.count == samples.labels.filter { $0 == label }.count)
      for cell in row.cells {
        let matches = (0..<600).filter {
          Array(samples.pixels[$0 * 784..<($0 + 1) * 784]) == cell.pixels
        }
        #expect(matches.contains { samples.labels[$0] == label })
      }
    }
  }

  @Test("leaves cells empty where a class has fewer samples than asked for")
  func fewSamples() throws {
    let sheet = try sheet("sample:70", ["per-class": "50", "columns": "7"])
    #expect(sheet.rows.allSatisfy { $0.cells.count == $0.count })
    #expect(sheet.rows.reduce(0) { $0 + $1.count } == 60)
    #expect(try decodePNG(sheet.png()).shape.channels == 1)
  }

  @Test("is a title alone for a data set without samples")
  func empty() throws {
    let sheet = try sheet("sample:0")
    #expect(sheet.rows.isEmpty)
    #expect(try decodePNG(sheet.png()).shape.height < 60)
    #expect(sheet.drawing(width: 80, .plain) == "train: 0 samples, 28x28 u8\n")
  }

  @Test("refuses an existing file before the source is read, and replaces it where asked")
  func existing() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/sheet.png"
      let preview = Preview(try OptionValues(Preview.options))
      let small = SourceRequest(paths: ["sample:70"])
      let sheet = try preview.write(small, to: path, jobs: 1)
      // A thousand million digits would take an hour to draw.
      let large = SourceRequest(paths: ["sample:1000000000"])
      #expect(throws: StageError.self) { try preview.write(large, to: path, jobs: 1) }
      #expect(try SourceFile(path: path).byteCount == sheet.png().count)
      let other = try preview.write(
        SourceRequest(paths: ["sample:7"]), to: path, existing: .replace, jobs: 1)
      #expect(try SourceFile(path: path).byteCount == other.png().count)
      #expect(try Path.contents(of: directory) == ["sheet.png"])
    }
  }

  @Test("does not mind what has the name of a manifest, which it has none of")
  func noManifest() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/sheet.png"
      try write([], to: path + ".kiln.json")
      let preview = Preview(try OptionValues(Preview.options))
      _ = try preview.write(SourceRequest(paths: ["sample:7"]), to: path, jobs: 1)
      #expect(try Path.contents(of: directory).sorted() == ["sheet.png", "sheet.png.kiln.json"])
    }
  }

  @Test("takes the named split, and only its beginning where asked")
  func split() throws {
    let test = try sheet(["split": "test", "limit": "50"])
    #expect(test.title == "test: 50 samples, 28x28 u8")
    #expect(throws: UsageError.unknown(what: "split", name: "tests", among: ["train", "test"])) {
      try sheet(["split": "tests"])
    }
  }

  @Test("is a plain grid where there are no labels", arguments: [ChannelOrder.last, .first])
  func unlabelled(order: ChannelOrder) throws {
    let shape = order == .last ? [6, 9, 3] : [3, 6, 9]
    let schema = Schema(
      elementType: .uint16, sampleShape: shape, channelOrder: order, labels: nil)
    let red = (0..<162).map { index in
      (order == .last ? index % 3 == 0 : index < 54) ? UInt16.max : 0
    }
    let sheet = try sheet(
      "plain",
      among: [fixed(schema, count: 25, makeElements(count: 162, of: UInt16.self) { red[$0] })])
    #expect(sheet.rows.map(\.cells.count) == [25])
    #expect(sheet.rows.map(\.name) == [nil])
    #expect(sheet.rows[0].cells[0].pixels == [UInt8]((0..<162).map { $0 % 3 == 0 ? 255 : 0 }))
    // Ten 9 x 6 pictures side by side, scaled by 7, in three lines.
    let image = try decodePNG(sheet.png())
    #expect(image.shape.width == 2 * 20 + 10 * 63 + 9 * 4)
    #expect(image.shape.channels == 3)
    #expect(sheet.drawing(width: 60, .colour).contains("\u{1B}[38;2;255;0;0m"))
  }

  @Test("stretches standardised values, and draws what is no number as black")
  func floats() throws {
    let values: [Float] = [-1, 0, 1, 0]
    let schema = Schema(
      elementType: .float32, sampleShape: [4], pixelScale: .lost, labels: nil)
    let bytes = makeElements(count: 4, of: Float.self) { values[$0] }
    let sheet = try sheet("plain", among: [fixed(schema, count: 1, bytes)])
    #expect(sheet.rows[0].cells[0].pixels == [0, 128, 255, 128])
    let undeclared = Schema(elementType: .float32, sampleShape: [2, 2], labels: nil)
    let strange = makeElements(count: 4, of: Float.self) { [Float.nan, .infinity, -0.09, 0.5][$0] }
    let clipped = try self.sheet("plain", among: [fixed(undeclared, count: 1, strange)])
    #expect(clipped.rows[0].cells[0].pixels == [0, 255, 0, 128])
    for (values, expected) in [
      ([0, 64, 128, 255], [0, 64, 128, 255]), ([0, 1000, 2000, 500], [0, 128, 255, 64]),
      ([-0.5, 2, 0.75, -0.5], [0, 255, 128, 0]), ([-1, 1, 0, .nan], [0, 255, 128, 0]),
      ([0, 1.0000001, 0.5, 0], [0, 255, 128, 0]),
    ] as [([Float], [UInt8])] {
      let large = makeElements(count: 4, of: Float.self) { values[$0] }
      let drawn = try self.sheet("plain", among: [fixed(undeclared, count: 1, large)])
      #expect(drawn.rows[0].cells[0].pixels == expected)
    }
  }

  @Test("refuses samples that are no pictures", arguments: [[], [7], [0, 28], [2, 2, 2, 2]])
  func noPictures(shape: [Int]) {
    let schema = Schema(elementType: .uint8, sampleShape: shape, labels: nil)
    #expect(throws: UnsupportedError.self) { try ThumbnailMaker(schema) }
  }

  @Test("says of labels alone that there are no pixels")
  func labelsAlone() {
    let schema = Schema(
      elementType: .uint8, sampleShape: Schema.noPixels, labels: LabelSchema(range: 0...9))
    #expect(
      sentence { _ = try ThumbnailMaker(schema) }
        == "there are labels alone, and no pixels to show")
  }

  @Test("reduces large pictures and keeps few of too many classes")
  func bounds() throws {
    let large = Schema(
      elementType: .uint8, sampleShape: [1000, 3000, 3], labels: LabelSchema(range: 0...9))
    let maker = try ThumbnailMaker(large)
    #expect(maker.width == 125 && maker.height == 42)
    for perClass in [1, 100] {
      for columns in [1, 100] {
        let layout = SheetLayout(maker, hasLabels: true, perClass: perClass, columns: columns)
        let height = layout.groupLimit * layout.height(ofRow: layout.groupCapacity, isNamed: true)
        #expect(height < ImageShape.maxSide)
        #expect(layout.groupLimit >= 1)
      }
    }
    let schema = Schema(
      elementType: .uint8, sampleShape: [1, 1],
      labels: LabelSchema(elementType: .int64, range: 0...999))
    let sheet = try sheet("plain", among: [fixed(schema, count: 1000, [9])], ["per-class": "1"])
    #expect(sheet.rows.map(\.name) == (0..<256).map(String.init))
    #expect(sheet.leftOutClassCount == 744)
  }

  @Test("fits drawings into the width", arguments: [1, 20, 40, 80, 200])
  func drawing(width: Int) throws {
    let drawing = try sheet().drawing(width: width, .plain)
    for line in drawing.split(separator: "\n").dropFirst() { #expect(line.count <= max(width, 4)) }
  }

  @Test("has a letter for all of ASCII and a question mark for the rest")
  func letters() {
    for value in UInt8(0x21)...0x7E {
      let rows = BitmapFont.rows(of: Unicode.Scalar(value))
      #expect([7, 9, 8].contains(rows.count))
      #expect(rows.contains { $0 != 0 } && rows.allSatisfy { $0 < 32 })
    }
    #expect(Set((0x20...0x7E).map { BitmapFont.rows(of: Unicode.Scalar(UInt8($0))) }).count == 95)
    #expect(BitmapFont.rows(of: "ß") == BitmapFont.rows(of: "?"))
  }
}

extension ContactSheetTests {
  private func sheet(_ settings: [String: String]) throws -> ContactSheet {
    try sheet("sample:700", settings)
  }

  private func sheet(_ source: String, _ settings: [String: String]) throws -> ContactSheet {
    try sheet(source, jobs: 2, among: SourceFormat.all, settings)
  }

  /// A source of equal samples, labelled by their index where there are labels.
  private func fixed(_ schema: Schema, count: Int, _ pixels: [UInt8]) -> SourceFormat {
    SourceFormat(
      name: "fixed", summary: "", detect: { _ in true },
      open: { _, _ in FixedSource(schema, count: count, pixels) })
  }
}

private final class FixedSource: Source {
  let dataset: Dataset
  let files: [SourceFile] = []
  private let pixels: [UInt8]

  init(_ schema: Schema, count: Int, _ pixels: [UInt8]) {
    dataset = Dataset(schema: schema, splits: [Split(name: "data", count: count)])
    self.pixels = pixels
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    Reader(pixels, hasLabels: dataset.schema.labels != nil)
  }

  private final class Reader: SampleReader {
    private let pixels: [UInt8]
    private let hasLabels: Bool
    private var position = 0

    init(_ pixels: [UInt8], hasLabels: Bool) {
      self.pixels = pixels
      self.hasLabels = hasLabels
    }

    func read(_ count: Int) -> PendingSamples {
      let labels = hasLabels ? (position..<position + count).map(Int64.init) : []
      position += count
      return PendingSamples { [pixels] in
        (Array(repeatElement(pixels, count: count).joined()), labels)
      }
    }

    func finish() {}
  }
}
