import Testing

@testable import Kiln

@Suite("Images in archives") struct ImageArchiveTests {
  /// A folder that Kiln has written, by path.
  private func images(_ root: String, _ count: Int) throws -> (
    report: RunReport, files: [(String, [UInt8])]
  ) {
    let output = try Pipeline.Output(.png, at: root + "/images")
    let report = try Runner(
      Pipeline(source: SourceRequest(paths: ["sample:\(count)"]), outputs: [output])
    ).run()
    let files = try tree(root + "/images").filter { !$0.key.hasSuffix("/") }
    return (report, files.sorted { $0.key < $1.key })
  }

  private func digests(_ path: String, jobs: Int = 2) throws -> [String] {
    let source = try SourceFormat.open(SourceRequest(paths: [path])).source
    #expect(source.files.map(\.path) == [path])
    return try Pass(source: source, plan: Plan(source.dataset)).run(
      jobs: jobs, cancellation: Cancellation(), watch: nil
    ).compactMap(\.digest)
  }

  @Test("reads zip and tar files in the order that Kiln wrote", arguments: ["", "images/"])
  func members(wrapper: String) throws {
    try withTemporaryDirectory { root in
      let (report, files) = try images(root, 300)
      let zip = ZIPSample(files.map { ZIPSample.Member(wrapper + $0.0, $0.1) })
      try write(zip.bytes, to: root + "/a.zip")
      let tar = TarSample(files.map { TarSample.Member(wrapper + $0.0, $0.1) })
      try write(tar.bytes, to: root + "/a.tar")
      for path in [root + "/a.zip", root + "/a.tar"] {
        #expect(try digests(path) == report.splits.map(\.digest))
      }
    }
  }

