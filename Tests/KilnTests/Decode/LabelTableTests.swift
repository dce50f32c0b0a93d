import Testing

@testable import Kiln

@Suite("Images with a table of labels")
struct LabelTableTests: LabelTableReading {
  @Test("take the names of classes from it, numbered in natural order")
  func classes() throws {
    try read(["a.png", "b.png", "c.png"], "id,breed\nb,beagle\nc,airedale\na,beagle\n") { source in
      #expect(source.dataset.schema.labels?.classNames == ["airedale", "beagle"])
      #expect(source.dataset.splits == [Split(name: "data", count: 3)])
      try expect(source, ["0:1", "1:1", "2:0"])
      #expect(
        source.remarks == [
          "in labels.csv, column 'id' names the images, 'breed' their labels"
        ])
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

  @Test("take names in the order that the user gives, which may be other words for them")
  func givenNames() throws {
    try read(["a.png", "b.png"], "id,c\na,x\nb,y\n", classNames: ["z", "y", "x"]) { source in
      #expect(source.dataset.schema.labels?.classNames == ["z", "y", "x"])
      try expect(source, ["0:2", "1:1"])
    }
    try read(["a.png", "b.png"], "id,c\na,x\nb,y\n", classNames: ["Ypsilon", "Zett"]) { source in
      #expect(source.dataset.schema.labels?.classNames == ["Ypsilon", "Zett"])
      try expect(source, ["0:0", "1:1"])
    }
    try read(["a.png", "b.png"], "id,c\na,1\nb,0\n", classNames: ["no", "yes"]) { source in
      #expect(source.dataset.schema.labels?.classNames == ["no", "yes"])
      try expect(source, ["0:1", "1:0"])
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
    // The names of the others do not count, nor do their rows.
    let some = "path,label\n1,1\n2,2\n3,\n"
    try read(paths, some, splits: ["train"]) { source in
      try expect(source, ["1:1", "2:2"])
    }
    let message = try message(paths, "path,label\ntrain/1.png,1\ntrain/2.png,2\n")
    #expect(message.contains("has no row for 1 of the images, such as 'test/1.png'"))
  }

  @Test(
    "are all of one split where folders are none, at any depth, called as the directory is",
    arguments: [
      (["part_1/1.png", "part_2/2.png"], "val"), (["1.png", "in/2.png"], "val"),
      (["x/2020/01/1.png", "x/2021/2.png"], "val"),
      (["anna/left/1.png", "bert/right/2.png"], "data"),
      (["train/images/1.png", "train/images/2.png"], "train"),
    ])
  func parts(paths: [String], split: String) throws {
    let root = split == "train" ? "pictures" : split
    try read(paths, "image_id,label\n1,0\n2,1\n", root: root) { source in
      #expect(source.dataset.splits == [Split(name: split, count: 2)])
      try expect(source, ["0:0", "1:1"])
    }
  }

  @Test("are refused where only some folders are called like splits")
  func someSplits() throws {
    let message = try message(["misc/1.png", "train/2.png"], "id,label\n1,0\n2,1\n")
    #expect(message.contains("has images in misc, beside folders of splits"))
  }

  @Test("number classes by the whole table, and tell which rows have no image")
  func rest() throws {
    try read(["b.png"], "id,breed\nd,ant\nb,cat\na,bee\n") { source in
      #expect(source.dataset.schema.labels?.classNames == ["ant", "bee", "cat"])
      try expect(source, ["0:2"])
      #expect(
        source.remarks.last == "labels.csv has rows for images that are not read (2), such as 'd'")
    }
  }

  @Test("are found behind many rows of others, and faults by the number of their line")
  func longTable() throws {
    let rows = (0..<150_000).map { "x\($0),\($0 % 7)\n" }.joined()
    try read(["a.png"], "id,label\n" + rows + "a,3\n") { source in
      try expect(source, ["0:3"])
      #expect(source.remarks.last?.contains("(150000)") == true)
    }
    let message = try message(["a.png"], "id,label\na,1\n" + rows + "b\n")
    #expect(message.hasSuffix("line 150003 has 1 columns, expected 2 as in the first line"))
  }

  @Test("have no more classes with names than any data set")
  func manyClasses() throws {
    let rows = (0..<LabelSchema.maximumClassCount + 1).map { "x\($0),c\($0)\n" }.joined()
    #expect(
      try message(["x1.png"], "id,label\n" + rows).contains(
        "line 65538: more than 65536 names of classes"))
  }

