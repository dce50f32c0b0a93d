import Testing

@testable import Kiln

@Suite("Files of a known data set on this machine") struct LocalFilesTests {
  private static let images = IDXSample.counting([2, 2, 2]).bytes
  private static let labels = IDXSample(dimensions: [2], data: [1, 0]).bytes
  private static let extra = IDXSample.counting([1, 2, 2]).bytes

  private static func digest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes.span)
    return hexadecimal(hash.finish())
  }

  /// A data set of two files, with an optional split and a form as an archive.
  private static let known: KnownDataset = {
    let (packedImages, packedLabels) = (gzip(images), gzip(labels))
    return KnownDataset(
      name: "things", title: "Things", homePage: "https://example.org/", sampleShape: [2, 2],
      splits: [Split(name: "train", count: 2)], classNames: ["x", "y"],
      editions: [
        KnownEdition(
          "IDX files",
          files: [
            KnownFile(
              "train-images-idx3-ubyte.gz", .images, split: "train", bytes: packedImages.count,
              sha256: digest(packedImages),
              unpacked: .init(byteCount: images.count, sha256: digest(images))),
            KnownFile("train-labels-idx1-ubyte.gz", .labels, split: "train"),
            KnownFile("more-images-idx3-ubyte", .images, split: "more", need: .optional),
            KnownFile("more-labels-idx1-ubyte", .labels, split: "more", need: .optional),
            KnownFile("lone-images-idx3-ubyte", .images, split: "lone", need: .optional),
          ],
          mirrors: ["https://example.org/data/", "https://example.com/"]),
        KnownEdition(
          "archive", files: [KnownFile("things.tar.gz", .archive, bytes: 7)],
          mirrors: ["https://example.org/things.tar.gz?download"], directory: "things",
          members: [
            KnownFile("a.bin", .samples, md5: "7215ee9c7d9dc229d2921a40e899ec5f"),
            KnownFile("b.bin", .samples),
          ]),
      ])
  }()

  private func locate(_ paths: [String]) throws -> [String] {
    try LocalFiles.find(Self.known, in: paths)
  }

  @Test("are found by their names, and left to their format")
  func found() throws {
    try withTemporaryDirectory { root in
      let names = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
      try write(gzip(Self.images), to: root + "/" + names[0])
      try write(gzip(Self.labels), to: root + "/" + names[1])
      #expect(try locate([root]) == names.map { root + "/" + $0 })
      // Half of an optional split is none.
      try write(Self.extra, to: root + "/more-images-idx3-ubyte")
      #expect(try locate([root]).count == 2)
      try write(Self.labels, to: root + "/more-labels-idx1-ubyte")
      #expect(try locate([root]).count == 4)
      // What is published without labels is whole without them.
      try write(Self.extra, to: root + "/lone-images-idx3-ubyte")
      #expect(try locate([root]).last == root + "/lone-images-idx3-ubyte")
    }
  }

  @Test("may be unpacked, where their digest is known for that")
  func unpacked() throws {
    try withTemporaryDirectory { root in
      try write(Self.images, to: root + "/train-images-idx3-ubyte")
      try write(Self.labels, to: root + "/train-labels-idx1-ubyte")
      #expect(throws: StageError.self) { try locate([root]) }
      try write(gzip(Self.labels), to: root + "/train-labels-idx1-ubyte.gz")
      #expect(
        try locate([root]) == [
          root + "/train-images-idx3-ubyte", root + "/train-labels-idx1-ubyte.gz",
        ])
    }
  }

  @Test("may lie in several directories, or be named themselves")
  func places() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/a")
      try makeDirectory(root + "/b")
      try write(gzip(Self.images), to: root + "/a/train-images-idx3-ubyte.gz")
      let labels = root + "/b/train-labels-idx1-ubyte.gz"
      try write(gzip(Self.labels), to: labels)
      #expect(try locate([root + "/a", root + "/b"]).last == labels)
      #expect(try locate([root + "/a", labels]).last == labels)
    }
  }

  @Test("may be what an archive has been unpacked to")
  func members() throws {
    try withTemporaryDirectory { root in
      let directory = root + "/things"
      try makeDirectory(directory)
      // MD5 of "a" and a newline is not that of "abc".
      try write(Array("test\n".utf8), to: directory + "/b.bin")
      try write(Array("a\n".utf8), to: directory + "/a.bin")
      #expect(
        sentence { _ = try locate([root]) }
          == "fetch a.bin: has the MD5 60b725f10c9c85c70d97880dfe8191b3,"
          + " expected 7215ee9c7d9dc229d2921a40e899ec5f (damaged, or another file: get it again)")
      try write([0x20], to: directory + "/a.bin")
      for place in [root, directory] { #expect(try locate([place]) == [directory]) }
    }
  }

  @Test("of splits that nobody wants need not be there")
  func splits() throws {
    try withTemporaryDirectory { root in
      let names = ["more-images-idx3-ubyte", "more-labels-idx1-ubyte"]
      try write(Self.extra, to: root + "/" + names[0])
      try write(Self.labels, to: root + "/" + names[1])
      #expect(throws: StageError.self) { try locate([root]) }
      let found = try LocalFiles.find(Self.known, in: [root], ofSplits: ["more"])
      #expect(found == names.map { root + "/" + $0 })
      // What may be left out else is missing where it is asked for.
      #expect(
        sentence { _ = try LocalFiles.find(Self.known, in: [root], ofSplits: ["lone"]) }
          == "fetch things: \(root) lacks lone-images-idx3-ubyte (from"
          + " https://example.org/data/lone-images-idx3-ubyte); kiln datasets things lists more mirrors"
      )
    }
  }

  @Test("are those of the splits in use, if all of them are known")
  func wantedSplits() throws {
    let mnist = try KnownDataset.find("mnist")
    var request = SourceRequest(paths: ["mnist"])
    #expect(request.wantedSplits(of: mnist) == nil)
    request.splits = ["test"]
    #expect(request.wantedSplits(of: mnist) == ["test"])
    request.splits = ["test", "validation"]
    #expect(request.wantedSplits(of: mnist) == nil)
  }

  @Test("that are missing are named with their address")
  func missing() throws {
    try withTemporaryDirectory { root in
      #expect(
        sentence { _ = try locate([root]) }
          == "fetch things: \(root) lacks things.tar.gz (from"
          + " https://example.org/things.tar.gz?download);"
          + " kiln datasets things lists more mirrors")
      try write(gzip(Self.images), to: root + "/train-images-idx3-ubyte.gz")
      #expect(
        sentence { _ = try locate([root]) }
          == "fetch things: \(root) lacks train-labels-idx1-ubyte.gz (from"
          + " https://example.org/data/train-labels-idx1-ubyte.gz);"
          + " kiln datasets things lists more mirrors")
      #expect(
        sentence { _ = try locate([root + "/no"]) }
          == "fetch: cannot open \(root)/no: No such file or directory")
    }
  }

  @Test("that are other files are refused")
  func others() throws {
    try withTemporaryDirectory { root in
      try write(gzip(Self.labels), to: root + "/train-labels-idx1-ubyte.gz")
      let path = root + "/train-images-idx3-ubyte.gz"
      var bytes = gzip(Self.images)
      bytes[bytes.count - 1] ^= 1
      try write(bytes, to: path)
      #expect(
        sentence { _ = try locate([root]) }?.hasPrefix(
          "fetch train-images-idx3-ubyte.gz: has the SHA-256 ") == true)
      try write(Array(bytes.dropLast()), to: path)
      #expect(
        sentence { _ = try locate([root]) }
          == "fetch train-images-idx3-ubyte.gz: is \(bytes.count - 1) bytes long,"
          + " expected \(bytes.count) (download cut short, or another file?)")
      try write(Array("\n<!DOCTYPE html><p>403".utf8), to: path)
      #expect(
        sentence { _ = try locate([root]) }?.hasSuffix(
          "(it is a web page: the server did not send the file)") == true)
    }
  }

  @Test("are asked for where a name comes without a place")
  func noPlace() throws {
    for request in [SourceRequest(paths: ["mnist"]), SourceRequest(known: "mnist")] {
      #expect(
        sentence { _ = try openSource(request) }
          == "fetch mnist: its files are not here (kiln fetch mnist brings them;"
          + " a directory of this name is ./mnist)")
    }
  }

  @Test("names of families are no names of data sets, and paths may have them")
  func families() throws {
    let members = "emnist-letters, emnist-digits, emnist-balanced, emnist-byclass, emnist-bymerge"
    #expect(
      sentence { _ = try openSource(SourceRequest(paths: ["."], known: "emnist")) }
        == "emnist is several data sets: name one of \(members), emnist-mnist")
    #expect(
      sentence { _ = try openSource(SourceRequest(paths: ["."], known: "emnits-letters")) }
        == "unknown data set 'emnits-letters' (did you mean 'emnist-letters'?)")
  }

  @Test("are named in pipelines, too")
  func pipelines() throws {
    let text = """
      {"source": {"known": "mnist", "from": "Data"}, "to": [{"format": "npy", "path": "x"}]}
      """
    let source = try PipelineFile(parsing: Array(text.utf8), name: "test").pipeline().source
    #expect(source.known == "mnist" && source.paths == ["Data"])
  }

  @Test(
    "of MNIST are the published ones",
    .enabled(
      if: Path.kind(of: Repository.testData + "/mnist") != nil,
      "needs the published files (KILN_TEST_DATA)"))
  func published() throws {
    let place = Repository.testData + "/mnist"
    let known = try #require(KnownDataset.named("mnist"))
    #expect(try LocalFiles.find(known, in: [place]).count == 4)
    #expect(
      sentence { _ = try openSource(SourceRequest(paths: [place], known: "fashion-mnist")) }
        == "fetch train-images-idx3-ubyte.gz: is 9912422 bytes long, expected 26421880"
        + " (download cut short, or another file?)")
  }
}