  @Test("refuses a tar file in which a header has become zeros", arguments: [false, true])
  func zeroedHeader(isPacked: Bool) throws {
    try withTemporaryDirectory { root in
      var bytes = TarSample((0..<9).map { TarSample.Member("a/\($0).png", greyPNG(UInt8($0))) })
        .bytes
      for index in 4096..<5120 { bytes[index] = 0 }
      try write(isPacked ? gzip(bytes) : bytes, to: root + "/a.tar")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root + "/a.tar"])) } != nil)
    }
  }

  @Test("refuses an image that is a link, which would be lost")
  func links() throws {
    let image = greyPNG(3)
    let tar = { (name: String, type: Character) in
      TarSample([
        .init("a/1.png", image), .init(name, type: type, target: "a/1.png"),
        .init("b/2.png", image),
      ]).bytes
    }
    let zip = ZIPSample([
      .init("a/1.png", image), .init("b/2.png", image),
      .init("b/3.png", Array("../a/1.png".utf8)) {
        $0.madeBy = 3 << 8
        $0.attributes = 0o120777 << 16
      },
    ]).bytes
    try withTemporaryDirectory { root throws in
      let fault = { (bytes: [UInt8]) throws -> String? in
        try write(bytes, to: root + "/a.tar")
        return sentence { _ = try openSource(SourceRequest(paths: [root + "/a.tar"])) }
      }
      for bytes in [tar("b/3.png", "1"), tar("b/3.png", "2"), gzip(tar("b/3.png", "1")), zip] {
        #expect(
          try fault(bytes)
            == "decompress a.tar: entry 'b/3.png' is a link, which Kiln does not follow"
            + " (pack the files themselves: tar --dereference --hard-dereference)")
      }
      // What is no image is nobody's sample, unless it is a directory of them.
      try write(tar("b/latest", "2"), to: root + "/a.tar")
      let source = try openSource(SourceRequest(paths: [root + "/a.tar"]))
      #expect(source.remarks == ["links, not followed: b/latest"])
      #expect(try fault(tar("__MACOSX/b/3.png", "2")) == nil)
    }
  }

  @Test("reads a packed tar file in the order that Kiln wrote, whatever its own", arguments: 0..<3)
  func stream(shuffle: Int) throws {
    try withTemporaryDirectory { root in
      var (report, files) = try images(root, 3000)
      var generator = SeededGenerator(seed: UInt64(shuffle))
      switch shuffle {
      // By index, whatever the label: the order of the samples.
      case 0: files.sort { Path.lastComponent($0.0) < Path.lastComponent($1.0) }
      case 1: files.reverse()
      default: files.shuffle(using: &generator)
      }
      let tar = TarSample(files.map { TarSample.Member($0.0, $0.1) })
      try write(gzip(tar.bytes), to: root + "/a.tar.gz")
      #expect(try digests(root + "/a.tar.gz") == report.splits.map(\.digest))
      #expect(try digests(root + "/a.tar.gz", jobs: 1) == report.splits.map(\.digest))
    }
  }

  @Test(
    "gives the same samples out of a directory and any archive of it",
    arguments: [
      // One directory at the top is the directory itself.
      (["f/12-label-3.png", "f/9-label-7.png"], ["data"], ["1", "0"]),
      (["f/cat/a.png"], ["data"], ["0:0"]),
      (["f/cat/b.png", "f/dog/a.png", "f/cat/a.png"], ["data"], ["2:0", "0:0", "1:1"]),
      (
        ["f/10/a.png", "f/9/a.png", "f/9/10.png", "f/9/9.png"], ["data"],
        ["3:9", "2:9", "1:9", "0:10"]
      ),
      (["f/train/2.png", "f/train/1.png"], ["train"], ["1", "0"]),
      (["f/train/7/a.png"], ["train"], ["0:7"]),
      (["f/g/train/7/a.png", "f/g/test/7/a.png"], ["train", "test"], ["0:7"]),
      (["train/a.png"], ["train"], ["0"]),
      (["train/7/a.png", "train/5/a.png"], ["train"], ["1:5", "0:7"]),
      (["Zähne/1.png", "Zähne/x.txt"], ["data"], ["0"]),
    ] as [([String], [String], [String])])
  func containers(paths: [String], splits: [String], expected: [String]) throws {
    try withTemporaryDirectory { root in
      let files = paths.enumerated().map { ($1, greyPNG(UInt8($0))) }
      for (path, bytes) in files {
        try makeDirectory(Path.directory(of: root + "/" + path))
        try write(bytes, to: root + "/" + path)
      }
      let tar = TarSample(
        [TarSample.Member("./", type: "5"), .init("__MACOSX/._x", [1])]
          + files.map { TarSample.Member("./" + $0.0, $0.1) }
      ).bytes
      try write(tar, to: root + "/a.tar")
      try write(gzip(tar), to: root + "/a.tar.gz")
      try write(
        ZIPSample(files.map { ZIPSample.Member($0.0, $0.1) }).bytes, to: root + "/a.zip")
      let top = try #require(paths[0].split(separator: "/").first)
      for name in [String(top), "a.tar", "a.tar.gz", "a.zip"] {
        let source = try openSource(SourceRequest(paths: [root + "/" + name]))
        #expect(source.dataset.splits.map(\.name) == splits, "\(name)")
        let (pixels, labels) = try readAll(source, split: 0)
        let found = (0..<source.dataset.splits[0].count).map { index in
          "\(pixels[index * 6])" + (labels.isEmpty ? "" : ":\(labels[index])")
        }
        #expect(found == expected, "\(name)")
      }
    }
  }

  @Test("matches a pattern from the only directory at an archive's top on")
  func pattern() throws {
    try withTemporaryDirectory { root in
      let files = [("f/12-label-3.png", greyPNG(1)), ("f/9-label-7.png", greyPNG(2))]
      let tar = TarSample(files.map { TarSample.Member($0.0, $0.1) }).bytes
      try write(gzip(tar), to: root + "/a.tar.gz")
      try write(ZIPSample(files.map { ZIPSample.Member($0.0, $0.1) }).bytes, to: root + "/a.zip")
      for name in ["a.tar.gz", "a.zip"] {
        let source = try openSource(
          SourceRequest(
            paths: [root + "/" + name], settings: ["pattern": "{index}-label-{label}.png"]))
        #expect(try readAll(source, split: 0).labels == [7, 3])
      }
    }
  }

  @Test("names the archive and the image where one is damaged")
  func damaged() throws {
    try withTemporaryDirectory { root in
      let image = greyPNG(1)
      let members = [("0/a.png", image), ("0/b.png", Array(image.dropLast(20)))]
      let tar = TarSample(members.map { TarSample.Member($0.0, $0.1) }).bytes
      try write(tar, to: root + "/a.tar")
      try write(gzip(tar), to: root + "/a.tar.gz")
      for name in ["a.tar", "a.tar.gz"] {
        let found = sentence { _ = try digests(root + "/" + name) } ?? ""
        #expect(found.hasPrefix("decode \(name)/0/b.png: cannot read PNG image: "), "\(found)")
      }
    }
  }

  @Test("compares the checksum of an image in a zip file, whatever the picture itself shows")
  func checksum() throws {
    try withTemporaryDirectory { root in
      // What follows a picture in its file is nothing to who decodes it.
      let image = greyPNG(1) + [1]
      let damaged = ZIPSample.Member("0/b.png", image, method: 0) { $0.packed = greyPNG(1) + [2] }
      let zip = ZIPSample([ZIPSample.Member("0/a.png", image, method: 0), damaged])
      try write(zip.bytes, to: root + "/a.zip")
      #expect(
        sentence { _ = try digests(root + "/a.zip") }
          == "decompress a.zip: entry '0/b.png' is damaged: its CRC-32 does not match its content")
    }
  }

  @Test("refuses two images of one path")
  func duplicate() throws {
    try withTemporaryDirectory { root in
      let tar = TarSample([
        TarSample.Member("0/a.png", greyPNG(1)), TarSample.Member("./0//a.png", greyPNG(2)),
      ])
      try write(tar.bytes, to: root + "/a.tar")
      let found = sentence { _ = try digests(root + "/a.tar") } ?? ""
      #expect(found.contains("0/a.png"))
    }
  }
}
