import Testing

@testable import Kiln

@Suite("zlib stream") struct ZlibStreamTests {
  private static let content = Array(
    repeatElement("to be or not to be, ".utf8, count: 500).joined())

  private func fault(_ stream: [UInt8], pieces: Int = 1000) -> ZlibError? {
    do {
      _ = try ZlibStream(MemoryStream(stream)).readToEnd(pieces: pieces)
      return nil
    } catch {
      return error as? ZlibError
    }
  }

  @Test("gives back what zlib deflated, and leaves what follows", arguments: [1, 100, 1 << 16])
  func roundTrip(pieces: Int) throws {
    for content in [Self.content, []] {
      let stream = ZlibStream(MemoryStream(zlib(content) + [1, 2, 3]))
      #expect(try stream.readToEnd(pieces: pieces) == content)
    }
  }

  @Test(
    "notices every changed byte of its checksum, wherever reads end", arguments: 1...4,
    [1, 7, 1 << 16])
  func checksum(fromEnd: Int, pieces: Int) {
    var stream = zlib(Self.content)
    stream[stream.count - fromEnd] ^= 0x40
    #expect(fault(stream, pieces: pieces) == .damaged(produced: Self.content.count))
  }

  @Test(
    "refuses another method, a larger window, a dictionary, and wrong check bits",
    arguments: [[0x79, 0x18], [0x88, 0x1C], [0x78, 0xBB], [0x78, 0x9D]] as [[UInt8]])
  func header(bytes: [UInt8]) {
    #expect(fault(bytes + zlib(Self.content).dropFirst(2)) == .damaged(produced: 0))
  }

  @Test("notices a stream that is cut short anywhere")
  func truncated() throws {
    let stream = zlib(Array(Self.content.prefix(60)))
    for length in 0..<stream.count {
      let error = try #require(fault(Array(stream.prefix(length))), "\(length) bytes")
      guard case .cutShort = error else {
        Issue.record("\(length) bytes: \(error)")
        continue
      }
    }
  }
}
