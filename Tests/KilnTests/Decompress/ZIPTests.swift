import Testing

@testable import Kiln

@Suite("Zip files", .timeLimit(.minutes(20))) struct ZIPTests {
  private static let text = CompressedSamples.text

  @Test("reads stored and deflated members, alone and after something else")
  func golden() throws {
    var sample = ArchiveTests.zip
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
    sample.members = sample.members.map { .init($0.name, $0.content, method: 0) }
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
    sample.prefix = ArchiveTests.noise
    #expect(try unpackedFile(sample.bytes, pieces: 1) == ArchiveTests.contents)
  }

  @Test("reads a comment, descriptors behind the data, and zip64")
  func variants() throws {
    var sample = ArchiveTests.zip
    sample.comment = Array("PK\u{5}\u{6} is no second end record".utf8)
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
    for index in sample.members.indices { sample.members[index].hasDescriptor = true }
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
    for index in sample.members.indices { sample.members[index].isWide = true }
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
    sample.hasWideEnd = true
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
    sample.prefix = ArchiveTests.noise
    #expect(try unpackedFile(sample.bytes) == ArchiveTests.contents)
  }

  @Test(
    "reads members of other methods",
    arguments: [(12, .bzip2), (93, .zstd), (95, .xz)] as [(UInt16, Compression)])
  func methods(method: UInt16, compression: Compression) throws {
    let packed = CompressedSamples.text(compression)
    var member = ZIPSample.Member("a", Self.text, method: method) { $0.packed = packed }
    #expect(try unpackedFile(ZIPSample([member]).bytes) == ["a": Self.text])
    member.promisedChecksum = 7
    #expect(
      try archiveFault(ZIPSample([member]).bytes)
        == "entry 'a' is damaged: its CRC-32 does not match its content")
    member.packed = packed.dropLast(9)
    #expect(try archiveFault(ZIPSample([member]).bytes)?.hasPrefix("entry 'a' is damaged") == true)
  }

  @Test("refuses a member that has another name where its data lies")
  func names() throws {
    var bytes = ZIPSample([.init("abc", Self.text)]).bytes
    bytes[30] ^= 1
    #expect(try archiveFault(bytes) == "entry 'abc' has another name where its data lies")
  }

  @Test("reads what its own sink writes")
  func ownArchives() throws {
    try withTemporaryDirectory { directory in
      let source = TestSource(.uint8, [3, 3], counts: [5, 2])
      try source.run([Pipeline.Output(.npz, at: directory + "/own.npz")])
      let archive = try #require(try Archive(SourceFile(path: directory + "/own.npz")))
      #expect(try Set(unpacked(archive).keys).count == 4)
    }
  }

  @Test("notices a file that is cut short anywhere")
  func truncated() throws {
    let file = ZIPSample([.init("a", Self.text), .init("b", Self.text, method: 0)]).bytes
    for length in file.indices {
      #expect(try archiveFault(Array(file.prefix(length))) != nil, "\(length) bytes")
    }
  }

  @Test("never crashes on changed bytes, and never takes wrong content for right")
  func damaged() throws {
    var sample = ZIPSample([.init("a", Self.text), .init("b", Self.text, method: 0)])
    sample.members[0].isWide = true
    sample.hasWideEnd = true
    let file = sample.bytes
    for place in file.indices {
      for change in [0x01, 0x80, 0xFF] as [UInt8] {
        var damaged = file
        damaged[place] ^= change
        try withTemporaryDirectory { directory in
          try write(damaged, to: directory + "/x.zip")
          guard let archive = try Archive(SourceFile(path: directory + "/x.zip")) else { return }
          guard let contents = try? unpacked(archive).values else { return }
          #expect(contents.allSatisfy { $0 == Self.text }, "byte \(place)")
        }
      }
    }
  }

  @Test("never crashes on random bytes", arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var file = ZIPSample([.init("a", Self.text), .init("b")]).bytes
    for _ in 0..<Int(seed % 5) {
      file[Int.random(in: file.indices, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
    }
    let start = Int.random(in: 0..<100, using: &generator)
    file.replaceSubrange(start..<start + 20, with: generator.bytes(Int(seed % 40)))
    _ = try archiveFault(file)
  }

  @Test("refuses encrypted members and unknown methods by name")
  func refusedMembers() throws {
    #expect(
      try archiveFault(ZIPSample([.init("secret", [1]) { $0.flags = 1 }]).bytes)
        == "entry 'secret' is encrypted (decrypt the archive first)")
    #expect(
      try archiveFault(ZIPSample([.init("odd", [1], method: 98)]).bytes)
        == "entry 'odd' is packed by method 98, which Kiln does not know (pack the archive again)")
  }

  @Test("refuses members that are not what their headers promise")
  func promises() throws {
    let longer = ZIPSample([.init("a", Self.text, method: 0) { $0.promisedByteCount = 10 }])
    #expect(
      try archiveFault(longer.bytes) == "entry 'a' is longer than the 10 bytes that it promises")
    let shorter = ZIPSample([.init("a", Self.text, method: 0) { $0.promisedByteCount = 100 }])
    #expect(try archiveFault(shorter.bytes) == "entry 'a' ends after 90 of its 100 bytes")
    let deflated = ZIPSample([.init("a", Self.text) { $0.promisedByteCount = 100 }])
    #expect(try archiveFault(deflated.bytes)?.contains("does not match") == true)
    let wrong = ZIPSample([.init("a", Self.text) { $0.promisedChecksum = 1 }])
    #expect(try archiveFault(wrong.bytes)?.contains("does not match") == true)
    var count = ArchiveTests.zip
    count.promisedCount = 9
    #expect(
      try archiveFault(count.bytes)
        == "archive is damaged: its directory has 4 entries, its end record counts 9"
        + " (fetch the file again)")
  }

  @Test("refuses entries that lie over one another")
  func overlap() throws {
    let one = ZIPSample([.init("a", Self.text)]).bytes
    let directory = one.count - 22 - 47
    var file = Array(one.prefix(directory))
    let record = one[directory..<directory + 47]
    file += record + record.dropLast() + [UInt8(ascii: "b")]
    var end = Array(one.suffix(22))
    (end[8], end[10], end[12]) = (2, 2, 94)
    #expect(
      try archiveFault(file + end)
        == "archive is damaged: its entries lie over one another (fetch the file again)")
  }

  @Test("refuses an archive whose directory promises more than it should become")
  func bomb() throws {
    let members = (0..<20).map { index in
      ZIPSample.Member("\(index)", [1]) { $0.promisedByteCount = 1 << 29 }
    }
    #expect(
      try archiveFault(ZIPSample(members).bytes)?.hasSuffix(
        "or more, which looks like a trap (unpack it by hand if it is to be trusted)") == true)
  }
}
