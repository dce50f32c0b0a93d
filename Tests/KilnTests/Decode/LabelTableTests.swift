import Testing

@testable import Kiln

@Suite("Images with a table of labels")
struct LabelTableTests: ImageFolderReading, OutputMaking {
  /// Writes images and a table of their labels, and opens them.
  private func read(
    _ paths: [String], _ table: String, classNames: [String]? = nil,
    _ settings: [String: String] = [:], splits: [String]? = nil, root name: String = "pictures",
    _ body: (any Source) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      let root = directory + "/" + name
      try fill(root, paths)
      try write(Array(table.utf8), to: directory + "/labels.csv")
      try body(
        try open(
          root, directory + "/labels.csv", classNames: classNames, settings, splits: splits))
    }
  }

  private func open(
    _ images: String, _ labels: String, classNames: [String]? = nil,
    _ settings: [String: String] = [:], splits: [String]? = nil
  ) throws -> any Source {
    var request = SourceRequest(
      images: images, labels: labels, classNames: classNames, settings: settings)
    request.splits = splits
    return try SourceFormat.open(request).source
  }

  /// Expects the first pixel and the label of each sample of a split.
  private func expect(
    _ source: any Source, split: Int = 0, _ expected: [String],
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let found = try samples(source, split: split)
    #expect(found == expected, sourceLocation: place)
  }

  private func message(
    _ paths: [String], _ table: String, _ settings: [String: String] = [:],
    splits: [String]? = nil
  ) throws -> String {
    let error = #expect(throws: (any Error).self) {
      try read(paths, table, settings, splits: splits) { _ in }
    }
    return "\(try #require(error))"
  }

  @Test("take the names of classes from it, numbered in natural order")
  func classes() throws {
    try read(["a.png", "b.png", "c.png"], "id,breed\nb,beagle\nc,airedale\na,beagle\n") { source in
      #expect(source.dataset.schema.labels?.classNames == ["airedale", "beagle"])
      #expect(source.dataset.splits == [Split(name: "data", count: 3)])
      try expect(source, ["0:1", "1:1", "2:0"])
      #expect(source.remarks.isEmpty)
    }
  }

  @Test("may stand beside notes with commas and quotes, and have names with such")
  func quotes() throws {
    let table =
      "id,note,label\na,\"big, \"\"old\"\"\",\"a \"\"dog\"\", too\"\nb,5\" wide,\"\"\"cat\"\"\"\n"
    try read(["a.png", "b.png"], table) { source in
      #expect(source.dataset.schema.labels?.classNames == ["\"cat\"", "a \"dog\", too"])
      try expect(source, ["0:1", "1:0"])
    }
  }

  @Test("take names in the order that the user gives")
  func givenNames() throws {
    try read(["a.png", "b.png"], "id,c\na,x\nb,y\n", classNames: ["z", "y", "x"]) { source in
      #expect(source.dataset.schema.labels?.classNames == ["z", "y", "x"])
      try expect(source, ["0:2", "1:1"])
    }
  }

  @Test(
    "find images however they are called",
    arguments: [
      "in/a.png in/b.png", "in/a in/b", "pictures/in/a.png pictures/in/b.png",
      "pictures/in/a pictures/in/b", "a.png b.png", "a b", "./in/a.png ./in/b.png",
    ])
  func names(texts: String) throws {
    let names = texts.split(separator: " ")
    try read(["in/a.png", "in/b.png"], "image,label\n\(names[0]),7\n\(names[1]),3\n") { source in
      try expect(source, ["0:7", "1:3"])
    }
  }

  @Test(
    "find the columns",
    arguments: [
      ("a.png,5\nb.png,6\n", [:]), ("5,a.png\n6,b.png\n", [:]),
      ("a.png\t5\nb.png\t6\n", [:]), ("\u{FEFF}file;label\r\n\"a.png\"; 5\r\nb.png;6\r\n", [:]),
      ("n,label,file\n1,5,a\n2,6,b\n", [:]), ("file,x,y\na,1,5\nb,2,6\n", ["label": "y"]),
      ("file,x,y\na,1,5\nb,2,6\n", ["label": "last"]),
      ("x,y,file\n5,1,a\n6,2,b\n", ["label": "first"]),
      ("file,label\na,5.0\nb,6.0\n\n", [:]), ("b,6\na,5", ["header": "off"]),
      ("a b\na 5\nb 6\n", ["header": "on", "delimiter": " "]),
    ])
  func columns(table: String, settings: [String: String]) throws {
    try read(["a.png", "b.png"], table, settings) { source in
      try expect(source, ["0:5", "1:6"])
      #expect(source.dataset.schema.labels?.classNames == [])
      #expect(source.dataset.schema.labels?.elementType == .uint8)
    }
  }

  @Test(
    "do not take labels for their names",
    arguments: ["label,id\n2,0\n0,1\n1,2\n", "id,label\n0,2\n1,0\n2,1\n"])
  func numbers(table: String) throws {
    try read(["0.png", "1.png", "2.png"], table) { source in
      try expect(source, ["0:2", "1:0", "2:1"])
    }
  }

  @Test("take splits from folders, of which those that nobody wants need no labels")
  func splits() throws {
    let paths = ["test/1.png", "train/1.png", "train/2.png"]
    let all = "path,label\ntrain/1.png,1\ntest/1.png,3\ntrain/2.png,2\n"
    try read(paths, all) { source in
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      try expect(source, ["1:1", "2:2"])
      try expect(source, split: 1, ["0:3"])
    }
    let some = "path,label\ntrain/1.png,1\ntrain/2.png,2\n"
    try read(paths, some, splits: ["train"]) { source in
      try expect(source, ["1:1", "2:2"])
    }
    #expect(
      try message(paths, some).contains("has no row for 1 of the images, such as 'test/1.png'"))
    #expect(try message(paths, some, splits: ["test"]).contains("no row for 1 of the images"))
  }

  @Test("are all of one split where folders are none, called as the directory is")
  func parts() throws {
    let table = "image_id,label\n1,0\n2,1\n"
    try read(["part_1/1.png", "part_2/2.png"], table, root: "val") { source in
      #expect(source.dataset.splits == [Split(name: "val", count: 2)])
      try expect(source, ["0:0", "1:1"])
    }
  }

  @Test("number classes by the whole table, and tell which rows have no image")
  func rest() throws {
    try read(["b.png"], "id,breed\nd,ant\nb,cat\na,bee\n") { source in
      #expect(source.dataset.schema.labels?.classNames == ["ant", "bee", "cat"])
      try expect(source, ["0:2"])
      #expect(
        source.remarks == ["labels.csv has rows for images that are not here: 2, such as 'd'"])
    }
  }

  @Test(
    "refuse a table that does not say the label of each",
    arguments: [
      ("", "is empty, expected a table"),
      (
        "id,label\nx,1\n",
        "names no image in its first rows, or several at once; expected such as 'a.png'"
      ),
      ("id,label\na,1\n", "has no row for 1 of the images, such as 'b.png'"),
      ("id,label\na,1\nb,\n", "line 3 has no label"),
      ("id,label\na,1\nb,2\na,1\n", "names 'a' in line 2 and in line 4 (remove one)"),
      ("id,label\na,1\nb,2,3\n", "line 3 has 3 columns, expected 2"),
      (
        "id,v,w\na,1,2\nb,3,4\n",
        "column 1 names the images; which one is the label? There are v, w"
      ),
      ("a,1,2\nb,3,4\n", "column 1 names the images; which one is the label? (--source-label"),
      ("id\na\nb\n", "column 1 names the images; which one is the label? (--source-label"),
      ("id,label\na,\"1\nb,2\n", "line 2, column 2: expected \""),
    ])
  func faults(table: String, expected: String) throws {
    let message = try message(["a.png", "b.png"], table)
    #expect(message.contains("labels.csv: \(expected)"), "\(message)")
  }

  @Test("refuse a row that two of them match")
  func shared() throws {
    #expect(
      try message(["x/a.png", "x/b.png", "y/a.png"], "id,label\nb,2\na,1\n").hasSuffix(
        "line 3 is the label of two images, x/a.png and y/a.png (name them with their folders)"))
  }

  @Test(
    "refuse settings that do not go with it",
    arguments: [
      (["label": "none"], "which one is the label?"), (["label": "id"], "which one is the label?"),
      (["label": "nam"], "nam"), (["header": "off", "label": "name"], "there is no header"),
      (["pattern": "{label}.png"], "--pattern and --labels both say what the labels are"),
    ])
  func settings(settings: [String: String], expected: String) throws {
    let message = try message(["1.png", "2.png"], "id,name\n1,2\n2,3\n", settings)
    #expect(message.contains(expected), "\(message)")
  }

  @Test("are named by --images, and a table by --labels")
  func usage() throws {
    try withTemporaryDirectory { root in
      try fill(root + "/p", ["1.png"])
      let failure = { (request: SourceRequest) in
        let error = #expect(throws: (any Error).self) { try SourceFormat.open(request) }
        return error.map { "\($0)" } ?? ""
      }
      #expect(
        failure(SourceRequest(images: root + "/p")).contains("takes a table of labels as --labels"))
      #expect(
        failure(SourceRequest(paths: [root + "/p"], settings: ["label": "x"]))
          .contains("--source-label is a setting of tables"))
      let error = #expect(throws: UsageError.self) {
        try SourceRequest(paths: ["p"], given: ["labels": "x.csv"])
      }
      #expect(error?.description == "--labels goes with --images: give it as --images p")
    }
  }

  @Test("lie in an archive, and the table is packed")
  func packed() throws {
    let images = TarSample(
      ["p/a.png", "p/b.png"].enumerated().map { position, path in
        .init(path, greyPNG(UInt8(position)))
      }
    ).bytes
    let table = Array("id,label\nb,1\na,2\n".utf8)
    try withTemporaryDirectory { root in
      try write(images, to: root + "/images.tar")
      try write(TarSample([.init("labels.csv", table)]).bytes, to: root + "/labels.tar")
      try write(gzip(table), to: root + "/labels.csv.gz")
      for labels in ["labels.tar", "labels.csv.gz"] {
        let source = try open(root + "/images.tar", "\(root)/\(labels)")
        try expect(source, ["0:2", "1:1"])
        #expect(source.files.map(\.name) == ["images.tar", labels])
      }
    }
  }

  @Test("of an output of Kiln have the labels of the table, and its notes on labels do not count")
  func relabelled() throws {
    try withOutput(.png, options: ["template": "{split}/{index}.png"]) { output in
      let counts = ["train": 69, "test": 11]
      let rows = counts.flatMap { split, count in
        (0..<count).map { "\(split)/\($0 < 10 && count > 10 ? "0" : "")\($0),\($0 + 300)\n" }
      }
      let table = Path.directory(of: output) + "/labels.csv"
      try write(Array(rows.joined().utf8), to: table)
      let source = try open(output, table)
      #expect(source.dataset.schema.labels?.elementType == .int32)
      #expect(source.dataset.splits.map(\.count) == [69, 11])
      #expect(try readAll(source, split: 1).labels == Array(300..<311))
      let npy = Path.directory(of: output) + "/npy"
      _ = try Runner(
        Pipeline(
          source: SourceRequest(images: output, labels: table), steps: [],
          outputs: [try Pipeline.Output(.npy, at: npy, options: [:])])
      ).run()
      let manifest = String(decoding: try contents(of: npy + "/kiln.json"), as: UTF8.self)
      for name in ["labels.csv", "out/train", "out/test"] {
        #expect(manifest.contains("\"name\" : \"\(name)\""))
      }
    }
  }

  @Test("are read or refused, whatever bytes a table has", arguments: 0..<64)
  func noise(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("ab.png,\"\n\r;12 \t/".utf8) + [0, 0xFF]
    let bytes = (0..<Int.random(in: 0..<80, using: &generator)).map { _ in
      alphabet.randomElement(using: &generator) ?? 0
    }
    try withTemporaryDirectory { root in
      try fill(root + "/p", ["a.png", "b.png"])
      try write(bytes, to: root + "/t.csv")
      if let source = try? open(root + "/p", root + "/t.csv") {
        #expect(try samples(source).count == 2)
      }
    }
  }
}
