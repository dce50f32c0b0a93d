import Testing

@testable import Kiln

@Suite("WebDataset shards as a source") struct WebDatasetSourceTests {
  /// Reads files that are put into a directory.
  private func read(
    _ files: [String: [UInt8]], _ body: (any Source) throws -> Void = { _ in }
  ) throws {
    try withTemporaryDirectory { root in
      for (name, bytes) in files {
        try makeDirectory(Path.directory(of: root + "/" + name))
        try write(bytes, to: root + "/" + name)
      }
      let source = try openSource(SourceRequest(paths: [root]))
      try body(source)
      for split in source.dataset.splits.indices { _ = try readAll(source, split: split) }
    }
  }

  @Test(
    "give back what was written, plain or packed, whatever the shape and the size of a shard",
    arguments: [1000, 64], [[28, 28], [5, 4, 3], [3, 3, 1]])
  func roundTrip(_ size: Int, _ shape: [Int]) throws {
    try withTemporaryDirectory { root in
      let source = TestSource(.uint8, shape, counts: [700, 0, 130], labelType: .int32)
      let report = try source.run([
        try Pipeline.Output(.tar, at: root + "/tar", options: ["shard-size": String(size)])
      ])
      try makeDirectory(root + "/packed")
      for name in try Path.contents(of: root + "/tar") where name.hasSuffix(".tar") {
        try write(gzip(try fileBytes(root + "/tar/" + name)), to: root + "/packed/\(name).gz")
      }
      for place in ["tar", "packed"] {
        let again = try Runner(
          Pipeline(
            source: SourceRequest(paths: [root + "/" + place]),
            steps: [try Pipeline.Step(.splits, "train,extra")],
            outputs: [try Pipeline.Output(.npy, at: root + "/npy-" + place)])
        ).run()
        if shape.last == 1, place == "packed" { continue }
        #expect(again.splits.map(\.digest) == [report.splits[0].digest, report.splits[2].digest])
      }
      let noted = try openSource(SourceRequest(paths: [root + "/tar"])).dataset
      #expect(
        Set(noted.splits.map { "\($0.name) \($0.count)" }) == ["train 700", "test 0", "extra 130"])
      #expect(noted.schema.labels?.elementType == .int32 && noted.schema.sampleShape == shape)
      #expect(noted.schema.labels?.classNames == (0...9).map(String.init))
    }
  }

  @Test("take 16-bit and JPEG images, labels with blanks around them, and pass by everything else")
  func members() throws {
    let shape = try ImageShape(height: 8, width: 8, channels: 3, bitDepth: 8)
    let jpeg = try encodeJPEG(Picture.black.pixels(shape), shape)
    var tar =
      ShardSample() + ("./deep/er/a.CLS", Array(" 7\n".utf8)) + ("./deep/er/a.json", [0x7B])
      + ("./deep/er/a.JPEG", jpeg) + ("._a.png", [1, 2, 3]) + ("README", [])
      + ("b.seg.png", [1]) + ("b.cls", Array("-3".utf8)) + ("b.jpg", jpeg)
    tar.members.insert(("deep/", "5", []), at: 0)
    tar.members.append(("link", "2", []))
    try read(["x-0001.tar": tar.bytes]) { source throws in
      #expect(source.dataset.splits == [Split(name: "x", count: 2)])
      #expect(source.dataset.schema.sampleShape == [8, 8, 3])
      #expect(source.dataset.schema.labels?.elementType == .int32)
      let samples = try readAll(source, split: 0)
      #expect(samples.labels == [7, -3] && samples.pixels == [UInt8](repeating: 0, count: 2 * 192))
    }
    let deep = try ImageShape(height: 2, width: 2, channels: 1, bitDepth: 16)
    let png = try encodePNG(Picture.noise.pixels(deep), deep, .small)
    try read(["x-0001.tar": (ShardSample() + ("a.png", png)).bytes]) { source throws in
      #expect(source.dataset.schema.elementType == .uint16)
      #expect(source.dataset.schema.labels == nil)
      #expect(try readAll(source, split: 0).pixels == Picture.noise.pixels(deep))
    }
  }

  @Test("read names of any length, in the headers of GNU and of pax")
  func longNames() throws {
    let key = String(repeating: "long/", count: 60) + "a"
    let pair = try ShardSample.pair("short", 9, "1").members
    for type in ["L", "x"] {
      var tar = ShardSample()
      for (member, ending) in zip(pair, [".png", ".cls"]) {
        let name = key + ending
        let line = " path=\(name)\n"
        let record = "\(line.utf8.count + 3)\(line)"
        let data = type == "L" ? Array(name.utf8) + [0] : Array(record.utf8)
        tar.members.append(("header", Character(type), data))
        tar.members.append(("x", "0", member.data))
      }
      try read(["x-0001.tar": tar.bytes]) { source throws in
        #expect(source.dataset.count == 1)
        #expect(try readAll(source, split: 0).pixels == [9])
      }
    }
  }

  @Test("are no shards where images without labels lie in folders, whatever the name says")
  func folders() throws {
    var tar = ShardSample()
    for label in ["cat", "dog"] {
      tar.members.append(("./\(label)/a.png", "0", greyPNG(1)))
    }
    try withTemporaryDirectory { root in
      try write(tar.bytes, to: root + "/train-000000.tar")
      let source = try openSource(SourceRequest(paths: [root + "/train-000000.tar"]))
      #expect(source.dataset.schema.labels?.classNames == ["cat", "dog"])
    }
  }

  @Test("join the prefix of a ustar header with the name, and read sizes in base 256")
  func prefix() throws {
    var bytes = try ShardSample.pair("a", 3, "1").bytes
    for start in stride(from: 0, to: bytes.count - 1024, by: 512) where bytes[start] == 0x61 {
      bytes[start + 345] = UInt8(ascii: "p")
      let size = bytes[start + 124..<start + 135].reduce(0) { $0 << 3 | Int($1 & 7) }
      bytes[start + 124] = 0x80
      for index in 125..<136 { bytes[start + index] = 0 }
      (bytes[start + 134], bytes[start + 135]) = (UInt8(size >> 8), UInt8(size & 0xFF))
      bytes.replaceSubrange(
        start..<start + 512, with: ShardSample.summed(Array(bytes[start..<start + 512])))
    }
    try read(["x-0001.tar": bytes]) { source throws in
      #expect(try readAll(source, split: 0).pixels == [3])
    }
  }

  @Test(
    "have their split and their place from their names",
    arguments: [
      ("train-000000.tar", "train", 0), ("train-000012.tar.gz", "train", 12),
      ("imagenet-val-0007.tgz", "val", 7), ("mnist_validation_3.tar", "val", 3),
      ("t10k.tar", "test", nil), ("cats-and-dogs-0001.tar.zst", "cats-and-dogs", 1),
      ("000004.tar", "data", 4), ("Train.TAR", "train", nil),
    ] as [(String, String, Int?)])
  func fileNames(name: String, split: String, number: Int?) throws {
    let found = try #require(WebDatasetName(parsing: name))
    #expect(found.split == split && found.number == number)
  }

  @Test("are put in order by number, also in a directory for each split")
  func order() throws {
    var files: [String: [UInt8]] = [:]
    for (split, base) in [("train", 10), ("test", 20)] {
      for number in [0, 1, 2, 10] {
        files["\(split)/\(number).tar"] =
          try ShardSample.pair("a", UInt8(base + number), "\(number)").bytes
      }
    }
    try read(files) { source throws in
      #expect(
        source.dataset.splits == [Split(name: "train", count: 4), Split(name: "test", count: 4)])
      #expect(try readAll(source, split: 0).pixels == [10, 11, 12, 20])
      #expect(try readAll(source, split: 1).labels == [0, 1, 2, 10])
    }
  }

  @Test("must not lack one in the middle, unless they are named one by one")
  func gap() throws {
    let pair = try ShardSample.pair("a", 1, "1").bytes
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/train")
      let numbers = [0, 1, 2, 4]
      let paths = numbers.map { "\(root)/train/b-00000\($0).tar" }
      for path in paths { try write(pair, to: path) }
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(root): lacks the shards between b-000002.tar and b-000004.tar"
          + " (name the files themselves to go without these)")
      let named = try openSource(SourceRequest(paths: paths)).dataset
      #expect(named.splits == [Split(name: "train", count: 4)])
      try makeDirectory(root + "/test")
      try write(pair, to: root + "/test/b-000000.tar")
      #expect(
        sentence {
          _ = try openSource(SourceRequest(paths: [root + "/test", root + "/train"]))
        }?.hasPrefix("decode \(root)/train: lacks the shards") == true)
    }
  }

  @Test("are of the split that their directory is called as, however they are named")
  func directories() throws {
    let pair = try ShardSample.pair("a", 1, "1").bytes
    try withTemporaryDirectory { root in
      for name in ["train", "val", "dev"] {
        try makeDirectory(root + "/" + name)
        try write(pair, to: "\(root)/\(name)/b-0000.tar")
      }
      let splits = { (paths: [String]) in
        try openSource(SourceRequest(paths: paths.map { "\(root)/\($0)" })).dataset.splits.map(
          \.name)
      }
      #expect(try splits(["train", "val"]) == ["train", "val"])
      #expect(try splits(["train/", "val/b-0000.tar"]) == ["train", "val"])
      #expect(try splits(["val/../val"]) == ["val"])
      #expect(try splits(["dev"]) == ["b"])
      #expect(
        sentence { _ = try splits(["train", "train/b-0000.tar"]) }
          == "\(root)/train/b-0000.tar is named twice, by itself or with its directory")
      #expect(sentence { _ = try splits(["val", "train/../val"]) }?.contains("twice") == true)
    }
  }

  @Test(
    "may have numbers that are none of a series",
    arguments: [
      ["x-20240131", "x-20240201"], ["a-0000", "a-0001", "b-0004"], ["a-0000", "a-0005"],
      ["a-0003", "a-0004", "a-0006"], ["0000", "0001", "0002"],
    ])
  func otherNumbers(names: [String]) throws {
    let pair = try ShardSample.pair("a", 1, "1").bytes
    try read(Dictionary(uniqueKeysWithValues: names.map { ($0 + ".tar", pair) })) { source in
      #expect(source.dataset.count == names.count)
    }
  }

  @Test(
    "refuse images and labels that are links, whatever the archive is called",
    arguments: ["a-000000.tar", "photos.tar"])
  func links(archive: String) throws {
    try withTemporaryDirectory { root in
      let image = greyPNG(1)
      for (name, isLost) in [
        ("b.png", true), ("b.cls", true), ("b.input.png", true), ("a.seg.png", false),
        ("a.coarse.cls", false), ("._b.png", false), ("b.txt", false),
      ] {
        let tar = TarSample([
          .init("a.png", image), .init("latest", type: "2", target: "a.png"),
          .init("a.cls", Array("1".utf8)), .init(name, type: "1", target: "a.png"),
          .init("c.png", image),
          .init("c.cls", Array("2".utf8)),
        ])
        try write(tar.bytes, to: root + "/" + archive)
        let message = sentence { _ = try openSource(SourceRequest(paths: [root + "/" + archive])) }
        #expect(
          message?.hasPrefix("decompress \(archive): entry '\(name)' is a link")
            == (isLost ? true : nil), "\(name) \(message ?? "")")
      }
    }
  }

  @Test("are not seen in archives of other things")
  func others() throws {
    try withTemporaryDirectory { root in
      try write((ShardSample() + ("batch_1", [1])).bytes, to: root + "/cifar-10.tar")
      for path in [root, root + "/cifar-10.tar"] {
        let material = try SourceMaterial(SourceRequest(paths: [path]))
        #expect(try SourceFormat.tar.detect(material) == false)
      }
    }
  }

  // MARK: Faults

  private static let png = [UInt8](repeating: 0x89, count: 9)

  @Test(
    "name shard and member where something is wrong",
    arguments: [
      (
        "a.png a.jpg",
        "decode x-0001.tar: 'a.png' and 'a.jpg' could both be the image of one sample"
      ),
      (
        "a.cls a.cls a.png",
        "decode x-0001.tar: 'a.cls' and 'a.cls' could both be the label of one sample"
      ),
      (
        "ok.png ok.cls a.cls b.png",
        "decode x-0001.tar: 'a.cls' has no image beside it; the members of a sample follow each other"
          + " (pack the archive with tar --sort=name)"
      ),
      (
        "ok.png ok.cls a.png b.cls",
        "decode x-0001.tar: 'a.png' has no label (.cls), unlike 'ok.png'"
      ),
      ("ok.png b.png b.cls", "decode x-0001.tar: 'b.png' has a label (.cls), unlike 'ok.png'"),
    ])
  func faults(names: String, expected: String) throws {
    let pair = try ShardSample.pair("x", 1, "1").members
    var tar = ShardSample()
    for name in names.split(separator: " ").map(String.init) {
      tar = tar + (name, pair[name.hasSuffix("cls") ? 1 : 0].data)
    }
    #expect(sentence { try read(["x-0001.tar": tar.bytes]) } == expected)
  }

  @Test(
    "take no label that is not a whole number",
    arguments: ["", "cat", "1 2", "1.5", "99999999999999999999", "1\u{0}"])
  func badLabel(label: String) throws {
    let tar = try ShardSample.pair("a", 1, label)
    let found = sentence { try read(["x-0001.tar": tar.bytes]) }
    #expect(found?.hasPrefix("decode x-0001.tar: label 'a.cls' is ") == true, "\(found ?? "")")
    #expect(found?.hasSuffix(", expected a whole number") == true)
  }

  @Test("are refused where a header has become zeros, which looks like the end", arguments: [1, 8])
  func zeroedHeader(blocks: Int) throws {
    let tar = try (0..<6).map { try ShardSample.pair("000\($0)", UInt8($0), "\($0)") }
      .reduce(ShardSample(), +)
    var bytes = tar.bytes
    let start = 3 * bytes.count / 8 / 512 * 512
    for index in start..<start + 512 * blocks { bytes[index] = 0 }
    for name in ["train-000000.tar", "train-000000.tar.gz"] {
      let file = name.hasSuffix("gz") ? gzip(bytes) : bytes
      let fault = sentence { try read([name: file]) }
      #expect(fault?.hasPrefix("decode") == true, "\(fault ?? "")")
    }
  }

  @Test("pair members of several endings by the name before the first dot")
  func endings() throws {
    let png = greyPNG(9)
    let tar =
      ShardSample() + ("0.input.png", png) + ("0.cls", [0x35]) + ("1.png", greyPNG(8))
      + ("1.mask.png", png) + ("1.label.cls", [0x36])
    try read(["train-000000.tar": tar.bytes]) { source in
      let (pixels, labels) = try readAll(source, split: 0)
      #expect(labels == [5, 6])
      #expect(pixels.first == 9 && pixels.last == 8)
    }
    let two = ShardSample() + ("0.a.png", png) + ("0.b.png", png) + ("0.cls", [0x35])
    let fault = sentence { try read(["train-000000.tar": two.bytes]) }
    #expect(fault?.contains("could both be the image of one sample") == true)
  }

  @Test("are known also where much else comes first")
  func lateSamples() throws {
    let tar =
      try (0..<100).map { ShardSample() + ("a\($0).txt", [0x61]) }.reduce(ShardSample(), +)
      + ShardSample.pair("b", 1, "5")
    try read(["train-000000.tar": tar.bytes]) { source in
      let labels = try readAll(source, split: 0).labels
      #expect(labels == [5])
    }
  }

  @Test("name both images where two differ in shape")
  func shapes() throws {
    let shape = try ImageShape(height: 2, width: 3, channels: 1, bitDepth: 8)
    let other = try encodePNG([UInt8](repeating: 0, count: 6), shape, .small)
    let tar = try ShardSample.pair("a", 1, "1") + ("b.png", other) + ("b.cls", [0x31])
    #expect(
      sentence { try read(["x-0001.tar": tar.bytes]) }
        == "decode x-0001.tar/b.png: is 3x2 grey, expected 1x1 grey as in 'a.png'"
        + " (--resize 1x1 or --pad makes them alike)")
  }

  @Test("are counted where Kiln has noted how many there are")
  func missingShard() throws {
    try withTemporaryDirectory { root in
      try TestSource(.uint8, [2, 2], counts: [10]).run([
        try Pipeline.Output(.tar, at: root + "/tar", options: ["shard-size": "4"])
      ])
      try Path.removeTree(root + "/tar/train-000001.tar")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root + "/tar"])) }
          == "decode train-000002.tar: split 'train' has 6 samples, expected 10 as in kiln.json"
          + " (remove kiln.json to read what is there)")
    }
  }

  @Test("of every shorter length are refused, plain or packed", arguments: [false, true])
  func truncated(isPacked: Bool) throws {
    let whole = try (ShardSample.pair("a", 1, "1") + ShardSample.pair("b", 2, "2")).bytes
    let bytes = isPacked ? gzip(whole) : whole
    // The second block of zeros may be missing.
    for length in stride(from: 0, to: isPacked ? bytes.count : bytes.count - 1023, by: 29) {
      let name = isPacked ? "x-0001.tar.gz" : "x-0001.tar"
      let found = sentence { try read([name: Array(bytes[..<length])]) }
      #expect(found != nil, "\(length) bytes")
    }
  }

  @Test("with any byte changed never end the process")
  func corrupted() throws {
    let whole = try ShardSample.pair("a", 1, "1").bytes
    for position in whole.indices where whole[position] != 0 || position % 16 == 0 {
      for change: UInt8 in [0x01, 0x80] {
        var bytes = whole
        bytes[position] ^= change
        _ = sentence { try read(["x-0001.tar": bytes]) }
        // With the right checksum, too, so that fields are looked at.
        let start = position / 512 * 512
        bytes.replaceSubrange(
          start..<start + 512, with: ShardSample.summed(Array(bytes[start..<start + 512])))
        _ = sentence { try read(["x-0001.tar": bytes]) }
      }
    }
  }

  @Test("with random headers never end the process", arguments: 0..<200 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    for _ in 0..<4 {
      var block = generator.bytes(512)
      block[156] = [0x30, 0x4C, 0x78, 0x67, 0x35, 0x53].randomElement(using: &generator) ?? 0x30
      for index in 124..<136 { block[index] = 0x30 | block[index] & (index < 133 ? 0 : 7) }
      if seed % 5 == 0 { block[124] = 0x80 }
      bytes += ShardSample.summed(block)
    }
    _ = sentence { try read(["x-0001.tar": bytes]) }
    _ = sentence { try read(["x-0001.tar.gz": gzip(bytes)]) }
  }

  @Test(
    "promise no sizes that are not there", arguments: ["77777777777", "\u{80}\u{7F}ÿÿÿÿÿÿÿÿÿÿ"])
  func sizes(size: String) throws {
    for type in ["0", "L", "x", "g"] {
      var bytes = try ShardSample.pair("a", 1, "1").bytes
      let field = size.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      for (index, byte) in field.enumerated() { bytes[124 + index] = byte }
      bytes[156] = Character(type).asciiValue ?? 0
      bytes.replaceSubrange(0..<512, with: ShardSample.summed(Array(bytes[..<512])))
      for (name, file) in [("x-0001.tar", bytes), ("x-0001.tar.gz", gzip(bytes))] {
        #expect(sentence { try read([name: file]) } != nil, "\(type) \(name)")
      }
    }
  }
}
