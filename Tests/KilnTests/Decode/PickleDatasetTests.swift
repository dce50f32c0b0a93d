import Testing

@testable import Kiln

@Suite("Data sets in pickles", .timeLimit(.minutes(20)))
struct PickleDatasetTests: PickleReading {
  // MARK: Tuples

  @Test("LISA's three pairs are train, val and test, at their scale", arguments: PickleWriter.all)
  func lisa(writer: PickleWriter) throws {
    let pairs = [4, 2, 3].map { count in
      PickleSample.tuple([
        floats([count, 64]) { Float($0 % 256) / 256 }, labels((0..<count).map { Int64($0 % 3) }),
      ])
    }
    try open(.tuple(pairs), writer: writer) { source throws in
      #expect(source.dataset.splits.map(\.name) == ["train", "val", "test"])
      #expect(source.dataset.splits.map(\.count) == [4, 2, 3])
      #expect(source.dataset.schema.sampleShape == [8, 8])
      #expect(source.dataset.schema.pixelScale == .factor(256))
      #expect(source.dataset.schema.labels?.elementType == .int64)
      #expect(try readAll(source, split: 0).labels == [0, 1, 2, 0])
    }
  }

  @Test("two pairs are train and test, one pair is one split")
  func pairs() throws {
    let pair = PickleSample.tuple([images([3, 28, 28]), PickleSample.ints([7, 8, 9])])
    try open(.tuple([pair, pair])) { source throws in
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      #expect(source.dataset.schema.labels?.elementType == .uint8)
    }
    try open(pair) { source throws in
      #expect(source.dataset.splits == [Split(name: "data", count: 3)])
      #expect(try readAll(source, split: 0).labels == [7, 8, 9])
    }
  }

  // MARK: Dicts

  @Test(
    "the dict of Deep Learning from Scratch, however it spells its keys",
    arguments: PickleWriter.all)
  func scratch(writer: PickleWriter) throws {
    let dict = PickleSample.dict([
      (.key("train_img", writer), images([4, 784])),
      (.key("train_label", writer), PickleSample.ints([1, 2, 3, 4])),
      (.key("test_img", writer), images([2, 784], from: 9)),
      (.key("test_label", writer), PickleSample.ints([5, 6])),
    ])
    try open(dict, writer: writer) { source throws in
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      #expect(source.dataset.schema.sampleShape == [28, 28])
      #expect(try readAll(source, split: 1).labels == [5, 6])
      #expect(try readAll(source, split: 1).pixels.first == 9)
    }
  }

