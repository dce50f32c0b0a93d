import Foundation
import Testing

@testable import Kiln

@Suite("NumPy source", .timeLimit(.minutes(20))) struct NPYTests {
  /// An `.npy` file with any header text.
  private func file(_ text: String, _ data: [UInt8] = [], version: [UInt8] = [1, 0]) -> [UInt8] {
    let header = Array(text.utf8)
    let length = (0..<(version[0] == 1 ? 2 : 4)).map {
      UInt8(truncatingIfNeeded: header.count >> (8 * $0))
    }
    return NPYContents.magic + version + length + header + data
  }

  private func dictionary(_ descriptor: String = "|u1", _ shape: String = "(2, 2)") -> String {
    "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(shape), }\n"
  }

  private func read(
    _ bytes: [UInt8], name: String = "images.npy"
  ) throws -> (dataset: Dataset, pixels: [UInt8], labels: [Int64]) {
    try withTemporaryDirectory { root in
      try write(bytes, to: root + "/" + name)
      let source = try openSource(SourceRequest(images: root + "/" + name))
      let (pixels, values) = try readAll(source, split: 0)
      return (source.dataset, pixels, values)
    }
  }

  private func failure(_ bytes: [UInt8], name: String = "images.npy") -> String? {
    sentence { _ = try read(bytes, name: name) }
  }

  @Test(
    "reads what NumPy has written, in every type, order and version",
    .enabled(if: Python.has("numpy"), Python.missing))
  func numpy() throws {
    try withTemporaryDirectory { root in
      let made = try Python.run("import make_arrays, sys; make_arrays.main(sys.argv[1])", [root])
      try #require(made.status == 0, "\(made.output)")
      let index = String(decoding: try contents(of: root + "/index.txt"), as: UTF8.self)
      let lines = index.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(lines.count > 800)
      for line in lines {
        let expected = try contents(of: root + "/\(line[0]).bin")
        let shape = line[2].split(separator: "x").compactMap { Int($0) }
        let bytes = try contents(of: root + "/\(line[0]).npy")
        // Packed, one of the versions will do.
        let ways =
          [("images.npy", bytes)] + (line[0].hasSuffix("v1") ? [("a.npy.gz", gzip(bytes))] : [])
        for (name, content) in ways {
          let (dataset, pixels, _) = try read(content, name: name)
          #expect(dataset.schema.elementType.rawValue == line[1], "\(line)")
          #expect([dataset.count] + dataset.schema.sampleShape == shape, "\(line)")
          #expect(pixels == expected, "\(line)")
        }
      }
      for (name, reason) in [
        ("objects", "holds Python objects"), ("complex", "elements of type '<c8'"),
        ("structured", "holds structures"), ("text", "elements of type '<U2'"),
      ] {
        let line = sentence { _ = try openSource(SourceRequest(paths: ["\(root)/\(name).npy"])) }
        #expect(line?.hasPrefix("decode \(name).npy: ") == true && line?.contains(reason) == true)
      }
    }
  }

  @Test(
    "reads headers as Python writes and people edit them",
    arguments: [
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }",
      "{\"shape\":(2,2),\"fortran_order\":False,\"descr\":\"u1\"}\n",
      "  { 'shape' : ( 2L , 2L , ) , 'descr' : '<u1' , 'fortran_order' : False }   \n",
      "{'descr': '=u1', 'fortran_order': False, 'shape': (2, 2)}",
    ], [[1, 0], [2, 0], [3, 0]] as [[UInt8]])
  func headers(text: String, version: [UInt8]) throws {
    let result = try read(file(text, [1, 2, 3, 4], version: version))
    #expect(result.dataset.schema.sampleShape == [2])
    #expect(result.pixels == [1, 2, 3, 4])
  }

  @Test(
    "refuses a header that is none",
    arguments: [
      "", "{", "{}", "[]", "{'descr': '|u1', 'fortran_order': False}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': [2, 2]}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2)} x",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), 'shape': (2, 2)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), 'more': 1}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 2)}",
      "{'descr': '|u\\x31', 'fortran_order': False, 'shape': (2, 2)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (-2, 2)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2.0, 2)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 2)}",
      "{'descr': '|u1', 'fortran_order': __import__('os').system('ls'), 'shape': (2, 2)}",
      "{'descr': '|u1' 'fortran_order': False, 'shape': (2, 2)}",
      "{,}", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2,,)}",
    ])
  func badHeaders(text: String) {
    let line = failure(file(text, [1, 2, 3, 4]))
    #expect(line?.contains("header is damaged at byte") == true, "\(line ?? "nothing")")
  }

  @Test("names where a header is damaged")
  func place() {
    let text = "{'descr': '|u1', 'fortran_order': Fals, 'shape': (2, 2)}"
    #expect(
      failure(file(text, [1, 2, 3, 4]))
        == "decode images.npy: header is damaged at byte 44:"
        + " expected a dict of descr, fortran_order and shape")
  }

  @Test(
    "refuses shapes that no memory holds",
    arguments: [
      "(9223372036854775807, 2)", "(4294967296, 4294967296)", "(4294967296, 4294967296, 0)",
      "(1, 1073741824)", "(0, 1073741824)", "(5, 0)",
      "(" + String(repeating: "1, ", count: 33) + ")",
    ], [false, true])
  func shapes(shape: String, packed: Bool) {
    let bytes = file(dictionary("|u1", shape))
    let line = failure(packed ? gzip(bytes) : bytes)
    #expect(line?.contains(" images.npy: ") == true, "\(line ?? "nothing")")
  }

  @Test("refuses a file that is cut short or too long, at every length", arguments: [false, true])
  func lengths(packed: Bool) {
    let whole = file(dictionary("<u2"), [1, 0, 2, 0, 3, 0, 4, 0])
    for length in 0..<whole.count {
      let bytes = Array(whole.prefix(length))
      let line = failure(packed ? gzip(bytes) : bytes)
      #expect(line != nil, "\(length)")
      if length >= whole.count - 8 {
        #expect(
          line == "decode images.npy: data ends at byte \(length), header promises \(whole.count)"
            + " (file cut short?)")
      }
    }
    #expect(
      failure(packed ? gzip(whole + [0]) : whole + [0])
        == "decode images.npy: data goes on after byte \(whole.count), where the header promises"
        + " the end of the file")
  }

  @Test("refuses a foreign version, and a header longer than any")
  func versions() {
    #expect(
      failure(file(dictionary(), [1, 2, 3, 4], version: [4, 0]))
        == "decode images.npy: is of version 4.0, expected 1.0, 2.0 or 3.0")
    #expect(failure(file(dictionary(), [1, 2, 3, 4], version: [1, 1])) != nil)
    let long = NPYContents.magic + [2, 0, 0, 0, 0, 0x40] + [UInt8](repeating: 0x20, count: 100)
    #expect(failure(long)?.contains("header promises 1073741824 bytes of text") == true)
  }

  @Test("never crashes on a random file", arguments: 0..<400 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var bytes = file(dictionary("<f4", "(2, 3)"), generator.bytes(24))
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let position = Int.random(in: 6..<bytes.count, using: &generator)
      bytes[position] = generator.bytes(1)[0]
    }
    _ = failure(bytes)
    _ = failure(gzip(bytes))
    _ = failure(NPYContents.magic + [1, 0] + generator.bytes(60))
  }

  // MARK: Names

  @Test(
    "knows the usual names of arrays",
    arguments: [
      ("x_train", "", "train", .images), ("y_test", "", "test", .labels),
      ("x_data", "", "data", .images), ("y_data", "", "data", .labels),
      ("X_valid", "", "val", .images), ("x_my-part", "", "my-part", .images),
      ("train-images", "", "train", .images), ("t10k-labels", "", "test", .labels),
      ("data-images", "", "data", .images), ("fold1-labels", "", "fold1", .labels),
      ("train_img", "", "train", .images), ("test_label", "", "test", .labels),
      ("k49-train-imgs", "k49", "train", .images),
      ("k49-test-labels", "k49", "test", .labels),
      ("images", "", "data", .images), ("labels", "", "data", .labels),
      ("train_x", "", "train", .images),
    ] as [(String, String, String, ArrayName.Role)])
  func names(name: String, dataset: String, split: String, role: ArrayName.Role) throws {
    let found = try #require(ArrayName(parsing: name))
    #expect(found.dataset == dataset && found.split == split && found.role == role)
  }

  @Test("passes by other names", arguments: ["", "arr_0", "weights", "mean", "_", "k49_classmap"])
  func otherNames(name: String) { #expect(ArrayName(parsing: name) == nil) }

  private func directory(_ root: String, _ arrays: [String: (String, String, [UInt8])]) throws {
    for (name, array) in arrays {
      try write(file(dictionary(array.0, array.1), array.2), to: root + "/" + name + ".npy")
    }
  }

  @Test("finds the splits of a directory, and what is named by hand")
  func splits() throws {
    try withTemporaryDirectory { root in
      try directory(
        root,
        [
          "train-images": ("|u1", "(3, 2)", [1, 2, 3, 4, 5, 6]),
          "train-labels": ("|u1", "(3,)", [7, 8, 9]),
          "test-images": ("|u1", "(1, 2)", [10, 11]), "test-labels": ("|i1", "(1,)", [0xFF]),
        ])
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(
        source.dataset.splits == [Split(name: "train", count: 3), Split(name: "test", count: 1)])
      #expect(source.dataset.schema.labels?.range == -1...9)
      #expect(source.dataset.schema.labels?.elementType == .int64)
      #expect(try readAll(source, split: 1) == (pixels: [10, 11], labels: [-1]))
      let chosen = try openSource(
        SourceRequest(
          paths: [root],
          settings: [
            "images-key": "a=test-images,b=train-images",
            "labels-key": "b=train-labels,a=test-labels",
          ]))
      #expect(chosen.dataset.splits == [Split(name: "a", count: 1), Split(name: "b", count: 3)])
      let shaped = try openSource(
        SourceRequest(paths: [root + "/train-images.npy"], settings: ["shape": "1x2"]))
      #expect(shaped.dataset.schema.sampleShape == [1, 2])
    }
  }

  @Test("says which arrays there are where names tell nothing")
  func unknownNames() throws {
    try withTemporaryDirectory { root in
      try directory(
        root,
        ["a": ("|u1", "(1, 2)", [1, 2]), "b": ("|u1", "(1,)", [3]), "c": ("|u1", "(1,)", [3])])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(root): holds a (u8 1x2), b (u8 1), c (u8 1): which are images and which"
          + " labels? (say so with --images-key and --labels-key)")
      #expect(
        sentence {
          _ = try openSource(SourceRequest(paths: [root], settings: ["images-key": "d"]))
        } == "decode \(root): has no array 'd'; there are a (u8 1x2), b (u8 1), c (u8 1)")
    }
  }

  @Test("asks where what could be the labels has no usual name", arguments: ["cls", "t_train"])
  func unknownLabels(name: String) throws {
    try withTemporaryDirectory { root in
      try directory(
        root, ["x_train": ("|u1", "(2, 2)", [1, 2, 3, 4]), name: ("|u1", "(2,)", [1, 0])])
      let message = sentence { _ = try openSource(SourceRequest(paths: [root])) }
      #expect(message?.contains("\(name) (u8 2)") == true, "\(message ?? "")")
      #expect(message?.contains("which are images and which labels?") == true)
      let chosen = try openSource(SourceRequest(paths: [root], settings: ["images-key": "x_train"]))
      #expect(chosen.dataset.schema.labels == nil)
    }
  }

  @Test("passes over what cannot be labels, and says so")
  func others() throws {
    try withTemporaryDirectory { root in
      try directory(
        root,
        [
          "images": ("|u1", "(2, 2)", [1, 2, 3, 4]),
          "weights": ("<f4", "(2,)", [0, 0, 0, 0, 0, 0, 0, 0]),
          "mean": ("|u1", "(3,)", [1, 2, 3]),
        ])
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.dataset.schema.labels == nil)
      #expect(source.remarks == ["neither images nor labels, and not read: mean, weights"])
    }
  }

  @Test("takes one-hot rows for labels, and other matrices for label columns")
  func oneHot() throws {
    try withTemporaryDirectory { root in
      try directory(
        root,
        [
          "images": ("|u1", "(2, 1)", [1, 2]),
          "labels": (
            "<f4", "(2, 3)",
            [0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0]
              + [0, 0, 0x80, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0]
          ),
        ])
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.dataset.schema.labels?.columns == ["label"])
      #expect(source.dataset.schema.labels?.elementType == .uint8)
      #expect(source.dataset.schema.labels?.range == 0...1)
      #expect(source.corrections == ["one-hot rows to labels"])
      #expect(try readAll(source, split: 0).labels == [1, 0])
      let raw = try openSource(SourceRequest(paths: [root], correction: .none))
      #expect(raw.corrections == [])
      #expect(try readAll(raw, split: 0).labels == [0, 1, 0, 1, 0, 0])
      try directory(root, ["labels": ("|u1", "(2, 3)", [0, 1, 0, 1, 1, 0])])
      let columns = try openSource(SourceRequest(paths: [root]))
      #expect(columns.dataset.schema.labels?.columns == ["label0", "label1", "label2"])
      #expect(try readAll(columns, split: 0).labels == [0, 1, 0, 1, 1, 0])
    }
  }

  @Test("refuses labels that do not go with the images")
  func mismatches() throws {
    try withTemporaryDirectory { root in
      try directory(
        root, ["images": ("|u1", "(2, 1)", [1, 2]), "labels": ("|u1", "(3,)", [1, 2, 3])])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode labels.npy: holds 3 labels, expected 2 as in images.npy")
      try directory(root, ["labels": ("<f4", "(2,)", [0, 0, 0, 0, 0, 0, 0, 0x3F])])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode labels.npy: label of sample 1 is 0.5, expected a whole number in the"
          + " range of i64")
      try directory(root, ["labels": ("|u1", "(2, 1, 1)", [1, 2])])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode labels.npy: expected labels of 1 or 2 dimensions, found 3"
          + " (are images and labels swapped?)")
    }
  }

  // MARK: Keys

  @Test("reads keys for each split")
  func keys() throws {
    let one = try #require(try ArrayKeys(images: "0.1", labels: "train/data"))
    #expect(one.parts.count == 1 && one.parts[0].split == nil)
    #expect(one.parts[0].images.components == ["0", "1"])
    #expect(one.parts[0].labels?.components == ["train", "data"])
    let two = try #require(try ArrayKeys(images: "train=a/b,test=c.d", labels: "test=e,train=f"))
    #expect(two.parts.map(\.split) == ["train", "test"])
    #expect(two.parts.map { $0.labels?.text } == ["f", "e"])
    #expect(try ArrayKeys(images: nil, labels: nil) == nil)
  }

  @Test(
    "refuses keys that are none, or do not go together",
    arguments: [
      (nil, "a"), ("", nil), ("a..b", nil), ("a=", nil), ("=a", nil), ("a=b,c", nil),
      ("a=b,a=c", nil), ("a", "b=c"), ("a=b", "c"), ("a=b", "a=b,c=d"), ("a=b,c=d", "a=b"),
    ] as [(String?, String?)])
  func badKeys(images: String?, labels: String?) {
    #expect(throws: UsageError.self) { try ArrayKeys(images: images, labels: labels) }
  }
}
