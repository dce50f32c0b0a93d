import Testing

@testable import Kiln

@Suite("Gzip stream", .timeLimit(.minutes(20))) struct GzipStreamTests {
  private static let text = Array("the quick brown fox jumps over the lazy dog, ".utf8)

  private static func noise(_ count: Int, seed: UInt64 = 5) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return generator.bytes(count)
  }

  private func inflate(_ file: [UInt8], pieces: Int = 1000, chunks: Int = 1 << 18) throws -> [UInt8]
  {
    try GzipStream(MemoryStream(file), chunkByteCount: chunks).readToEnd(pieces: pieces)
  }

  private func fault(_ file: [UInt8]) -> GzipError? {
    do {
      _ = try inflate(file)
      return nil
    } catch {
      return error as? GzipError
    }
  }

  @Test("gives back what zlib deflated", arguments: [0, 1, 6, 9] as [Int32], [1, 64, 1 << 20])
  func roundTrip(level: Int32, pieces: Int) throws {
    for content in [[], [7], Self.noise(3000), [UInt8](repeating: 0, count: 300_000)] {
      #expect(
        try inflate(GzipMember(content: content, level: level).bytes, pieces: pieces) == content)
    }
  }

  @Test("joins members with any header fields, however the file is cut into chunks")
  func chunks() throws {
    let members = [
      GzipMember(content: Self.text, name: "a.txt"),
      GzipMember(content: []),
      GzipMember(
        content: Self.noise(40), extra: [1, 2, 3], name: "b", comment: "c", hasHeaderChecksum: true),
      GzipMember(content: Self.text, level: 0, comment: "stored", hasHeaderChecksum: true),
    ]
    let file = members.flatMap(\.bytes) + [0, 0, 0]
    let content = members.flatMap(\.content)
    for chunk in 1...file.count + 1 {
      #expect(try inflate(file, pieces: 7, chunks: chunk) == content, "chunks of \(chunk)")
    }
  }

  @Test("joins members that meet at any place around a chunk's end")
  func chunkEnds() throws {
    let second = GzipMember(content: Self.text, extra: [9], name: "n", hasHeaderChecksum: true)
    for shift in -40...20 {
      let comment = String(repeating: "c", count: 100 + shift)
      let first = GzipMember(content: Self.noise(262_000), level: 0, comment: comment)
      let file = first.bytes + second.bytes
      #expect(try inflate(file, pieces: 1 << 16) == first.content + second.content, "\(shift)")
    }
  }

  @Test(
    "reads each header field",
    arguments: [
      GzipMember(content: text, extra: []), GzipMember(content: text, extra: noise(65_535)),
      GzipMember(content: text, name: ""), GzipMember(content: text, name: "file.idx"),
      GzipMember(content: text, comment: "a comment"),
      GzipMember(content: text, hasHeaderChecksum: true),
    ])
  func headers(member: GzipMember) throws {
    #expect(try inflate(member.bytes) == member.content)
    #expect(try inflate(member.bytes, chunks: 1) == member.content)
  }

  @Test("ignores zero padding after the last member", arguments: [1, 511, 1 << 18, 600_000])
  func padding(count: Int) throws {
    let file = gzip(Self.text) + [UInt8](repeating: 0, count: count)
    #expect(try inflate(file) == Self.text)
  }

  @Test("refuses anything else after the last member", arguments: [0, 1, 300_000])
  func junk(padding: Int) {
    let member = gzip(Self.text)
    let file = member + [UInt8](repeating: 0, count: padding) + Array("junk".utf8)
    #expect(fault(file) == .trailingBytes(offset: member.count + padding))
  }

  @Test("notices every changed byte of checksum and length", arguments: 1...8)
  func trailer(fromEnd: Int) {
    var file = gzip(Self.text)
    file[file.count - fromEnd] ^= 0x10
    #expect(fault(file) == .damaged(.checksum, produced: Self.text.count))
    // In front of a sound member, too.
    #expect(fault(file + gzip(Self.text)) == .damaged(.checksum, produced: Self.text.count))
  }

  @Test("notices a file that is cut short anywhere", arguments: [0, 6] as [Int32])
  func truncated(level: Int32) throws {
    let member = GzipMember(
      content: Self.text + Self.text, level: level, extra: [1], name: "n", comment: "c",
      hasHeaderChecksum: true)
    let file = member.bytes
    for length in 0..<file.count {
      let short = Array(file.prefix(length))
      let error = try #require(fault(short), "\(length) bytes")
      guard case .cutShort = error else {
        Issue.record("\(length) bytes: \(error)")
        continue
      }
      // Bytes come one by one: nothing changes.
      #expect(throws: GzipError.self) { try inflate(short, chunks: 1) }
      if length > 0 { #expect(fault(file + short) != nil, "second member of \(length) bytes") }
    }
  }

  @Test("refuses an empty file and what is no gzip")
  func notGzip() {
    #expect(fault([]) == .cutShort(produced: 0))
    #expect(fault(Array("hello".utf8)) == .notGzip)
    #expect(fault([0]) == .notGzip)
    #expect(fault([0x1F, 0x8C, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == .damaged(.header, produced: 0))
  }

  @Test("refuses a damaged header", arguments: [(2, 7), (3, 0xE0)] as [(Int, UInt8)])
  func header(position: Int, value: UInt8) {
    var file = gzip(Self.text)
    file[position] = value
    #expect(fault(file) == .damaged(.header, produced: 0))
  }

  @Test("refuses a header whose own checksum is wrong")
  func headerChecksum() {
    var file = GzipMember(content: Self.text, name: "name", hasHeaderChecksum: true).bytes
    file[12] ^= 1
    #expect(fault(file) == .damaged(.header, produced: 0))
  }

  @Test("never crashes on random bytes or random damage", arguments: 0..<400 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let count = Int.random(in: 0...400, using: &generator)
    _ = fault([0x1F, 0x8B, 8, 0] + generator.bytes(count))
    var file = GzipMember(content: Self.text + Self.noise(100), name: "n").bytes
    let place = Int.random(in: file.indices, using: &generator)
    let before = file[place]
    file[place] = UInt8.random(in: 0...255, using: &generator)
    // Header fields that nothing protects: time, flags for the deflater, system, name.
    let isUnprotected = (4...11).contains(place) || place == 3
    if file[place] != before, !isUnprotected { #expect(fault(file) != nil, "seed \(seed)") }
  }

  @Test("gives nothing more after its end")
  func afterEnd() throws {
    let stream = GzipStream(MemoryStream(gzip(Self.text)))
    #expect(try stream.read(Self.text.count) == Self.text)
    for _ in 0..<3 { #expect(try stream.read(10).isEmpty) }
  }
}
