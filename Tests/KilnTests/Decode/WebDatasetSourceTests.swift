import Testing

@testable import Kiln

@Suite("WebDataset shards as a source") struct WebDatasetSourceTests {
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
      TarSample() + ("./deep/er/a.CLS", Array(" 7\n".utf8)) + ("./deep/er/a.json", [0x7B])
      + ("./deep/er/a.JPEG", jpeg) + ("._a.png", [1, 2, 3]) + ("README", [])
      + ("b.seg.png", [1]) + ("b.cls", Array("-3".utf8)) + ("b.jpg", jpeg)
    tar.members.insert(.init("deep/", type: "5"), at: 0)
    tar.members.append(.init("link", type: "2"))
    try readFiles(["x-0001.tar": tar.bytes]) { source throws in
      #expect(source.dataset.splits == [Split(name: "x", count: 2)])
      #expect(source.dataset.schema.sampleShape == [8, 8, 3])
      #expect(source.dataset.schema.labels?.elementType == .int32)
      let samples = try readAll(source, split: 0)
      #expect(samples.labels == [7, -3] && samples.pixels == [UInt8](repeating: 0, count: 2 * 192))
    }
    let deep = try ImageShape(height: 2, width: 2, channels: 1, bitDepth: 16)
    let png = try encodePNG(Picture.noise.pixels(deep), deep, .small)
    try readFiles(["x-0001.tar": (TarSample() + ("a.png", png)).bytes]) { source throws in
      #expect(source.dataset.schema.elementType == .uint16)
      #expect(source.dataset.schema.labels == nil)
      #expect(try readAll(source, split: 0).pixels == Picture.noise.pixels(deep))
    }
  }

  @Test("read names of any length, in the headers of GNU and of pax")
  func longNames() throws {
    let key = String(repeating: "long/", count: 60) + "a"
    let pair = TarSample.pair("short", 9, "1").members
    for type: Character in ["L", "x"] {
      var tar = TarSample()
      for (member, ending) in zip(pair, [".png", ".cls"]) {
        let name = key + ending
        let line = " path=\(name)\n"
        let record = "\(line.utf8.count + 3)\(line)"
        let data = type == "L" ? Array(name.utf8) + [0] : Array(record.utf8)
        tar.members.append(.init("header", data, type: type))
        tar.members.append(.init("x", member.content))
      }
      try readFiles(["x-0001.tar": tar.bytes]) { source throws in
        #expect(source.dataset.count == 1)
        #expect(try readAll(source, split: 0).pixels == [9])
      }
    }
  }

  @Test("are no shards where images without labels lie in folders, whatever the name says")
  func folders() throws {
    var tar = TarSample()
    for label in ["cat", "dog"] {
      tar.members.append(.init("./\(label)/a.png", greyPNG(1)))
    }
    try withTemporaryDirectory { root in
      try write(tar.bytes, to: root + "/train-000000.tar")
      let source = try openSource(SourceRequest(paths: [root + "/train-000000.tar"]))
      #expect(source.dataset.schema.labels?.classNames == ["cat", "dog"])
    }
  }

  @Test("join the prefix of a ustar header with the name, and read sizes in base 256")
  func prefix() throws {
    var bytes = TarSample.pair("a", 3, "1").bytes
    for start in stride(from: 0, to: bytes.count - 1024, by: 512) where bytes[start] == 0x61 {
      bytes[start + 345] = UInt8(ascii: "p")
      let size = bytes[start + 124..<start + 135].reduce(0) { $0 << 3 | Int($1 & 7) }
      bytes[start + 124] = 0x80
      for index in 125..<136 { bytes[start + index] = 0 }
      (bytes[start + 134], bytes[start + 135]) = (UInt8(size >> 8), UInt8(size & 0xFF))
      bytes.replaceSubrange(
        start..<start + 512, with: TarSample.summed(Array(bytes[start..<start + 512])))
    }
    try readFiles(["x-0001.tar": bytes]) { source throws in
      #expect(try readAll(source, split: 0).pixels == [3])
    }
  }

  @Test("are not seen in archives of other things")
  func others() throws {
    try withTemporaryDirectory { root in
      try write((TarSample() + ("batch_1", [1])).bytes, to: root + "/cifar-10.tar")
      for path in [root, root + "/cifar-10.tar"] {
        let material = try SourceMaterial(SourceRequest(paths: [path]))
        #expect(try SourceFormat.tar.detect(material) == false)
      }
    }
  }

  @Test("pair members of several endings by the name before the first dot")
  func endings() throws {
    let png = greyPNG(9)
    let tar =
      TarSample() + ("0.input.png", png) + ("0.cls", [0x35]) + ("1.png", greyPNG(8))
      + ("1.mask.png", png) + ("1.label.cls", [0x36])
    try readFiles(["train-000000.tar": tar.bytes]) { source in
      let (pixels, labels) = try readAll(source, split: 0)
      #expect(labels == [5, 6])
      #expect(pixels.first == 9 && pixels.last == 8)
    }
    let two = TarSample() + ("0.a.png", png) + ("0.b.png", png) + ("0.cls", [0x35])
    let fault = sentence { try readFiles(["train-000000.tar": two.bytes]) }
    #expect(fault?.contains("could both be the image of one sample") == true)
  }

  @Test("are known also where much else comes first")
  func lateSamples() throws {
    let tar =
      (0..<100).map { TarSample() + ("a\($0).txt", [0x61]) }.reduce(TarSample(), +)
      + TarSample.pair("b", 1, "5")
    try readFiles(["train-000000.tar": tar.bytes]) { source in
      let labels = try readAll(source, split: 0).labels
      #expect(labels == [5])
    }
  }
}
