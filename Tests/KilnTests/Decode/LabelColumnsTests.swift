import Testing

@testable import Kiln

@Suite("Labels of several columns, as QMNIST has") struct LabelColumnsTests {
  private static let columns = [
    "class", "hsf_series", "writer_id", "writer_digit_index", "nist_class_code",
    "nist_digit_index", "duplicate", "unused",
  ]

  /// Three label rows of eight, and images on request.
  private func fill(_ root: String, withImages: Bool) throws {
    let rows: [Int32] = [
      5, 4, 2154, 59, 35, 229_421, 0, 0, 0, 1, 2100, 3, 30, 12, 0, 0, 9, 0, 610, 149, 39, 1, 7, 0,
    ]
    let labels = IDXSample(code: 0x0C, dimensions: [3, 8], data: bigEndian(rows)).bytes
    try write(gzip(labels), to: root + "/qmnist-train-labels-idx2-int.gz")
    guard withImages else { return }
    try write(
      IDXSample.counting([3, 2, 2]).bytes, to: root + "/qmnist-train-images-idx3-ubyte")
  }

  private func convert(_ root: String, _ steps: [Pipeline.Step], _ format: SinkFormat) throws
    -> [String: [UInt8]]
  {
    let output = try Pipeline.Output(format, at: root + "/out")
    _ = try Runner(
      Pipeline(
        source: SourceRequest(paths: [root + "/in"]), steps: steps, outputs: [output])
    ).run()
    return try tree(root + "/out")
  }

  @Test("a label file alone is a data set without pixels")
  func alone() throws {
    try withTemporaryDirectory { root in
      try fill(root, withImages: false)
      let source = try openSource(SourceRequest(paths: [root + "/qmnist-train-labels-idx2-int.gz"]))
      #expect(source.knownName == "qmnist")
      #expect(source.dataset.schema.isLabelsAlone)
      #expect(source.dataset.splits == [Split(name: "train", count: 3)])
      let labels = try #require(source.dataset.schema.labels)
      #expect(labels.columns == Self.columns)
      #expect(labels.ranges[2] == 610...2154)
      #expect(labels.classNames == (0...9).map(String.init))
      let samples = try readAll(source, split: 0, pieces: 2)
      #expect(samples.pixels == [])
      #expect(samples.labels.prefix(8) == [5, 4, 2154, 59, 35, 229_421, 0, 0])
      let text = try Inspection(of: SourceRequest(paths: [root])).text()
      #expect(text.contains("\nPixels    none: labels alone\n"))
      #expect(text.contains("in 8 columns (class, hsf_series, writer_id, "))
      #expect(text.contains("\n5      5          1\n"))
    }
  }

  @Test("labels alone become tables, and no pictures")
  func table() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/in")
      try fill(root + "/in", withImages: false)
      let files = try convert(root, [], .csv)
      let text = String(decoding: files["train.csv"] ?? [], as: UTF8.self)
      #expect(
        text == Self.columns.joined(separator: ",")
          + "\n5,4,2154,59,35,229421,0,0\n0,1,2100,3,30,12,0,0\n9,0,610,149,39,1,7,0\n")
      for format in [SinkFormat.png, .jpeg, .tar] {
        let output = try Pipeline.Output(format, at: root + "/pictures")
        let pipeline = Pipeline(source: SourceRequest(paths: [root + "/in"]), outputs: [output])
        #expect(throws: StageError.self) { try Runner(pipeline).run() }
        #expect(Path.kind(of: root + "/pictures") == nil)
      }
    }
  }

  @Test(
    "--label-column picks one by name or number",
    arguments: [("writer_id", 2), ("2", 2), ("class", 0), ("0", 0), ("nist_class_code", 4)])
  func column(name: String, position: Int) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/in")
      try fill(root + "/in", withImages: true)
      let files = try convert(root, [try Pipeline.Step(.labelColumn, name)], .csv)
      let lines = String(decoding: files["train.csv"] ?? [], as: UTF8.self).split(separator: "\n")
      #expect(lines.first?.hasPrefix(Self.columns[position] + ",pixel0,") == true)
      let expected = [[5, 4, 2154, 59, 35], [0, 1, 2100, 3, 30], [9, 0, 610, 149, 39]]
      for (line, row) in zip(lines.dropFirst(), expected) {
        #expect(line.hasPrefix("\(row[position]),"))
      }
    }
  }

  @Test("folders need to be told which column names them")
  func folders() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/in")
      try fill(root + "/in", withImages: true)
      #expect(
        sentence { _ = try convert(root, [], .png) }
          == "write png: a folder needs one label, found 8 columns (choose one: --label-column class)"
      )
      let files = try convert(root, [try Pipeline.Step(.labelColumn, "class")], .png)
      #expect(
        Set(files.keys.filter { $0.hasSuffix(".png") }) == [
          "train/5/0.png", "train/0/1.png", "train/9/2.png",
        ])
    }
  }

  @Test(
    "the published label files have their rows, and name the class",
    .enabled(if: hasData, "needs the published files (KILN_TEST_DATA)"))
  func published() throws {
    for (name, count, classes) in [
      (
        "qmnist-train-labels-idx2-int.gz", 60_000,
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
      ),
      (
        "qmnist-test-labels-idx2-int.gz", 60_000,
        [5952, 6791, 6026, 6084, 5780, 5454, 5957, 6231, 5890, 5835]
      ),
      ("xnist-labels-idx2-int.xz", 402_953, nil),
    ] as [(String, Int, [Int]?)] {
      let path = Repository.testData + "/qmnist/" + name
      let inspection = try Inspection(of: SourceRequest(paths: [path]))
      #expect(inspection.knownName == "qmnist")
      #expect(inspection.count == count)
      #expect(inspection.schema.labels?.columns == Self.columns)
      let counts = try #require(inspection.splits[0].labelCounts)
      #expect(counts.map(\.label) == Array(0...9))
      #expect(counts.reduce(0) { $0 + $1.count } == count)
      if let classes { #expect(counts.map(\.count) == classes) }
    }
  }

  @Test(
    "QMNIST's labels go with MNIST's own training images",
    .enabled(if: hasData, "needs the published files (KILN_TEST_DATA)"))
  func mixed() throws {
    let source = try openSource(
      SourceRequest(
        images: Repository.testData + "/mnist/train-images-idx3-ubyte.gz",
        labels: Repository.testData + "/qmnist/qmnist-train-labels-idx2-int.gz"))
    #expect(source.dataset.schema.labels?.columns == Self.columns)
    #expect(source.dataset.splits == [Split(name: "train", count: 60_000)])
  }

  private static let hasData =
    Path.kind(of: Repository.testData + "/qmnist/xnist-labels-idx2-int.xz") != nil
    && Path.kind(of: Repository.testData + "/mnist/train-images-idx3-ubyte.gz") != nil
}
