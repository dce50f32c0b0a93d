import Testing

@testable import Kiln

@Suite("Sources in archives", .timeLimit(.minutes(20))) struct ArchiveSourceTests {
  private static let images = IDXSample.counting([4, 2, 2])
  private static let labels = IDXSample.counting([4])

  /// Opens a data set in a file and reads its splits.
  private func read(
    _ bytes: [UInt8], dataset: String? = nil
  ) throws -> [String: (pixels: [UInt8], labels: [Int64])] {
    try withTemporaryDirectory { directory in
      try write(bytes, to: directory + "/file")
      let source = try openSource(SourceRequest(paths: [directory + "/file"], dataset: dataset))
      #expect(source.files.map(\.name) == ["file"])
      var splits: [String: (pixels: [UInt8], labels: [Int64])] = [:]
      for (index, split) in source.dataset.splits.enumerated() {
        splits[split.name] = try readAll(source, split: index)
      }
      return splits
    }
  }

  private func fault(_ bytes: [UInt8], dataset: String? = nil) -> String? {
    sentence { _ = try read(bytes, dataset: dataset) }
  }

  @Test("reads the layout of EMNIST's zip file: packed files of many data sets in a directory")
  func emnist() throws {
    var members: [ZIPSample.Member] = [.init("gzip/")]
    for dataset in ["emnist-letters", "emnist-digits"] {
      for split in ["train", "test"] {
        members.append(
          .init("gzip/\(dataset)-\(split)-images-idx3-ubyte.gz", gzip(Self.images.bytes)))
        members.append(
          .init("gzip/\(dataset)-\(split)-labels-idx1-ubyte.gz", gzip(Self.labels.bytes)))
      }
      members.append(.init("gzip/\(dataset)-mapping.txt", Array("1 65 97\n".utf8)))
    }
    members.append(.init("__MACOSX/gzip/._emnist-letters-train-images-idx3-ubyte.gz", [0, 5, 22]))
    let file = ZIPSample(members).bytes
    let splits = try read(file, dataset: "emnist-letters")
    // As the same files in a directory, whatever is corrected in them.
    try withTemporaryDirectory { directory in
      for member in members.dropFirst().dropLast() {
        try write(member.content, to: directory + "/" + Path.lastComponent(member.name))
      }
      let source = try openSource(SourceRequest(paths: [directory], dataset: "emnist-letters"))
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      for (index, split) in source.dataset.splits.enumerated() {
        let expected = try readAll(source, split: index)
        #expect(splits[split.name]?.pixels == expected.pixels)
        #expect(splits[split.name]?.labels == expected.labels)
      }
    }
    #expect(fault(file)?.contains("holds 2 data sets: emnist-digits, emnist-letters") == true)
  }

  @Test("looks for a request to stop while it reads what it is not told to read", arguments: 0..<4)
  func cancelled(packing: Int) throws {
    let members = [
      ("train-images-idx3-ubyte", Self.images.bytes),
      ("train-labels-idx1-ubyte", Self.labels.bytes),
    ]
    let tar = TarSample(members.map { .init($0.0, $0.1) }).bytes
    let file = [
      tar, gzip(tar), ZIPSample(members.map { .init($0.0, $0.1) }).bytes, gzip(Self.images.bytes),
    ][packing]
    try withTemporaryDirectory { directory in
      try write(file, to: directory + "/file")
      let cancellation = Cancellation()
      cancellation.cancel()
      #expect(throws: Interruption.self) {
        _ = try SourceFormat.open(
          SourceRequest(paths: [directory + "/file"]), cancellation: cancellation)
      }
      let source = try SourceFile(path: directory + "/file", cancellation: cancellation)
      #expect(throws: Interruption.self) { _ = try source.sha256() }
    }
  }

  @Test("reads tar files of IDX files, packed within and without", arguments: [false, true])
  func tar(isPacked: Bool) throws {
    let images = isPacked ? gzip(Self.images.bytes) : Self.images.bytes
    let suffix = isPacked ? ".gz" : ""
    let file = TarSample([
      .init("mnist/", type: "5"),
      .init("mnist/train-labels-idx1-ubyte", Self.labels.bytes),
      .init("mnist/train-images-idx3-ubyte\(suffix)", images),
    ]).bytes
    for file in [file, gzip(file)] {
      #expect(try read(file)["train"]?.pixels == Self.images.data)
    }
  }

  @Test("reads CIFAR-10's archive of Python batches, which is one file to the manifest")
  func cifar() throws {
    func batch(_ first: UInt8) -> [UInt8] {
      let pixels = (0..<2 * 3072).map { first &+ UInt8(truncatingIfNeeded: $0 / 1024) }
      return PickleWriter.python3(2).pickle(
        .dict([
          (.text("data"), .array(PickleArraySample(shape: [2, 3072], payload: pixels))),
          (.text("labels"), .ints([Int(first), 9])),
        ]))
    }
    let names = ["data_batch_2", "test_batch", "data_batch_1"]
    let file = TarSample(
      [.init("cifar-10-batches-py/", type: "5")]
        + names.enumerated().map {
          TarSample.Member("cifar-10-batches-py/\($1)", batch(UInt8($0)))
        })
    for file in [file.bytes, gzip(file.bytes)] {
      let splits = try read(file)
      #expect(splits["train"]?.labels == [2, 9, 0, 9])
      #expect(splits["test"]?.labels == [1, 9])
      #expect(splits["test"]?.pixels.prefix(6) == [1, 2, 3, 1, 2, 3])
    }
  }

  @Test("refuses what is packed a third time", arguments: [0, 1, 2])
  func depth(inside: Int) throws {
    var images = Self.images.bytes
    for _ in 0...inside { images = gzip(images) }
    let name = "train-images-idx3-ubyte.gz"
    let zip = ZIPSample([.init(name, images)]).bytes
    let tar = gzip(gzip(TarSample([.init(name, images)]).bytes))
    for (file, isFine) in [(zip, inside == 0), (tar, false)] {
      let fault = fault(file)
      #expect((fault == nil) == isFine)
      let expected = "decompress file/\(name): is packed more than 2 times"
      #expect(isFine || fault?.hasPrefix(expected) == true, "\(fault ?? "")")
    }
  }

  @Test("refuses two entries that could both be the images")
  func ambiguous() {
    let file = ZIPSample([
      .init("train-images-idx3-ubyte", Self.images.bytes),
      .init("train-images.idx3-ubyte", Self.images.bytes),
    ]).bytes
    let sentence = fault(file)
    #expect(sentence?.contains("could be the same as") == true, "\(sentence ?? "nothing")")
    let twice = ZIPSample([
      .init("train-images-idx3-ubyte", Self.images.bytes),
      .init("./train-images-idx3-ubyte", Self.images.bytes),
    ]).bytes
    #expect(
      fault(twice)?.hasSuffix("archive has two entries 'train-images-idx3-ubyte'") == true)
  }

  @Test("says in one line what is wrong with an archive, and writes nothing")
  func hostile() throws {
    let images = ZIPSample.Member("train-images-idx3-ubyte", Self.images.bytes)
    let good = ZIPSample([images]).bytes
    let files: [String: [UInt8]] = [
      "the name of its entry '../x' leads out": ZIPSample([images, .init("../x", [1])]).bytes,
      "the name of its entry '/x' is absolute": TarSample([.init("/x", [1])]).bytes,
      "archive ends before its directory (file cut short?)": Array(good.dropLast(30)),
      "archive ends before": Array(TarSample([.init("a", Self.images.bytes)]).bytes.prefix(520)),
      "is encrypted": ZIPSample([
        .init("train-images-idx3-ubyte", Self.images.bytes) { $0.flags = 1 }
      ]).bytes,
      "holds no format": ZIPSample([.init("readme", [1])]).bytes,
    ]
    for (expected, bytes) in files {
      try withTemporaryDirectory { directory in
        try write(bytes, to: directory + "/file")
        let pipeline = Pipeline(
          source: SourceRequest(paths: [directory + "/file"]),
          outputs: [try Pipeline.Output(.npy, at: directory + "/out")])
        let sentence = sentence { _ = try Runner(pipeline).run() }
        #expect(sentence?.contains(expected) == true, "\(sentence ?? "nothing")")
        #expect(sentence?.contains("\n") == false)
        #expect(try names(in: directory) == ["file"])
      }
    }
  }

  @Test("refuses a file that promises to become far more than is packed in it")
  func promise() throws {
    var images = Self.images
    images.dimensions = [10_485_760, 32, 32]
    let sentence = fault(gzip(images.bytes))
    #expect(sentence?.contains("unpack to 10737418240 or more, which looks like a trap") == true)
  }
}
