import Foundation
import Testing

@testable import Kiln

@Suite("IDX source", .timeLimit(.minutes(20))) struct IDXSourceTests {
  enum Packing: CaseIterable { case plain, gzip, members }

  private func pack(_ bytes: [UInt8], _ packing: Packing) -> [UInt8] {
    switch packing {
    case .plain: bytes
    case .gzip: gzip(bytes)
    case .members:
      gzip(Array(bytes.prefix(5))) + gzip([]) + gzip(Array(bytes.dropFirst(5))) + [0, 0]
    }
  }

  /// Opens images and labels and reads all of them.
  private func read(
    _ images: [UInt8], _ labels: [UInt8]? = nil
  ) throws -> (dataset: Dataset, pixels: [UInt8], labels: [Int64]) {
    try withTemporaryDirectory { root in
      try write(images, to: root + "/images")
      if let labels { try write(labels, to: root + "/labels") }
      let array = { (name: String) in
        try IDXFile.array(in: try Resource(path: root + "/" + name))
      }
      let source = try ArraySource(
        [
          ArraySource.Part(
            split: "data", images: try array("images"),
            labels: try labels.map { _ in try array("labels") })
        ], ArraySource.Interpretation(), Cancellation())
      let (pixels, values) = try readAll(source, split: 0)
      return (source.dataset, pixels, values)
    }
  }

  private func failure(_ images: [UInt8], _ labels: [UInt8]? = nil) -> String? {
    sentence { _ = try read(images, labels) }
  }

  @Test(
    "reads every element type",
    arguments: [
      (0x08, .uint8, [0, 1, 255, 7], [0, 1, 255, 7]),
      (0x09, .int8, [0x80, 0xFF, 0, 127], [-128, -1, 0, 127]),
      (0x0B, .int16, bigEndian([-32768, -2, 0, 32767] as [Int16]), [-32768, -2, 0, 32767]),
      (
        0x0C, .int32, bigEndian([.min, -1, 5, .max] as [Int32]),
        [-2_147_483_648, -1, 5, 2_147_483_647]
      ),
      (
        0x0D, .float32, bigEndian([-1.0, 0, 2, 16_777_216].map { Float($0).bitPattern }),
        [-1, 0, 2, 16_777_216]
      ),
      (
        0x0E, .float64,
        bigEndian([-1.0, 0, 2, 9_007_199_254_740_992].map { Double($0).bitPattern }),
        [-1, 0, 2, 9_007_199_254_740_992]
      ),
    ] as [(UInt8, ElementType, [UInt8], [Int64])], Packing.allCases)
  func types(sample: (UInt8, ElementType, [UInt8], [Int64]), packing: Packing) throws {
    let (code, type, data, values) = sample
    let file = pack(IDXSample(code: code, dimensions: [4], data: data).bytes, packing)
    let (dataset, pixels, labels) = try read(file, file)
    #expect(dataset.schema.elementType == type)
    #expect(dataset.schema.labels?.elementType == type)
    #expect(try type.integers(in: pixels) == values)
    #expect(labels == values)
    #expect(dataset.schema.labels?.range == (values.min() ?? 0)...(values.max() ?? 0))
  }

  @Test("reads every rank", arguments: 1...8, Packing.allCases)
  func ranks(rank: Int, packing: Packing) throws {
    let shape = Array([2, 1, 3, 1, 2, 1, 2].prefix(rank - 1))
    let images = IDXSample.counting([5] + shape)
    let (dataset, pixels, labels) = try read(pack(images.bytes, packing))
    #expect(dataset.schema.sampleShape == shape)
    #expect(dataset.schema.labels == nil && labels.isEmpty)
    #expect(pixels == images.data)
  }

  @Test("looks for a request to stop while it looks through labels")
  func cancelled() throws {
    try withTemporaryDirectory { root in
      try write(IDXSample.counting([4, 2, 2]).bytes, to: root + "/train-images-idx3-ubyte")
      try write(IDXSample.counting([4]).bytes, to: root + "/train-labels-idx1-ubyte")
      let cancellation = Cancellation()
      cancellation.cancel()
      #expect(throws: Interruption.self) {
        _ = try SourceFormat.open(SourceRequest(paths: [root]), cancellation: cancellation)
      }
    }
  }

  @Test("reads images and labels of several columns side by side", arguments: Packing.allCases)
  func columns(packing: Packing) throws {
    let labels = IDXSample(
      code: 0x0C, dimensions: [2, 3], data: bigEndian([5, 1, 2, 3, 4, -6] as [Int32]))
    let result = try read(
      pack(IDXSample.counting([2, 4, 4]).bytes, packing), pack(labels.bytes, packing))
    #expect(result.labels == [5, 1, 2, 3, 4, -6])
    #expect(result.dataset.schema.labels?.columns == ["label0", "label1", "label2"])
    #expect(result.dataset.schema.labels?.range == 3...5)
  }

  @Test("takes a data set without samples", arguments: Packing.allCases)
  func empty(packing: Packing) throws {
    let result = try read(
      pack(IDXSample.counting([0, 28, 28]).bytes, packing),
      pack(IDXSample.counting([0]).bytes, packing))
    #expect(result.dataset.count == 0)
    #expect(result.dataset.schema.labels?.range == nil)
  }

  @Test(
    "refuses sizes beside a zero that no sample could have",
    arguments: [
      [0, 0, 4_294_967_295, 4_294_967_295], [0, 4_294_967_295, 4_294_967_295, 0],
      [0, 0, 65_536, 65_536],
    ])
  func sizesBesideZero(dimensions: [Int]) throws {
    try withTemporaryDirectory { root in
      try write(IDXSample(dimensions: dimensions, data: []).bytes, to: root + "/images")
      let line = sentence { _ = try openSource(SourceRequest(images: root + "/images")) }
      #expect(line?.hasSuffix("(damaged header?)") == true)
    }
  }

  @Test("refuses labels that have no column")
  func noLabelColumn() throws {
    try withTemporaryDirectory { root in
      try write(IDXSample.counting([0, 28, 28]).bytes, to: root + "/images")
      try write(IDXSample.counting([0, 0]).bytes, to: root + "/labels")
      let request = SourceRequest(images: root + "/images", labels: root + "/labels")
      #expect(
        sentence { _ = try openSource(request) }?
          .hasSuffix("has labels of no column, expected at least one (damaged header?)") == true)
    }
  }

  @Test("refuses a header that is cut short anywhere", arguments: 0..<16, [Packing.plain, .gzip])
  func truncatedHeader(length: Int, packing: Packing) {
    let file = IDXSample.counting([2, 3, 3]).bytes
    let line = failure(pack(Array(file.prefix(length)), packing))
    let expected = length < 4 ? "\(length), expected 4" : "\(length), expected 16"
    #expect(line == "decode images: header ends at byte \(expected) bytes (file cut short?)")
  }

  @Test(
    "refuses plain data of the wrong length before anything is read",
    arguments: [1, 9, 18, -1, -50])
  func plainLength(missing: Int) throws {
    let image = IDXSample.counting([2, 3, 3])
    let data =
      missing > 0
      ? Array(image.data.dropLast(missing)) : image.data + [UInt8](repeating: 0, count: -missing)
    try withTemporaryDirectory { root in
      try write(image.header + data, to: root + "/images")
      let error = #expect(throws: StageError.self) {
        try openSource(SourceRequest(images: root + "/images"))
      }
      #expect(
        error?.reason as? ArrayError
          == (missing > 0 ? .dataEnds(at: 34 - missing, promised: 34) : .dataContinues(after: 34)))
    }
  }

  @Test("refuses inflated data of the wrong length at its end", arguments: [1, 9, 18, -1, -50])
  func gzipLength(missing: Int) {
    let image = IDXSample.counting([2, 3, 3])
    let data =
      missing > 0
      ? Array(image.data.dropLast(missing)) : image.data + [UInt8](repeating: 0, count: -missing)
    #expect(
      failure(gzip(image.header + data))
        == "decode images: "
        + (missing > 0
          ? "data ends at byte \(34 - missing), header promises 34 (file cut short?)"
          : "data goes on after byte 34, where the header promises the end of the file"))
  }

  @Test("refuses a gzip file that is cut short or damaged, by its name")
  func damagedGzip() {
    var file = gzip(IDXSample.counting([50, 3, 3]).bytes)
    for length in 2..<file.count {
      let line = failure(Array(file.prefix(length)))
      #expect(
        line?.hasPrefix("decompress images: gzip data ends after") == true,
        "\(length): \(line ?? "")")
    }
    file[file.count - 5] ^= 1
    #expect(failure(file)?.contains("its CRC-32 or length does not match") == true)
  }

  @Test(
    "refuses a damaged header field",
    arguments: [
      (0, 1, "expected an IDX file (00 00, type, rank), found 01000803"),
      (1, 7, "expected an IDX file (00 00, type, rank), found 00070803"),
      (2, 0, "expected an IDX element type (08 09 0b 0c 0d 0e), found 00"),
      (2, 0x0A, "expected an IDX element type (08 09 0b 0c 0d 0e), found 0a"),
      (2, 0x0B, "data ends at byte 34, header promises 52 (file cut short?)"),
      (3, 0, "expected 1 to 8 dimensions, found 0"),
      (3, 2, "data goes on after byte 18, where the header promises the end of the file"),
      (3, 9, "expected 1 to 8 dimensions, found 9"),
      (4, 0xFF, "data ends at byte 34, header promises 38503710754 (file cut short?)"),
      (7, 3, "data ends at byte 34, header promises 43 (file cut short?)"),
      (
        8, 0xFF,
        "promises samples of 12834570249 bytes, expected at most 268435456 (damaged header?)"
      ),
      (15, 4, "data ends at byte 34, header promises 40 (file cut short?)"),
    ] as [(Int, UInt8, String)])
  func fields(position: Int, value: UInt8, line: String) {
    var file = IDXSample.counting([2, 3, 3]).bytes
    file[position] = value
    #expect(failure(file) == "decode images: " + line)
  }

  @Test(
    "refuses dimensions whose product exceeds every file",
    arguments: [
      [4_294_967_295, 4_294_967_295, 4_294_967_295],
      [1, 4_294_967_295, 4_294_967_295, 0], [2, 65536, 65536, 65536, 65536],
      [Int](repeating: 4_294_967_295, count: 8),
    ], [Packing.plain, .gzip])
  func overflow(dimensions: [Int], packing: Packing) throws {
    let line = try #require(
      failure(pack(IDXSample(dimensions: dimensions, data: []).bytes, packing)))
    #expect(line.hasSuffix("(damaged header?)"))
  }

  @Test("refuses many samples of no elements, which a few bytes could promise")
  func emptySamples() {
    for dimensions in [[4_294_967_295, 0], [3, 0, 28], [1, 28, 0]] {
      let line = failure(IDXSample(dimensions: dimensions, data: []).bytes)
      #expect(line?.contains("samples without elements") == true, "\(line ?? "nothing")")
    }
  }

  @Test(
    "reserves little for a header that promises four billion samples",
    arguments: [[4_294_967_295, 28, 28], [4_294_967_295], [4_294_967_295, 8192, 8192]])
  func promises(dimensions: [Int]) throws {
    try withTemporaryDirectory { root in
      let file = gzip(IDXSample(dimensions: dimensions, data: [1, 2, 3]).bytes)
      try write(file, to: root + "/images")
      let before = residentBytes()
      let line = sentence {
        _ = try Runner(
          Pipeline(
            source: SourceRequest(images: root + "/images"),
            outputs: [try Pipeline.Output(.npy, at: root + "/out")])
        ).run()
      }
      #expect(line?.contains("looks like a trap") == true, "\(line ?? "nothing")")
      #expect(residentBytes() - before < 100 << 20)
      #expect(try names(in: root) == ["images"])
    }
  }

  @Test("reserves little for labels that promise many columns")
  func manyColumns() {
    let images = IDXSample(dimensions: [64], data: [UInt8](repeating: 0, count: 64))
    for columns in [1 << 20, 1 << 16 + 1] {
      let labels = gzip(IDXSample(dimensions: [64, columns], data: [1]).bytes)
      #expect(failure(images.bytes, labels)?.contains("label columns") == true)
    }
    let labels = gzip(IDXSample(dimensions: [64, 4096], data: [1]).bytes)
    #expect(failure(images.bytes, labels)?.contains("data ends at byte") == true)
  }

  /// Memory that the process has touched by now.
  private func residentBytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096
  }

  @Test("refuses labels that do not go with the images")
  func mismatches() {
    let images = IDXSample.counting([3, 2, 2]).bytes
    #expect(
      failure(images, IDXSample.counting([2]).bytes)
        == "decode labels: holds 2 labels, expected 3 as in images")
    #expect(
      failure(images, IDXSample.counting([3, 1, 1]).bytes)
        == "decode labels: expected labels of 1 or 2 dimensions, found 3"
        + " (are images and labels swapped?)")
    #expect(
      failure(IDXSample.counting([3]).bytes, images)
        == "decode labels: expected labels of 1 or 2 dimensions, found 3"
        + " (are images and labels swapped?)")
  }

  @Test(
    "refuses labels that are no whole numbers, by their sample", arguments: [0.5, .nan, -.infinity])
  func fractions(value: Double) {
    let labels = IDXSample(
      code: 0x0E, dimensions: [3], data: bigEndian([1, 2, value].map(\.bitPattern)))
    #expect(
      failure(IDXSample.counting([3, 2]).bytes, labels.bytes)
        == "decode labels: label of sample 2 is \(value), expected a whole number"
        + " in the range of i64")
  }

  @Test("takes the largest and smallest labels there are, into every sink")
  func extremes() throws {
    try withTemporaryDirectory { root in
      let labels = IDXSample(
        code: 0x0E, dimensions: [2],
        data: bigEndian([-9_223_372_036_854_775_808, 9.2e18].map { Double($0).bitPattern }))
      try write(IDXSample.counting([2, 3, 3]).bytes, to: root + "/images")
      try write(labels.bytes, to: root + "/labels")
      for format in SinkFormat.all {
        _ = try Runner(
          Pipeline(
            source: SourceRequest(images: root + "/images", labels: root + "/labels"),
            outputs: [try Pipeline.Output(format, at: root + "/" + format.name)])
        ).run()
      }
      let png = try names(in: root + "/png")
      #expect(png.contains("data/-9223372036854775808/0.png"))
      #expect(png.contains("data/9200000000000000000/1.png"))
    }
  }

  @Test("never crashes on a random header", arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var file: [UInt8] = [0, 0] + generator.bytes(Int.random(in: 0...60, using: &generator))
    if file.count > 3, seed % 3 != 0 {
      file[2] = [8, 9, 0x0B, 0x0C, 0x0D, 0x0E].randomElement(using: &generator) ?? 8
      file[3] = UInt8.random(in: 0...9, using: &generator)
    }
    if seed % 2 == 0 {
      for index in file.indices.dropFirst(4) where index % 4 != 3 { file[index] = 0 }
    }
    // Plain and gzip, as images, as labels and as both: it may throw.
    _ = failure(file)
    _ = failure(gzip(file), file)
    _ = failure(file, gzip(file))
    _ = failure(IDXSample.counting([3, 2]).bytes, gzip(file))
  }
}
