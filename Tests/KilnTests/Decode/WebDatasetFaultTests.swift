import Testing

@testable import Kiln

@Suite("Faulty WebDataset shards") struct WebDatasetFaultTests {
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
    let pair = TarSample.pair("x", 1, "1").members
    var tar = TarSample()
    for name in names.split(separator: " ").map(String.init) {
      tar = tar + (name, pair[name.hasSuffix("cls") ? 1 : 0].content)
    }
    #expect(sentence { try readFiles(["x-0001.tar": tar.bytes]) } == expected)
  }

  @Test(
    "take no label that is not a whole number",
    arguments: ["", "cat", "1 2", "1.5", "99999999999999999999", "1\u{0}"])
  func badLabel(label: String) throws {
    let tar = TarSample.pair("a", 1, label)
    let found = sentence { try readFiles(["x-0001.tar": tar.bytes]) }
    #expect(found?.hasPrefix("decode x-0001.tar: label 'a.cls' is ") == true, "\(found ?? "")")
    #expect(found?.hasSuffix(", expected a whole number") == true)
  }

  @Test("are refused where a header has become zeros, which looks like the end", arguments: [1, 8])
  func zeroedHeader(blocks: Int) throws {
    let tar = (0..<6).map { TarSample.pair("000\($0)", UInt8($0), "\($0)") }
      .reduce(TarSample(), +)
    var bytes = tar.bytes
    let start = 3 * bytes.count / 8 / 512 * 512
    for index in start..<start + 512 * blocks { bytes[index] = 0 }
    for name in ["train-000000.tar", "train-000000.tar.gz"] {
      let file = name.hasSuffix("gz") ? gzip(bytes) : bytes
      let fault = sentence { try readFiles([name: file]) }
      #expect(fault?.hasPrefix("decode") == true, "\(fault ?? "")")
    }
  }

  @Test("name both images where two differ in shape")
  func shapes() throws {
    let shape = try ImageShape(height: 2, width: 3, channels: 1, bitDepth: 8)
    let other = try encodePNG([UInt8](repeating: 0, count: 6), shape, .small)
    let tar = TarSample.pair("a", 1, "1") + ("b.png", other) + ("b.cls", [0x31])
    #expect(
      sentence { try readFiles(["x-0001.tar": tar.bytes]) }
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
          + " (to convert what is there, remove kiln.json)")
    }
  }

  @Test("of every shorter length are refused, plain or packed", arguments: [false, true])
  func truncated(isPacked: Bool) throws {
    let whole = (TarSample.pair("a", 1, "1") + TarSample.pair("b", 2, "2")).bytes
    let bytes = isPacked ? gzip(whole) : whole
    // The second block of zeros may be missing.
    for length in stride(from: 0, to: isPacked ? bytes.count : bytes.count - 1023, by: 29) {
      let name = isPacked ? "x-0001.tar.gz" : "x-0001.tar"
      let found = sentence { try readFiles([name: Array(bytes[..<length])]) }
      #expect(found != nil, "\(length) bytes")
    }
  }

  @Test("with any byte changed never end the process")
  func corrupted() throws {
    let whole = TarSample.pair("a", 1, "1").bytes
    for position in whole.indices where whole[position] != 0 || position % 16 == 0 {
      for change: UInt8 in [0x01, 0x80] {
        var bytes = whole
        bytes[position] ^= change
        _ = sentence { try readFiles(["x-0001.tar": bytes]) }
        // With the right checksum, too, so that fields are looked at.
        let start = position / 512 * 512
        bytes.replaceSubrange(
          start..<start + 512, with: TarSample.summed(Array(bytes[start..<start + 512])))
        _ = sentence { try readFiles(["x-0001.tar": bytes]) }
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
      bytes += TarSample.summed(block)
    }
    _ = sentence { try readFiles(["x-0001.tar": bytes]) }
    _ = sentence { try readFiles(["x-0001.tar.gz": gzip(bytes)]) }
  }

  @Test(
    "promise no sizes that are not there", arguments: ["77777777777", "\u{80}\u{7F}ÿÿÿÿÿÿÿÿÿÿ"])
  func sizes(size: String) throws {
    for type in ["0", "L", "x", "g"] {
      var bytes = TarSample.pair("a", 1, "1").bytes
      let field = size.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      for (index, byte) in field.enumerated() { bytes[124 + index] = byte }
      bytes[156] = Character(type).asciiValue ?? 0
      bytes.replaceSubrange(0..<512, with: TarSample.summed(Array(bytes[..<512])))
      for (name, file) in [("x-0001.tar", bytes), ("x-0001.tar.gz", gzip(bytes))] {
        #expect(sentence { try readFiles([name: file]) } != nil, "\(type) \(name)")
      }
    }
  }
}