  @Test("reads texts as names and never as numbers", arguments: PickleWriter.all)
  func texts(writer: PickleWriter) throws {
    let files = (0..<2000).map { "image-\($0).png" }
    for order in ["<", ">"] {
      let entries: [(PickleSample, PickleSample)] = [
        (.key("files", writer), texts(files, byteOrder: order)),
        (.key("images", writer), images([3, 28, 28])),
        (
          .key("bytes", writer),
          .array(PickleArraySample(code: "S2", shape: [2], payload: [97, 0, 98, 99]))
        ),
        (.key("name", writer), .scalar(code: "U1", littleEndianBytes(UInt32(0x2603)))),
        (
          .key("notes", writer),
          .scalar(code: "S9000", [UInt8](repeating: UInt8(ascii: "a"), count: 9000))
        ),
      ]
      let labelled: [(PickleSample, PickleSample)] = [
        (.key("labels", writer), PickleSample.ints([0, 2, 1])),
        (.key("classes", writer), texts(["cat", "dög", "f"], byteOrder: order)),
      ]
      try open(.dict(entries + labelled), writer: writer) { source throws in
        #expect(source.dataset.schema.labels?.classNames == ["cat", "dög", "f"])
        #expect(try readAll(source, split: 0).labels == [0, 2, 1])
      }
      let words = [
        (PickleSample.key("labels", writer), texts(["cat", "dog", "cat"], byteOrder: order))
      ]
      #expect(
        sentence { try open(.dict(entries + words), writer: writer) { _ in } }?.hasSuffix(
          "[labels]: is text array (3,), expected labels"
            + " (number the classes from 0 and name them with --classes)") == true)
    }
  }

  @Test(
    "names classes by an array of text, plain or packed, in a dict of any kind",
    arguments: PickleWriter.all, ["x.pkl", "x.pkl.gz"])
  func manyNames(writer: PickleWriter, file: String) throws {
    let names = (0..<100).map { "class-number-\($0)-of-all" }
    for key in ["images", "data"] {
      let dict = PickleSample.dict([
        (.key(key, writer), images([3, 28, 28])),
        (.key("labels", writer), PickleSample.ints([0, 2, 1])),
        (.key("label_names", writer), texts(names)),
      ])
      try open([(file, dict)], writer: writer) { source throws in
        #expect(source.dataset.schema.labels?.classNames == names)
        #expect(try readAll(source, split: 0).labels == [0, 2, 1])
      }
    }
  }

  @Test("remarks on colours that are read as no file of CIFAR has them")
  func batchShape() throws {
    let file = batch(2, first: 0, [("labels", [0, 1])])
    for (shape, isRemarked) in [("32x32x3", true), ("3x32x32", false), ("1024x3", false)] {
      try open(file, settings: ["shape": shape]) { source throws in
        #expect(source.remarks.contains { $0.contains("planes") } == isRemarked, "\(shape)")
      }
    }
  }

  @Test("keeps a packed file's texts up to a limit for all of them together")
  func manyTexts() throws {
    let text = [UInt8](repeating: 0, count: 5 << 20)
    let dict = PickleSample.dict(
      (0..<14).map { index in
        (
          .text("text \(index)"),
          .array(PickleArraySample(code: "S\(1 << 20)", shape: [5], payload: text))
        )
      } + [
        (.text("images"), images([3, 28, 28])), (.text("labels"), PickleSample.ints([0, 2, 1])),
      ])
    // Were all of them kept, this would be refused as a trap.
    try open([("x.pkl.gz", dict)], writer: .python3(4)) { source throws in
      #expect(try readAll(source, split: 0).labels == [0, 2, 1])
    }
  }

  @Test(
    "reads over arrays of text that are no names, however long",
    arguments: [
      (PickleWriter.cPickle(2), "x.pkl.gz", 17), (.python3(4), "x.pkl.gz", 34),
      (.python3(5), "x.pkl", 17),
    ])
  func longTexts(writer: PickleWriter, file: String, size: Int) throws {
    let payload = [UInt8](repeating: 0, count: size << 20)
    let dict = PickleSample.dict(
      [("U2000000", 1), ("S4096", payload.count / 4096), ("U1000", 3)].map { code, count in
        let length = (Int(code.dropFirst()) ?? 0) * (code.first == "U" ? 4 : 1)
        return (
          .key(count == 3 ? "classes" : code, writer),
          .array(
            PickleArraySample(
              code: code, byteOrder: code.first == "U" ? "<" : "|", shape: [count],
              payload: Array(payload[..<(length * count)])))
        )
      } + [
        (.key("images", writer), images([3, 28, 28])),
        (.key("labels", writer), PickleSample.ints([0, 2, 1])),
      ])
    try open([(file, dict)], writer: writer) { source throws in
      #expect(source.dataset.schema.labels?.classNames == ["", "", ""])
      #expect(try readAll(source, split: 0).labels == [0, 2, 1])
    }
  }

  @Test(
    "takes away an axis for one channel, and one-hot labels",
    arguments: [[2, 1, 28, 28], [2, 28, 28, 1], [2, 28, 28], [2, 784]])
  func shapes(shape: [Int]) throws {
    let dict = PickleSample.dict([
      (.text("train_img"), images(shape)),
      (.text("train_label"), floats([2, 10]) { $0 == 3 || $0 == 19 ? 1 : 0 }),
    ])
    try open(dict) { source throws in
      #expect(source.dataset.schema.sampleShape == [28, 28])
      #expect(source.dataset.schema.labels?.columns == ["label"])
      #expect(try readAll(source, split: 0).labels == [3, 9])
    }
  }

  @Test(
    "tells the scale of floats by their values",
    arguments: [
      (divisor: Float(256), scale: PixelScale.factor(256)), (255, .undeclared), (1, .factor(1)),
    ])
  func scales(divisor: Float, scale: PixelScale) throws {
    try open(floats([4, 64]) { Float($0) / divisor }) { source throws in
      #expect(source.dataset.schema.pixelScale == scale)
    }
  }

  @Test("rows of numbers are pictures where they are squares", arguments: [784, 64, 63, 49, 3072])
  func rows(length: Int) throws {
    try open(images([2, length])) { source throws in
      let side = [784: 28, 64: 8][length]
      #expect(source.dataset.schema.sampleShape == (side.map { [$0, $0] } ?? [length]))
      #expect(source.dataset.schema.labels == nil)
    }
  }

  @Test("a dict of splits, with pairs or dicts in it")
  func splits() throws {
    let dict = PickleSample.dict([
      (
        .text("test"),
        .dict([(.text("images"), images([1, 9, 9])), (.text("labels"), PickleSample.ints([4]))])
      ),
      (.text("train"), .tuple([images([2, 9, 9]), PickleSample.ints([1, 0])])),
      (.text("classes"), .list(["a", "b", "c", "d", "e"].map { .text($0) })),
    ])
    try open(dict) { source throws in
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      #expect(source.dataset.schema.labels?.classNames == ["a", "b", "c", "d", "e"])
      #expect(try readAll(source, split: 1).labels == [4])
    }
  }

  // MARK: By hand

  private var unknown: PickleSample {
    .dict([
      (.text("a"), .tuple([.list([images([4, 9, 9]), labels([3, 2, 1, 0])]), .none])),
      (.text("b.c"), images([2, 9, 9], from: 5)), (.text("n"), PickleSample.ints(0..<2)),
    ])
  }

  @Test("shows what it holds where it is no known data set")
  func outline() throws {
    let error = #expect(throws: StageError.self) { try open(unknown) { _ in } }
    let outline = try #require(error?.reason as? PickleOutline)
    #expect(
      outline.outline == [
        "a dict of 3", "  a: (a list of 2, None)", "    0: a list of 2",
        "      0: u8 array (4, 9, 9)", "      1: i64 array (4,)", "    1: None",
        "  b.c: u8 array (2, 9, 9)", "  n: a list of 2", "    0: 0", "    1: 1", "",
        "No known data set; name its arrays with --images-key a.0.0 --labels-key a.0.1",
      ])
    #expect("\(outline)".hasPrefix("holds no data set of a known shape (try --images-key a.0.0"))
  }

  @Test("asks where what could be the labels has no usual name")
  func unknownLabels() throws {
    let answers = [labels([3, 2, 1, 0]), PickleSample.ints(0..<4)]
    for answer in answers {
      let flat = PickleSample.dict([(.text("x_train"), images([4, 9, 9])), (.text("cls"), answer)])
      for (value, keys) in [
        (flat, "--images-key x_train --labels-key cls"),
        (.dict([(.text("train"), flat)]), "--images-key train.x_train --labels-key train.cls"),
      ] {
        let message = sentence { try open(value) { _ in } }
        #expect(message?.contains("try \(keys);") == true, "\(message ?? "")")
      }
    }
    let names = PickleSample.list((0..<4).map { .text("\($0).png") })
    try open(.dict([(.text("images"), images([4, 9, 9])), (.text("names"), names)])) {
      source throws in
      #expect(source.dataset.schema.labels == nil)
    }
  }

  @Test("names no array where there is one for each image")
  func manyArrays() {
    let pairs = PickleSample.list(
      (0..<20).map { .tuple([images([9, 9], from: $0), .int(Int64($0 % 3))]) })
    #expect(
      sentence { try open(pairs) { _ in } }?.hasSuffix(
        "holds no data set of a known shape (kiln inspect shows what it holds)") == true)
  }

  @Test("takes arrays that are named by hand")
  func keys() throws {
    try open(unknown, settings: ["images-key": "a.0.0", "labels-key": "a/0/1"]) { source throws in
      #expect(source.dataset.splits == [Split(name: "data", count: 4)])
      #expect(try readAll(source, split: 0).labels == [3, 2, 1, 0])
    }
    try open(unknown, settings: ["images-key": "train=a.0.0,test=b.c"]) { source throws in
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      #expect(try readAll(source, split: 1).pixels.first == 5)
    }
  }

  @Test(
    "says how far a key goes",
    arguments: [
      ("x", "x.pkl: has no 'x' in a dict of a, b.c, n"),
      ("a.7", "x.pkl: has no '7' in 'a', a tuple of 2 (their positions are the keys)"),
      ("a.1.x", "x.pkl: has no 'x' in 'a.1', None"),
      ("n", "x.pkl[n]: is a list of 2, expected an array of images"),
    ])
  func badKeys(key: String, says: String) {
    #expect(
      failure([("x.pkl", unknown)], settings: ["images-key": key]) == "decode \(says)")
  }

  @Test("refuses labels of another count than the images, where their key says what they are")
  func labelCount() {
    let dict = PickleSample.dict([
      (.key("images", Self.writer), images([3, 9, 9])),
      (.key("labels", Self.writer), PickleSample.ints([1, 2])),
    ])
    #expect(
      failure([("x.pkl", dict)])
        == "decode x.pkl[labels]: holds 2 labels, expected 3 as in x.pkl[images]")
  }

  @Test("refuses labels that are none, by their sample")
  func badLabels() {
    func failure(_ labels: PickleSample) -> String? {
      self.failure([("x.pkl", .tuple([images([2, 9, 9]), labels]))])
    }
    #expect(
      failure(.list([.int(1), .none]))
        == "decode x.pkl[1]: sample 1: label is None, expected a whole number in the range of i64")
    #expect(
      failure(.list([.int(1), .float(0.5)]))
        == "decode x.pkl[1]: sample 1: label is 0.5, expected a whole number in the range of i64")
    #expect(
      failure(
        .array(
          PickleArraySample(
            code: "f4", byteOrder: "<", shape: [2], payload: [0, 0, 0, 0, 0, 0, 0xC0, 0x7F])))
        == "decode x.pkl[1]: label of sample 1 is nan, expected a whole number in the range of i64")
  }

  @Test("--raw and a shape given by hand leave everything else as it is stored")
  func raw() throws {
    try withTemporaryDirectory { root in
      let path = root + "/data_batch_1"
      try write(Self.writer.pickle(batch(2, first: 0, [("labels", [0, 1])])), to: path)
      let raw = try openSource(SourceRequest(paths: [path], correction: .none))
      #expect(raw.dataset.schema.sampleShape == [3072])
      let planar = try openSource(
        SourceRequest(paths: [path], settings: ["shape": "3x32x32"]))
      #expect(planar.dataset.schema.sampleShape == [3, 32, 32])
      #expect(try readAll(planar, split: 0).pixels == readAll(raw, split: 0).pixels)
      let values = floats([4, 64]) { Float($0) / 256 }
      try write(Self.writer.pickle(values), to: root + "/x.pkl")
      let unscaled = try openSource(
        SourceRequest(paths: [root + "/x.pkl"], correction: .none))
      #expect(unscaled.dataset.schema.pixelScale == .undeclared)
    }
  }
}
