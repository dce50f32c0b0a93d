import Testing

@testable import Kiln

@Suite("Image folders") struct ImageFolderSourceTests: ImageFolderReading {
  @Test(
    "are not classes where each class or split has one that is called images",
    arguments: [
      ("n01/images/1.png n02/images/1.png", ["data"], ["n01", "n02"]),
      ("train/n01/images/1.png train/n02/images/1.png", ["train"], ["n01", "n02"]),
      ("train/n01/images/1.png", ["train"], ["n01"]),
      ("train/images/1.png test/images/1.png", ["train", "test"], nil),
      ("train/images/cat/1.png train/images/dog/1.png", ["train"], ["cat", "dog"]),
      (
        "seg_train/seg_train/sea/1.png seg_test/seg_test/sea/1.png seg_test/seg_test/wood/1.png",
        ["seg_test", "seg_train"], ["sea", "wood"]
      ),
    ] as [(String, [String], [String]?)])
  func leaves(files: String, splits: [String], classes: [String]?) throws {
    try withTemporaryDirectory { root in
      try fill(root, files.split(separator: " ").map(String.init))
      let dataset = try open(root).dataset
      #expect(dataset.splits.map(\.name) == splits)
      #expect(dataset.schema.labels?.classNames == classes)
    }
  }

  @Test("takes the splits that are asked for, however the others lie")
  func chosenSplits() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train/a/1.png", "train/b/1.png", "valid/b/1.png", "test/1.png"])
      #expect(throws: StageError.self) { try open(root) }
      var request = SourceRequest(paths: [root])
      request.splits = ["train", "val"]
      let dataset = try openSource(request).dataset
      #expect(dataset.splits.map(\.name) == ["train", "val"])
      #expect(dataset.schema.labels?.classNames == ["a", "b"])
      // The classes, and so the labels, are the same whatever is asked for.
      request.splits = ["val"]
      let val = try openSource(request)
      #expect(val.dataset.schema.labels?.classNames == ["a", "b"])
      #expect(try readAll(val, split: 1).labels == [1])
      request.splits = ["train", "tset"]
      #expect(throws: StageError.self) { try openSource(request) }
      request.splits = ["test"]
      #expect(try openSource(request).dataset.schema.labels == nil)
    }
  }

  @Test("tells directories apart whose names are canonically the same")
  func spellings() throws {
    try withTemporaryDirectory { root in
      // é in one character and in two; some file systems take them for one name.
      try fill(root, ["\u{E9}/1.png", "e\u{301}/1.png", "z/1.png"])
      let count = try Path.entries(of: root).count
      #expect(try open(root).dataset.splits == [Split(name: "data", count: count)])
    }
  }

  @Test("are told apart by bytes, not by what a mark behind a slash makes of it")
  func marks() throws {
    try withTemporaryDirectory { root in
      // Glyphs are what such folders are of: a mark, a vowel sign.
      let names = ["\u{915}", "\u{93E}", "\u{301}"]
      try fill(root, names.flatMap { ["train/\($0)/1.png", "test/\($0)/1.png"] })
      let source = try open(root)
      #expect(source.dataset.splits.map(\.count) == [3, 3])
      #expect(Set(source.dataset.schema.labels?.classNames ?? []) == Set(names))
    }
  }

  @Test("refuses splits that look the same")
  func splitsOfOneName() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["\u{E9}-0.png", "e\u{301}-0.png"])
      // Some file systems take them for one name.
      guard try Path.entries(of: root).count == 2 else { return }
      #expect(
        sentence { _ = try open(root, ["pattern": "{split}-{index}.png"]) }?
          .contains("has splits of one name") == true)
    }
  }

  struct Layout: Sendable, CustomTestStringConvertible {
    let paths: [String]
    let splits: [String]
    let samples: [String]
    let classes: [String]

    init(paths: [String], splits: [String], samples: [String], classes: [String] = []) {
      self.paths = paths
      self.splits = splits
      self.samples = samples
      self.classes = classes
    }

    var testDescription: String { paths.joined(separator: " ") }
  }

  @Test(
    "finds splits and labels in the names of directories",
    arguments: [
      Layout(
        paths: ["train/0/a.png", "train/1/b.png", "test/1/c.png"], splits: ["train", "test"],
        samples: ["0:0", "1:1"]),
      Layout(
        paths: ["cat/1.png", "dog/1.PNG", "dog/2.png"], splits: ["data"],
        samples: ["0:0", "1:1", "2:1"], classes: ["cat", "dog"]),
      Layout(
        paths: ["testing/cat/1.png", "training/dog/1.png"], splits: ["train", "test"],
        samples: ["1:1"], classes: ["cat", "dog"]),
      Layout(paths: ["b.png", "a.png"], splits: ["data"], samples: ["1", "0"]),
      Layout(
        paths: ["valid/1.png", "train/1.png"], splits: ["train", "val"], samples: ["1"]),
      Layout(
        paths: ["mnist_png/train/7/a.png", "mnist_png/test/7/a.png"], splits: ["train", "test"],
        samples: ["0:7"]),
      Layout(
        paths: ["PetImages/Cat/1.png", "PetImages/Dog/1.png"], splits: ["data"],
        samples: ["0:0", "1:1"], classes: ["Cat", "Dog"]),
      Layout(
        paths: ["1/a.png", "2/a.png", "5/a.png", "10/a.png"], splits: ["data"],
        samples: ["0:1", "1:2", "2:5", "3:10"]),
      Layout(
        paths: ["c10/a.png", "c9/a.png"], splits: ["data"], samples: ["1:0", "0:1"],
        classes: ["c9", "c10"]),
      Layout(
        paths: ["x/img10.png", "x/img9.png", "x/img009b.png"], splits: ["data"],
        samples: ["1:0", "2:0", "0:0"], classes: ["x"]),
    ])
  func layouts(layout: Layout) throws {
    try withTemporaryDirectory { root in
      try fill(root, layout.paths)
      let source = try open(root)
      #expect(source.dataset.splits.map(\.name) == layout.splits)
      #expect(try samples(source) == layout.samples)
      #expect(source.dataset.schema.labels?.classNames ?? [] == layout.classes)
      #expect(source.dataset.schema.sampleShape == [2, 3])
    }
  }

  @Test("takes the directory's own name for that of a split")
  func ownName() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["Training/0/a.png"])
      #expect(try open(root + "/Training/").dataset.splits.map(\.name) == ["train"])
    }
  }

  @Test(
    "reads labels out of names by a pattern",
    arguments: [
      (
        "{index}-label-{label}.png", ["10-label-7.png", "9-label-3.png"], ["data"], ["1:3", "0:7"]
      ),
      (
        "{split}/{index:06}_{label}.png", ["test/000001_4.png", "test/000000_5.png"], ["test"],
        ["1:5", "0:4"]
      ),
      (
        "DataImages-{split}/{index}-label-{label}.png",
        ["DataImages-train/2-label-0.png", "DataImages-train/1-label--1.png"], ["train"],
        ["1:-1", "0:0"]
      ),
      (
        "{split}/{label}/{digest}.png", ["train/3/ab.png", "train/3/0f.png"], ["train"],
        ["1:3", "0:3"]
      ),
      (
        "{class}_{index}.png", ["big_dog_1.png", "cat_1.png", "big_dog_0.png"], ["data"],
        ["2:0", "0:0", "1:1"]
      ),
      (
        "{split}/{class}/{class}-{index}.png", ["train/a-b/a-b-1.png", "train/a/a-0.png"],
        ["train"], ["1:0", "0:1"]
      ),
    ] as [(String, [String], [String], [String])])
  func patterns(pattern: String, paths: [String], splits: [String], expected: [String]) throws {
    try withTemporaryDirectory { root in
      try fill(root, paths)
      let source = try open(root, ["pattern": pattern])
      #expect(source.dataset.splits.map(\.name) == splits)
      #expect(try samples(source) == expected)
    }
  }

  @Test("refuses an image that does not match the pattern, by its name")
  func mismatch() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["1_2.png", "x.png"])
      #expect(
        sentence { _ = try open(root, ["pattern": "{index}_{label}.png"]) }
          == "decode \(root): image x.png does not match the pattern '{index}_{label}.png'"
          + " ({label} is a number, {class} a name: choose another --pattern, or move the image away)"
      )
    }
  }

  @Test("take labels of 64 bits by a pattern, and none beyond")
  func longLabels() throws {
    try withTemporaryDirectory { root in
      let paths = ["train/9223372036854775807/0.png", "train/0000000000000000000007/1.png"]
      try fill(root, paths)
      let source = try open(root, ["pattern": "{split}/{label}/{index}.png"])
      #expect(try readAll(source, split: 0).labels == [.max, 7])
      try fill(root, ["train/9223372036854775808/2.png"])
      #expect(
        sentence { _ = try open(root, ["pattern": "{split}/{label}/{index}.png"]) }?
          .contains("does not match the pattern") == true)
    }
  }

  @Test("maps class folders to labels by classes.json and by names given")
  func classes() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["t-shirt-top/a.png", "Bag/a.png"])
      #expect(
        try samples(open(root, classNames: ["T-shirt/top", "Coat", "Bag"])) == ["1:2", "0:0"])
      #expect(try samples(open(root, classNames: ["x", "y"])) == ["1:0", "0:1"])
      try write(Array("[\"T-shirt/top\", \"Coat\", \"Bag\"]".utf8), to: root + "/classes.json")
      let source = try open(root)
      #expect(try samples(source) == ["1:2", "0:0"])
      #expect(source.dataset.schema.labels?.classNames == ["T-shirt/top", "Coat", "Bag"])
      try write(Array("[\"Bag\"]".utf8), to: root + "/classes.json")
      #expect(
        sentence { _ = try open(root) }
          == "decode \(root): class 't-shirt-top' is not among the 1 class names recorded beside it"
          + " (in classes.json or kiln.json)")
    }
  }

  static let templates = [
    "", "{split}/{index:06}_{label}.png", "DataImages-{split}/{index}-label-{label}.png",
    "{split}/{class}/{index}.png", "{label}/{split}-{index}.png",
    "{split}/{class}-{label}/{index}.png",
  ]
  static let nameLists = [[], ["b", "a", "t-shirt/top", "9", "4", "Ü", "x y", "x-z", "c", "d"]]

  @Test(
    "gets back what Kiln has written, in the same order",
    arguments: templates, nameLists)
  func roundTrip(template: String, classNames: [String]) throws {
    try withTemporaryDirectory { root in
      let written = try run(
        SourceRequest(
          paths: ["sample:300"], classNames: classNames.isEmpty ? nil : classNames),
        root + "/images", template.isEmpty ? [:] : ["template": template])
      let read = try run(SourceRequest(paths: [root + "/images"]), root + "/again", [:])
      #expect(read.splits.map(\.digest) == written.splits.map(\.digest))
      #expect(read.schema == written.schema)
    }
  }

  private func run(
    _ source: SourceRequest, _ path: String, _ options: [String: String]
  ) throws -> RunReport {
    let output = try Pipeline.Output(.png, at: path, options: options)
    return try Runner(Pipeline(source: source, outputs: [output]), jobs: 2).run()
  }

  @Test("takes classes without images from Kiln, and misses images that are gone")
  func counts() throws {
    try withTemporaryDirectory { root in
      let path = root + "/images"
      _ = try run(SourceRequest(paths: ["sample:14"]), path, [:])
      #expect(try open(path).dataset.splits.map(\.count) == [12, 2])
      let victim = try #require(try tree(path).keys.sorted().first { $0.hasSuffix(".png") })
      try Path.removeTree(path + "/" + victim)
      #expect(
        sentence { _ = try open(path) }
          == "decode \(path): split 'test' has 1 images, expected 2 as in kiln.json"
          + " (to convert what is there, remove kiln.json)")
    }
  }

  @Test("records what was read as sha256sum would print it")
  func record() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train/1/a.png", "train/0/b.png", "test/0/c.png"])
      let source = try open(root)
      _ = try readAll(source, split: 0, pieces: 1)
      let lines = try ["train/0/b.png", "train/1/a.png"].map { path in
        digest(try contents(of: root + "/" + path)) + "  \(path)\n"
      }
      let record = try #require(source.folders[0].record())
      #expect(record.sha256 == digest(Array(lines.joined().utf8)))
      #expect(record.fileCount == 2)
      #expect(record.byteCount == greyPNG(0).count + greyPNG(1).count)
      #expect(source.folders[0].name == Path.lastComponent(root) + "/train")
    }
  }

  private func digest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes.span)
    return hexadecimal(hash.finish())
  }

  @Test("refuses outputs in the place of the images")
  func places() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["images/0/a.png"])
      for path in [root + "/images", root] {
        #expect(throws: UsageError.self) {
          try run(SourceRequest(paths: [root + "/images"]), path, [:])
        }
      }
    }
  }
}
