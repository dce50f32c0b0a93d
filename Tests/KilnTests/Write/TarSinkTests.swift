import Testing

@testable import Kiln

@Suite("WebDataset shards") struct TarSinkTests {
  private func shards(
    _ counts: [Int], size: Int, labels: ElementType? = .uint8, shape: [Int] = [3, 2]
  ) throws -> [String: [UInt8]] {
    try withTemporaryDirectory { root in
      let source = TestSource(.uint8, shape, counts: counts, labelType: labels)
      try source.run([
        try Pipeline.Output(.tar, at: root + "/tar", options: ["shard-size": String(size)])
      ])
      return try tree(root + "/tar")
    }
  }

  /// Names and data of an archive's members, read field by field.
  private func members(_ archive: [UInt8]) throws -> [(name: String, data: [UInt8])] {
    #expect(archive.count % 512 == 0)
    #expect(archive.suffix(1024).allSatisfy { $0 == 0 })
    var members: [(String, [UInt8])] = []
    var offset = 0
    while archive[offset] != 0 {
      let header = Array(archive[offset..<offset + 512])
      let text = { (start: Int, length: Int) in
        String(decoding: header[start..<start + length].prefix { $0 != 0 }, as: UTF8.self)
      }
      #expect(text(257, 6) == "ustar" && header[156] == 0x30)
      #expect(text(100, 8) == "0000644" && text(136, 12) == "00000000000")
      let blank = header[..<148] + [UInt8](repeating: 0x20, count: 8) + header[156...]
      #expect(Int(text(148, 6), radix: 8) == blank.reduce(0) { $0 + Int($1) })
      let size = try #require(Int(text(124, 12), radix: 8))
      members.append((text(0, 100), Array(archive[offset + 512..<offset + 512 + size])))
      offset += 512 + (size + 511) / 512 * 512
    }
    #expect(offset == archive.count - 1024)
    return members
  }

  @Test(
    "hold every sample once, in order, whatever the size of a shard",
    arguments: [1, 7, 1000, 1024, 5000])
  func sizes(_ size: Int) throws {
    let source = TestSource(.uint8, [3, 2], counts: [2500, 0, 13])
    let files = try shards([2500, 0, 13], size: size)
    for (split, name) in ["train", "test", "extra"].enumerated() {
      let count = source.dataset.splits[split].count
      var index = 0
      for shard in 0..<max(1, (count + size - 1) / size) {
        let number = String(repeating: "0", count: 6 - "\(shard)".count) + "\(shard)"
        let members = try members(try #require(files["\(name)-\(number).tar"]))
        #expect(members.count == 2 * min(size, count - index))
        for (image, label) in zip(members.indices, members.indices.dropFirst())
        where image % 2 == 0 {
          let key = String(repeating: "0", count: 4 - "\(index)".count) + "\(index)"
          #expect(members[image].name == key + ".png" && members[label].name == key + ".cls")
          #expect(
            try decodePNG(members[image].data).pixels == source.pixels(index, ofSplit: split))
          #expect(members[label].data == Array("\((index + split) % 10)".utf8))
          index += 1
        }
      }
      #expect(index == count)
    }
    #expect(try JSON(parsing: files["classes.json"] ?? []).texts?.count == 10)
  }

  @Test("hold images alone where there are no labels")
  func unlabelled() throws {
    let files = try shards([3], size: 10, labels: nil)
    let names = try members(try #require(files["train-000000.tar"])).map(\.name)
    #expect(names == ["0.png", "1.png", "2.png"])
    #expect(files["classes.json"] == nil)
  }

  @Test("refuse what is no picture with one label, before anything is read")
  func refusals() throws {
    let check = { (shape: [Int], labels: LabelSchema) in
      sentence {
        try SinkFormat.tar.check(
          Dataset(
            schema: Schema(elementType: .uint8, sampleShape: shape, labels: labels), splits: []),
          try OptionValues(SinkFormat.tar.options))
      }
    }
    #expect(check([28, 28], LabelSchema(range: 0...9)) == nil)
    #expect(check([784], LabelSchema(range: 0...9))?.contains("no pictures") == true)
    #expect(
      check([28, 28], LabelSchema(columns: ["a", "b"], range: nil))?.contains("--label-column")
        == true)
    #expect(
      check([28, 28], LabelSchema(range: 0...1, isOneHot: true))?.contains("--one-hot") == true)
  }

  @Test("name members of any size that the format allows")
  func header() {
    for size in [0, 1, 511, 512, TarHeader.maximumByteCount] {
      var header = TarHeader()
      let bytes = makeBytes(capacity: 1024) { cursor in
        header.append(name: Array("a much longer name.png".utf8), byteCount: 5, to: &cursor)
        header.append(name: Array("1.cls".utf8), byteCount: size, to: &cursor)
      }
      #expect(String(decoding: bytes[512..<612].prefix { $0 != 0 }, as: UTF8.self) == "1.cls")
      let digits = String(decoding: bytes[636..<647], as: UTF8.self)
      #expect(Int(digits, radix: 8) == size && bytes[647] == 0)
    }
  }
}
