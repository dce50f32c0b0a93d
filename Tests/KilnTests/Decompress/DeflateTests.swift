import Testing

@testable import Kiln

@Suite("DEFLATE", .timeLimit(.minutes(20))) struct DeflateTests {
  /// Kinds of content: none, text, what does not compress, long runs, rows of images.
  private static func content(_ kind: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    let count = Int.random(in: 0...40_000, using: &generator)
    switch kind {
    case 0: return []
    case 1: return Array(repeatElement("the quick brown fox, ".utf8, count: count / 20).joined())
    case 2: return generator.bytes(count)
    case 3: return (0..<count).map { UInt8($0 / 700 & 0xFF) }
    default:
      let row = generator.bytes(28).map { $0 < 180 ? 0 : $0 }
      return (0..<count).map { row[$0 % 28] &+ ($0 % 31 == 0 ? 1 : 0) }
    }
  }

  private static func deflate(_ content: [UInt8], level: Int32) -> [UInt8] {
    Array(GzipMember(content: content, level: level).bytes.dropFirst(10).dropLast(8))
  }

  @Test(
    "gives back what zlib deflated, however chunks and rooms cut it", arguments: 0..<5, 0...9)
  func roundTrip(kind: Int, level: Int32) {
    var generator = SeededGenerator(seed: UInt64(kind) << 8 | UInt64(level))
    let content = Self.content(kind, &generator)
    let stream = Self.deflate(content, level: level)
    #expect(DeflateVerdict(of: stream) == .ended(content))
    for _ in 0..<6 {
      let chunks = Int.random(in: 1...300, using: &generator)
      let rooms = Int.random(in: 1...5000, using: &generator)
      #expect(
        DeflateVerdict(of: stream, chunks: chunks, rooms: rooms) == .ended(content),
        "chunks of \(chunks), rooms of \(rooms)")
    }
  }

  @Test("says of damaged streams what zlib says", arguments: 0..<300 as Range<UInt64>)
  func damaged(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let content = Self.content(Int(seed % 5), &generator)
    var stream = Self.deflate(content, level: Int32(seed % 10))
    // Most of what can be wrong lies in the first bytes, where lengths of codes are.
    for _ in 0...Int.random(in: 0...2, using: &generator) {
      let range = Bool.random(using: &generator) ? stream.count : min(80, stream.count)
      stream[Int.random(in: 0..<range, using: &generator)] ^=
        1 << UInt8.random(in: 0..<8, using: &generator)
    }
    if Bool.random(using: &generator) {
      stream.removeLast(Int.random(in: 0..<stream.count, using: &generator))
    }
    let expected = DeflateVerdict.zlib(stream)
    #expect(DeflateVerdict(of: stream) == expected)
    #expect(DeflateVerdict(of: stream, chunks: 3, rooms: 100) == expected)
  }

  @Test("says of random bytes what zlib says", arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var stream = generator.bytes(Int.random(in: 0...300, using: &generator))
    // A block with codes of its own, where there is most to get wrong.
    if !stream.isEmpty, seed % 2 == 0 { stream[0] = stream[0] & 0xF8 | 0b100 }
    let expected = DeflateVerdict.zlib(stream)
    #expect(DeflateVerdict(of: stream) == expected)
    #expect(DeflateVerdict(of: stream, chunks: 1, rooms: 1) == expected)
  }

  @Test("repeats from every near distance and at every length", arguments: 1...40)
  func matches(distance: Int) {
    var generator = SeededGenerator(seed: UInt64(distance))
    var content = generator.bytes(distance)
    var writer = DeflateWriter()
    writer.append(0b011, 3)
    for byte in content { writer.append(fixed: Int(byte)) }
    for length in 3...258 {
      writer.append(length: length, distance: distance)
      for _ in 0..<length { content.append(content[content.count - distance]) }
      let byte = generator.bytes(1)[0]
      writer.append(fixed: Int(byte))
      content.append(byte)
    }
    writer.append(fixed: 256)
    #expect(DeflateVerdict(of: writer.bytes) == .ended(content))
    #expect(DeflateVerdict(of: writer.bytes, chunks: 50, rooms: 300) == .ended(content))
  }

  @Test(
    "repeats from as far as 32 KiB, over rooms of any size",
    arguments: [1, 100, 4096, 32_767, 32_768, 1 << 17])
  func farMatches(rooms: Int) {
    var generator = SeededGenerator(seed: 3)
    var content = generator.bytes(32_768)
    var writer = DeflateWriter()
    writer.append(0b011, 3)
    for byte in content { writer.append(fixed: Int(byte)) }
    for distance in [32_768, 32_767, 24_577, 16_384, 5000, 32_768] {
      writer.append(length: 258, distance: distance)
      for _ in 0..<258 { content.append(content[content.count - distance]) }
    }
    writer.append(fixed: 256)
    #expect(DeflateVerdict.zlib(writer.bytes) == .ended(content))
    #expect(DeflateVerdict(of: writer.bytes, rooms: rooms) == .ended(content))
  }

  @Test("refuses a match that begins before everything", arguments: [0, 1, 600])
  func tooFar(before: Int) {
    var writer = DeflateWriter()
    writer.append(0b011, 3)
    for _ in 0..<before { writer.append(fixed: 7) }
    writer.append(length: 3, distance: before + 1)
    for _ in 0..<100 { writer.append(fixed: 7) }
    writer.append(fixed: 256)
    #expect(DeflateVerdict(of: writer.bytes) == .damaged)
    #expect(DeflateVerdict(of: writer.bytes, chunks: 1) == .damaged)
  }

  @Test("refuses symbols that must not occur", arguments: [286, 287])
  func reservedLengths(symbol: Int) {
    var writer = DeflateWriter()
    writer.append(0b011, 3)
    writer.append(fixed: symbol)
    for _ in 0..<600 { writer.append(fixed: 0) }
    #expect(DeflateVerdict(of: writer.bytes) == .damaged)
    #expect(DeflateVerdict(of: writer.bytes, rooms: 1) == .damaged)
  }

  @Test("refuses distances that must not occur", arguments: [30, 31])
  func reservedDistances(code: Int) {
    var writer = DeflateWriter()
    writer.append(0b011, 3)
    writer.append(fixed: 1)
    writer.append(fixed: 257)
    writer.append(code: code, 5)
    for _ in 0..<600 { writer.append(fixed: 0) }
    #expect(DeflateVerdict(of: writer.bytes) == .damaged)
    #expect(DeflateVerdict(of: writer.bytes, rooms: 2) == .damaged)
  }

  @Test("refuses a block of no known type")
  func blockType() { #expect(DeflateVerdict(of: [0b111]) == .damaged) }

  @Test("reads stored blocks, and refuses one whose length is not said twice")
  func stored() {
    #expect(
      DeflateVerdict(of: [0, 2, 0, 0xFD, 0xFF, 5, 6, 1, 0, 0, 0xFF, 0xFF]) == .ended([5, 6]))
    #expect(DeflateVerdict(of: [1, 2, 0, 0xFD, 0xFE, 5, 6]) == .damaged)
    #expect(DeflateVerdict(of: [1, 2, 0, 0xFD, 0xFF, 5]) == .cutShort([5]))
  }

  @Test(
    "refuses more symbols than there are", arguments: [(287, 1), (288, 1), (257, 31), (257, 32)])
  func counts(literals: Int, distances: Int) {
    var writer = DeflateWriter()
    writer.beginBlock(literals: literals, distances: distances, lengthCode: [0: 1, 1: 1])
    for _ in 0..<400 { writer.append(0, 1) }
    #expect(DeflateVerdict(of: writer.bytes) == .damaged)
  }

  /// The byte 9, then a block whose codes know nothing but length 3 and its own end, and distances as given.
  private static func sparse(distances: [Int], _ symbols: [Int]) -> [UInt8] {
    var writer = DeflateWriter()
    writer.append(0b010, 3)
    writer.append(fixed: 9)
    writer.append(fixed: 256)
    appendSparse(&writer, distances: distances, symbols, isLast: true)
    return writer.bytes
  }

  private static func appendSparse(
    _ writer: inout DeflateWriter, distances: [Int], _ symbols: [Int], isLast: Bool
  ) {
    // 0 for a length of 0, 10 for one of 1, 11 for eleven and more zeros.
    writer.beginBlock(
      literals: 258, distances: distances.count, lengthCode: [0: 1, 1: 2, 18: 2], isLast: isLast)
    for zeros in [138, 118] {
      writer.append(code: 0b11, 2)
      writer.append(zeros - 11, 7)
    }
    for length in [1, 1] + distances { writer.append(code: length * 0b10, 1 + length) }
    for symbol in symbols { writer.append(symbol, 1) }
  }

  @Test(
    "takes a distance code of one symbol or none, and refuses codes that stand for nothing",
    arguments: [
      ([1], [1, 0, 0], DeflateVerdict.ended([9, 9, 9, 9])), ([1], [1, 1, 0], .damaged),
      ([0], [0], .ended([9])), ([0], [1, 0, 0], .damaged), ([1, 1, 1], [0], .damaged),
    ])
  func sparseDistances(distances: [Int], symbols: [Int], expected: DeflateVerdict) {
    for padding in [0, 700] {
      let stream =
        Self.sparse(distances: distances, symbols) + [UInt8](repeating: 0, count: padding)
      #expect(DeflateVerdict(of: stream) == expected)
      #expect(DeflateVerdict(of: stream, chunks: 1) == expected)
      #expect(DeflateVerdict.zlib(stream) == expected)
    }
  }

  @Test(
    "refuses lengths that make no code",
    arguments: [[0: 1, 1: 1, 2: 1], [0: 1], [0: 1, 1: 2], [:], [16: 1, 0: 1], [18: 1, 0: 1]])
  func lengths(lengthCode: [Int: Int]) {
    var writer = DeflateWriter()
    writer.beginBlock(literals: 257, distances: 1, lengthCode: lengthCode)
    // Ones: what is repeated before anything stands there, more zeros than there are symbols.
    for _ in 0..<2000 { writer.append(1, 1) }
    #expect(DeflateVerdict.zlib(writer.bytes) == .damaged)
    #expect(DeflateVerdict(of: writer.bytes) == .damaged)
  }

  @Test(
    "begins anew after a stream that was damaged or cut short",
    arguments: [[0x05], [0x05, 0xFF, 0xFF, 0xFF], [0x07]])
  func anew(begun: [UInt8]) throws {
    let content = Array("to be or not to be, to be or not to be".utf8)
    var inflater = Inflater()
    inflater.start(.gzipBody)
    _ = makeBytes(capacity: 100) { _ = inflater.run(begun, from: 0, into: &$0) }
    inflater.start(.gzipBody)
    let member = Array(gzip(content).dropFirst(10))
    var outcome = Inflater.Outcome.damaged
    let found = makeBytes(capacity: 100) { outcome = inflater.run(member, from: 0, into: &$0).0 }
    #expect(outcome == .ended)
    #expect(found == content)
  }

  @Test("stays refused once it is", arguments: [1, 17, 1 << 18])
  func refusedForGood(chunks: Int) {
    // A last block of no known type, and what would be a sound end behind it.
    let file = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x07] + [UInt8](repeating: 0, count: 120)
    let stream = GzipStream(MemoryStream(file), chunkByteCount: chunks)
    for _ in 0..<3 {
      #expect(throws: GzipError.damaged(.data, produced: 0)) { try stream.read(10) }
    }
  }

  @Test("uses fixed codes of one block after another, and between others")
  func fixedBlocks() {
    var writer = DeflateWriter()
    for byte in 1...3 {
      writer.append(0b010, 3)
      writer.append(fixed: byte)
      writer.append(fixed: 256)
    }
    let fixed = writer.bytes
    #expect(DeflateVerdict(of: fixed) == .cutShort([1, 2, 3]))
    #expect(DeflateVerdict(of: Self.sparse(distances: [1], [1, 0, 0])) == .ended([9, 9, 9, 9]))
    // Behind a block with codes of its own, which only knows length 3.
    writer = DeflateWriter()
    writer.append(0b010, 3)
    writer.append(fixed: 9)
    writer.append(fixed: 256)
    Self.appendSparse(&writer, distances: [1], [1, 0, 0], isLast: false)
    writer.append(0b011, 3)
    writer.append(fixed: 7)
    writer.append(fixed: 256)
    #expect(DeflateVerdict(of: writer.bytes) == .ended([9, 9, 9, 9, 7]))
  }

  @Test("refuses a block without a code for its end")
  func endless() {
    var writer = DeflateWriter()
    writer.beginBlock(literals: 257, distances: 1, lengthCode: [0: 1, 1: 1])
    writer.append(0b11, 2)
    for _ in 0..<3000 { writer.append(0, 1) }
    #expect(DeflateVerdict.zlib(writer.bytes) == .damaged)
    #expect(DeflateVerdict(of: writer.bytes) == .damaged)
  }
}