  @Test("are told as what they are not read as")
  func hint() throws {
    try withTemporaryDirectory { root in
      try fill(root + "/p", ["1.png", "2.png", "3.png"])
      try write(Array("id,label\n1,5\n2,6\n3,7\n".utf8), to: root + "/p/labels.csv")
      try write([], to: root + "/p/notes.json")
      #expect(
        try SourceFormat.open(SourceRequest(paths: [root + "/p"])).source.remarks == [
          "not read, beside the images: labels.csv, notes.json (for labels in a table, give --images and"
            + " --labels)"
        ])
      // The table that is read is not among what is not.
      #expect(
        try open(root + "/p/.", root + "/p/../p/labels.csv").remarks.first
          == "not read, beside the images: notes.json")
    }
  }

  @Test(
    "refuse a table that does not say the label of each",
    arguments: [
      ("", "is empty, expected a table"),
      ("id,label\nx,1\n", "names none of the images: expected such as 'a.png'"),
      ("id,label\nx,1\n", "with folder and ending or without, found 'x'"),
      ("id,label\na,1\n", "has no row for 1 of the images, such as 'b.png'"),
      ("id,label\na,1\nb,\n", "line 3 has no label for 'b.png'"),
      ("id,label\na,1\nb,2\na,1\n", "names 'a' in line 2 and again in line 4 (remove one, or"),
      ("id,label\na,1\nb,2,3\n", "line 3 has 3 columns, expected 2"),
      ("id,v,w\na,1,2\nb,3,4\n", "column 'id' names the images; which one is the label, of v, w?"),
      ("file,x,y\na,1,2\nb,3,4\n", "which one is the label, of x, y?"),
      ("id,label,label\na,1,2\nb,3,4\n", "which one is the label, of label, label?"),
      ("a,1,2\nb,3,4\n", "column '0' names the images; which one is the label, of 1, 2?"),
      ("id\na\nb\n", "column 'id' names the images; which one is the label?"),
      ("v,w,label\na,b,1\nb,a,2\n", "columns 'v' and 'w' both name images (--source-image"),
      ("id,label\na,\"1\nb,2\n", "line 2, column 2: expected \""),
      ("id,label\na,1\nb,NA\n", "line 3: label 'NA' among others such as '1'"),
      ("id,label\na,x\nb,1\n", "line 3: label '1' among others such as 'x'"),
      ("id,label\na,1.5\nb,2\n", "line 2: '1.5' is no whole number"),
      ("id,label\na,99999999999999999999\nb,2\n", "line 2: '99999999999999999999' is no whole"),
    ])
  func faults(table: String, expected: String) throws {
    let message = try message(["a.png", "b.png"], table)
    #expect(message.contains("labels.csv: ") && message.contains(expected), "\(message)")
  }

  @Test("refuse a table that is no UTF-8, whose classes would become one")
  func latin1() throws {
    let bytes = Array("id,label\na,B?r\nb,B!r\n".utf8).map {
      $0 == 0x3F ? 0xE4 : $0 == 0x21 ? 0xF6 : $0
    }
    #expect(try message(["a.png", "b.png"], bytes).contains("labels.csv: line 2 is no UTF-8 text"))
  }

  @Test("refuse a slip in the names that the user gives")
  func slip() throws {
    #expect(
      try message(["a.png", "b.png"], "id,c\na,cat\nb,dog\n", classNames: ["dog", "catt"])
        .contains("label 'cat' is not among those that --classes gives, and others are, as line 3"))
    #expect(
      try message(["a.png", "b.png"], "id,c\na,cat\nb,dog\n", classNames: ["x", "y", "z"])
        .contains("one other word for each of the 2"))
  }

  @Test("refuse a row that two of them match")
  func shared() throws {
    #expect(
      try message(["x/a.png", "x/b.png", "y/a.png"], "id,label\nb,2\na,1\n").contains(
        "line 3 is about two images, 'x/a.png' and 'y/a.png' (name them with folder and ending"))
  }

  @Test(
    "refuse settings that do not go with it",
    arguments: [
      (["label": "none"], "--source-label none leaves nothing"),
      (["label": "id", "image": "id"], "column 'id' names the images, and cannot be their label"),
      (["label": "nam"], "unknown column 'nam' (did you mean 'name'?)"),
      (["label": "2"], "unknown column '2'"), (["image": "idd"], "unknown column 'idd'"),
      (["pattern": "{label}.png"], "--pattern and --labels both say what the labels are"),
    ])
  func settings(settings: [String: String], expected: String) throws {
    let message = try message(["1.png", "2.png"], "id,name\n1,a\n2,b\n", settings)
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
      #expect(
        failure(SourceRequest(images: root + "/p", labels: root + "/p"))
          .contains("is no file, and no archive of a single one, expected labels"))
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
      try write(
        TarSample([.init("__MACOSX/._labels.csv", [0]), .init("labels.csv", table)]).bytes,
        to: root + "/labels.tar")
      try write(gzip(table), to: root + "/labels.csv.gz")
      for labels in ["labels.tar", "labels.csv.gz"] {
        let source = try open(root + "/images.tar", "\(root)/\(labels)")
        try expect(source, ["0:2", "1:1"])
        #expect(source.files.map(\.name) == ["images.tar", labels])
      }
      let error = #expect(throws: StageError.self) {
        try open(root + "/images.tar", root + "/images.tar")
      }
      #expect(error?.description.contains("no archive of a single one, expected labels") == true)
    }
  }

  /// An output of Kiln's with class names, and a table of other labels for it.
  private func relabelled(_ body: (String, String) throws -> Void) throws {
    try withTemporaryDirectory { root in
      try fill(root + "/p", ["cat/1.png", "dog/2.png"])
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: [root + "/p"]), steps: [],
          outputs: [try Pipeline.Output(.png, at: root + "/out", options: [:])])
      ).run()
      try write(Array("id,kind\n0,good\n1,bad\n".utf8), to: root + "/kinds.csv")
      try body(root + "/out", root + "/kinds.csv")
    }
  }

  @Test("that Kiln has written have the labels of the table, and not those that were noted")
  func relabelledNames() throws {
    try relabelled { images, table in
      let source = try open(images, table)
      #expect(source.dataset.schema.labels?.classNames == ["bad", "good"])
      try expect(source, ["0:1", "1:0"])
    }
  }

  @Test("are accounted for with the table, and how it was read")
  func manifest() throws {
    try relabelled { images, table in
      let npy = Path.directory(of: table) + "/npy"
      _ = try Runner(
        Pipeline(
          source: SourceRequest(images: images, labels: table, settings: ["label": "kind"]),
          steps: [], outputs: [try Pipeline.Output(.npy, at: npy, options: [:])])
      ).run()
      let manifest = String(decoding: try contents(of: npy + "/kiln.json"), as: UTF8.self)
      for text in ["\"name\" : \"kinds.csv\"", "\"name\" : \"out\"", "\"label\" : \"kind\""] {
        #expect(manifest.contains(text), "\(text)")
      }
    }
  }

  @Test("are read or refused with any byte of the table damaged, and with any of its ends missing")
  func damage() throws {
    let good = Array("id,note,label\na,\"x, y\",3\nb.x,,12\n".utf8)
    var tables = good.indices.map { Array(good[..<$0]) }
    for index in good.indices {
      for byte: UInt8 in [0, 0x0A, 0x22, 0x2C, 0x39, 0x62, 0xE4] {
        var bytes = good
        bytes[index] = byte
        tables.append(bytes)
      }
    }
    var readCount = 0
    let secondRow = good.count - 9
    try withTemporaryDirectory { root in
      try fill(root + "/p", ["a.png", "b.x.png"])
      for (position, table) in tables.enumerated() {
        try write(table, to: root + "/t.csv")
        guard let source = try? open(root + "/p", root + "/t.csv") else { continue }
        readCount += 1
        let labels = try readAll(source, split: 0).labels
        #expect(labels.count == 2)
        // What is damaged in one row is no matter of the other one.
        let damaged = position < good.count ? position : (position - good.count) / 7
        if damaged >= secondRow { #expect(labels[0] == 3) }
      }
    }
    #expect((30..<tables.count - 50).contains(readCount))
  }
}
