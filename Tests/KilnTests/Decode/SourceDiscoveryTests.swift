import Foundation
import Testing

@testable import Kiln

@Suite("Finding a source") struct SourceDiscoveryTests {
  private func fill(_ root: String, _ names: [String]) throws {
    for name in names {
      let isLabels = name.lowercased().contains("label")
      let bytes = IDXSample.counting(isLabels ? [4] : [4, 2, 2]).bytes
      try write(name.lowercased().hasSuffix(".gz") ? gzip(bytes) : bytes, to: root + "/" + name)
    }
  }

  @Test(
    "names the splits of a directory",
    arguments: [
      (
        [
          "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte",
        ], ["train", "test"]
      ),
      (["train-images.idx3-ubyte", "train-labels.idx1-ubyte"], ["train"]),
      (
        [
          "qmnist-train-images-idx3-ubyte.gz", "qmnist-train-labels-idx2-int.gz", "README", "x.md5",
        ], ["train"]
      ),
      (
        ["emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test-labels-idx1-ubyte.gz"],
        ["test"]
      ),
      (["t10k-images-idx3-ubyte"], ["test"]),
      (
        ["valid-images-idx3-ubyte", "train-images-idx3-ubyte", "extra-images-idx3-ubyte"],
        ["train", "val", "extra"]
      ),
      (["images-idx3-ubyte", "labels-idx1-ubyte"], ["data"]),
    ] as [([String], [String])])
  func directory(files: [String], splits: [String]) throws {
    try withTemporaryDirectory { root in
      try fill(root, files)
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.dataset.splits.map(\.name) == splits)
      #expect(source.dataset.splits.allSatisfy { $0.count == 4 })
    }
  }

  @Test("refuses a pipe instead of waiting for somebody to fill it", .timeLimit(.minutes(20)))
  func pipe() {
    withTemporaryDirectory { root in
      let path = root + "/train-images-idx3-ubyte"
      let made = unsafe mkfifo(path, 0o600)
      #expect(made == 0)
      for source in [root, path] {
        #expect(
          sentence { _ = try SourceFormat.open(SourceRequest(paths: [source])) }
            == "decode: cannot read \(path): Illegal seek"
            + " (a pipe or device: save its content in a file)")
      }
    }
  }

  @Test("leaves out none of several sources that were named")
  func all() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
      let files = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"].map { root + "/" + $0 }
      #expect(try openSource(SourceRequest(paths: files)).files.count == 2)
      try write(Array("1,2\n3,4\n".utf8), to: root + "/table.csv")
      let fault = { (paths: [String]) in
        sentence { _ = try SourceFormat.open(SourceRequest(paths: paths)) }
      }
      #expect(
        fault([files[0], root + "/table.csv"])
          == "decode \(root)/table.csv: does not belong to the other files, read as idx"
          + " (convert it by itself, or name a pair as --images and --labels)")
      try write(Array("1,2,3,4\n".utf8), to: root + "/test.csv")
      let train = "label,pixel0,pixel1,pixel2,pixel3\n7,1,2,3,4\n"
      try write(Array(train.utf8), to: root + "/train.csv")
      var tables = SourceRequest(paths: ["train", "test"].map { "\(root)/\($0).csv" })
      tables.splits = ["train"]
      #expect(try openSource(tables).dataset.splits.map(\.name) == ["train"])
      for paths in [
        [files[0], root + "/lost"], ["sample:10", root + "/lost"], [files[0], "samples.lost"],
      ] {
        #expect(fault(paths)?.contains("cannot open \(paths[1])") == true)
      }
      #expect(fault(["sample:10", files[0]])?.contains("'sample:10' is a whole source") == true)
    }
  }

  @Test("takes a plain file rather than its own .gz, and passes by directories of that name")
  func twice() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
      try write([1, 2, 3], to: root + "/train-images-idx3-ubyte.gz")
      try makeDirectory(root + "/train-images.idx3-ubyte")
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.files.map(\.name) == ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
    }
  }

  @Test("asks which of several data sets is meant")
  func several() throws {
    try withTemporaryDirectory { root in
      try fill(
        root,
        [
          "train-images-idx3-ubyte", "emnist-letters-test-images-idx3-ubyte",
          "qmnist-train-images-idx3-ubyte",
        ])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(root): holds 3 data sets: (no prefix), emnist-letters, qmnist"
          + " (choose one with --dataset)")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root], dataset: "qmnits")) }
          == "--dataset asks for 'qmnits', and \(root) holds (no prefix), emnist-letters, qmnist"
          + " (did you mean 'qmnist'?)")
      for (name, split) in [
        ("emnist-letters", "test"), ("qmnist", "train"), ("", "train"), ("(no prefix)", "train"),
      ] {
        let source = try openSource(SourceRequest(paths: [root], dataset: name))
        #expect(source.dataset.splits.map(\.name) == [split])
      }
    }
  }

  @Test("takes files one by one, by name or by content")
  func files() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "other", "zipped.gz"])
      let pair = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"].map { root + "/" + $0 }
      #expect(try openSource(SourceRequest(paths: pair)).dataset.schema.labels != nil)
      #expect(try openSource(SourceRequest(paths: [pair[0]])).dataset.schema.labels == nil)
      for name in ["/other", "/zipped.gz"] {
        let source = try openSource(SourceRequest(paths: [root + name]))
        #expect(source.dataset.splits == [Split(name: "data", count: 4)])
      }
    }
  }

  @Test("says which name is meant", arguments: [("minst", "mnist"), ("smaple", "sample")])
  func misspelt(word: String, name: String) {
    #expect(
      sentence { _ = try openSource(SourceRequest(paths: [word])) }
        == "decode: there is no file and no data set '\(word)' (did you mean '\(name)'?)")
  }

  @Test("says what is missing")
  func missing() throws {
    try withTemporaryDirectory { root in
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root + "/no"])) }
          == "decode: cannot open \(root)/no: No such file or directory")
      #expect(
        sentence { _ = try openSource(SourceRequest(images: root + "/no")) }
          == "decode: cannot open \(root)/no: No such file or directory")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(root): holds no files")
      try fill(root, ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode train-labels-idx1-ubyte: labels of split 'train' have no images beside them"
          + " (name the files one by one)")
      try fill(root, ["train-images-idx3-ubyte"])
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode t10k-images-idx3-ubyte: has no labels, but other splits have"
          + " (add them, or convert without it: --splits train)")
    }
  }

  @Test(
    "says of an empty file that it is empty", arguments: ["x.npy", "x.gz", "x", "x.mat", "x.tar"])
  func empty(name: String) throws {
    try withTemporaryDirectory { root in
      try write([], to: root + "/" + name)
      let message = sentence { _ = try openSource(SourceRequest(paths: [root + "/" + name])) }
      #expect(message == "decode \(name): is empty")
    }
  }

  @Test(
    "says of a page that a server has sent what it is",
    arguments: [
      "train.csv", "x.npz", "x.npy", "x.pkl", "x.mat", "x.zip", "train-images-idx3-ubyte.gz",
      "a.png",
    ])
  func webPage(name: String) throws {
    try withTemporaryDirectory { root in
      try write(Array("\n<!DOCTYPE html><html><body>404</body></html>".utf8), to: root + "/" + name)
      for request in [
        SourceRequest(paths: [root + "/" + name]), SourceRequest(images: root + "/" + name),
      ] {
        #expect(
          sentence { _ = try openSource(request) }
            == "decode \(name): is a web page, expected data (the address was wrong: get it again)")
      }
    }
  }

  @Test("says which files can be named as a pair", arguments: ["x.pkl", "x.mat", "x.safetensors"])
  func otherPair(name: String) throws {
    try withTemporaryDirectory { root in
      try write([0x80, 0x04, 0x4E, 0x2E], to: root + "/" + name)
      #expect(
        sentence { _ = try openSource(SourceRequest(images: root + "/" + name)) }
          == "decode \(name): is no IDX, npy or npz file, which --images takes"
          + " (name other files as the source)")
    }
  }

  @Test("takes a pickle for such whatever is behind its ending", arguments: ["bak", "1", "2024"])
  func oldPickle(ending: String) throws {
    let bytes = PickleWriter.python3(4).pickle(
      .array(PickleArraySample(shape: [2, 8, 8], payload: [UInt8](repeating: 1, count: 128))))
    try readFiles(["x.pkl." + ending: bytes]) { source in #expect(source.dataset.count == 2) }
  }

  @Test("refuses a file that is named twice in other words, and no two whose names look alike")
  func twiceNamed() throws {
    try withTemporaryDirectory { root in
      let shard = TarSample.pair("a", 1, "1").bytes
      let names = ["caf\u{E9}-0.tar", "cafe\u{301}-0.tar"].map { root + "/" + $0 }
      for name in names { try write(shard, to: name) }
      let line = sentence {
        _ = try openSource(
          SourceRequest(paths: [
            names[0], root + "/../" + Path.lastComponent(root) + "/caf\u{E9}-0.tar",
          ]))
      }
      #expect(line?.hasSuffix("is named twice") == true, "\(line ?? "")")
      let other = sentence { _ = try openSource(SourceRequest(paths: names)) }
      #expect(other?.contains("twice") != true, "\(other ?? "")")
    }
  }

  @Test(
    "knows a format by its content where the name has another in it",
    arguments: [SinkFormat.npz, .cache].map(\.name))
  func doubleName(name: String) throws {
    try withTemporaryDirectory { root in
      let format = try #require(SinkFormat.all.first { $0.name == name })
      let output = try Pipeline.Output(format, at: root + "/mnist.pkl")
      try TestSource(.uint8, [8, 8], counts: [5]).run([output])
      #expect(try Verification(of: output.path).differences.isEmpty)
    }
  }

  @Test("says of one image that its directory is wanted", arguments: ["a.png", "b.JPG", "c.gif"])
  func oneImage(name: String) throws {
    try withTemporaryDirectory { root in
      try write([0xFF, 0xD8, 0xFF], to: root + "/" + name)
      let message = sentence { _ = try openSource(SourceRequest(paths: [root + "/" + name])) }
      #expect(
        message
          == "decode \(name): is one image (name the directory of images that it lies in)")
    }
  }

  @Test("says which directories hold data sets")
  func directories() throws {
    try withTemporaryDirectory { root in
      let message = { sentence { _ = try openSource(SourceRequest(paths: [root])) } }
      for name in ["b", "a", "notes"] { try makeDirectory("\(root)/\(name)") }
      try write([1], to: root + "/notes/readme")
      #expect(
        message() == "decode \(root): holds no format that Kiln knows (kiln formats lists them)")
      try write([0x47], to: root + "/logo.gif")
      for name in ["b", "a"] { try fill("\(root)/\(name)", ["train-images-idx3-ubyte"]) }
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root + "/notes", root + "/b"])) }?
          .hasSuffix("does not belong to the other files, read as idx (convert it by itself)")
          == true)
      try makeDirectory(root + "/more")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root + "/notes", root + "/more"])) }
          == "decode \(root)/notes \(root)/more: are no data set together"
          + " (convert directories and archives one by one)")
      #expect(
        message() == "decode \(root): holds data sets in directories: a, b (name one of them)")
    }
  }

  @Test("goes into the only directory, also beside notes")
  func notes() throws {
    try withTemporaryDirectory { root in
      let place = "repo-main/data"
      try makeDirectory("\(root)/all/\(place)")
      try fill("\(root)/all/\(place)", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
      let notes = ["README.md", "repo-main/LICENSE"]
      for name in notes { try write([0x23], to: "\(root)/all/\(name)") }
      let members = try
        (notes + ["images-idx3", "labels-idx1"].map { "\(place)/train-\($0)-ubyte" })
        .map { ZIPSample.Member($0, try contents(of: "\(root)/all/\($0)")) }
      try write(ZIPSample(members).bytes, to: root + "/all.zip")
      for path in [root + "/all", root + "/all.zip"] {
        #expect(
          try openSource(SourceRequest(paths: [path])).dataset.splits.map(\.name) == ["train"])
      }
    }
  }

  @Test("says what a directory holds where another data set is asked for")
  func otherDataset() throws {
    let asks = { (root: String, name: String) in
      sentence { _ = try openSource(SourceRequest(paths: [root], dataset: name)) }
    }
    try withTemporaryDirectory { root in
      try fill(root, ["emnist-letters-test-images-idx3-ubyte"])
      #expect(
        asks(root, "mnist") == "--dataset asks for 'mnist', and \(root) holds emnist-letters")
    }
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte"])
      #expect(
        asks(root, "mnist")
          == "--dataset asks for 'mnist', and the files of \(root) name no data set"
          + " (leave out --dataset)")
    }
  }

  @Test(
    "says that a file may not be read", .enabled(if: geteuid() != 0, "root may read everything"))
  func unreadable() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte"])
      let path = root + "/train-images-idx3-ubyte"
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode: cannot open \(path): Permission denied")
    }
  }

  @Test("keeps labels of different types as i64")
  func labelTypes() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"])
      let labels = IDXSample(
        code: 0x0C, dimensions: [4], data: bigEndian([-7, 1, 2, 3] as [Int32]))
      try write(IDXSample.counting([4]).bytes, to: root + "/train-labels-idx1-ubyte")
      try write(labels.bytes, to: root + "/t10k-labels-idx1-ubyte")
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.dataset.schema.labels?.elementType == .int64)
      #expect(source.dataset.schema.labels?.range?.lowerBound == -7)
      #expect(try readAll(source, split: 1).labels == [-7, 1, 2, 3])
    }
  }

  @Test("takes the one axis that has as many as pictures have channels for these")
  func channels() throws {
    for (shape, order) in [
      ([3, 8, 8], ChannelOrder.first), ([8, 8, 3], .last), ([5, 8, 8], .last),
    ] {
      try withTemporaryDirectory { root in
        try write(IDXSample.counting([2] + shape).bytes, to: root + "/train-images-idx4-ubyte")
        let schema = try openSource(SourceRequest(paths: [root])).dataset.schema
        #expect(schema.sampleShape == shape)
        #expect(schema.channelOrder == order)
      }
    }
  }

  @Test("refuses splits of different shape")
  func unlike() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["train-images-idx3-ubyte"])
      try write(IDXSample.counting([1, 3, 2]).bytes, to: root + "/t10k-images-idx3-ubyte")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode t10k-images-idx3-ubyte: samples are u8 3x2, expected u8 2x2 as in"
          + " train-images-idx3-ubyte (convert the splits one by one)")
    }
  }

  @Test(
    "draws as many samples as asked for",
    arguments: [
      ("sample", 7000), ("sample:0", 0), ("sample:1", 1), ("sample:7", 7),
      ("sample:1000000000", 1_000_000_000),
    ])
  func sample(name: String, count: Int) throws {
    let dataset = try openSource(SourceRequest(paths: [name])).dataset
    #expect(dataset.count == count)
    #expect(dataset.splits.map(\.count) == [count - count / 7, count / 7])
  }

  @Test(
    "refuses a count that is none",
    arguments: ["", "-1", "x", "1e3", "1000000001", "99999999999999999999"])
  func badCount(text: String) {
    #expect(throws: UsageError.self) { try openSource(SourceRequest(paths: ["sample:" + text])) }
  }
}
