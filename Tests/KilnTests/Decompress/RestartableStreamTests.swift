import Testing

@testable import Kiln

@Suite("Streams that can be read again")
struct RestartableStreamTests {
  private let content: [UInt8]
  private let repeated: RepeatedBytes

  init() {
    content = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    repeated = RepeatedBytes(content)
  }

  @Test("begin once for ranges that follow one another", arguments: [1, 7, 300])
  func inOrder(pieces: Int) throws {
    let stream = RestartableStream(repeated.open)
    for range in [0..<100, 100..<100, 100..<400, 650..<1000] {
      #expect(try stream.open(range).readToEnd(pieces: pieces) == Array(content[range]))
    }
    #expect(repeated.startCount == 1)
  }

  @Test("begin again for what lies before")
  func backwards() throws {
    let stream = RestartableStream(repeated.open)
    for range in [900..<1000, 0..<20, 10..<30] {
      #expect(try stream.open(range).readToEnd(pieces: 64) == Array(content[range]))
    }
    #expect(repeated.startCount == 3)
  }

  @Test("serve several readers at once")
  func together() throws {
    let stream = RestartableStream(repeated.open)
    let (first, second) = (stream.open(0..<500), stream.open(200..<700))
    for start in stride(from: 0, to: 500, by: 50) {
      #expect(try first.read(50) == Array(content[start..<start + 50]))
      #expect(try second.read(50) == Array(content[start + 200..<start + 250]))
    }
    #expect(try first.read(1).isEmpty && second.read(1).isEmpty)
    #expect(repeated.startCount == 2)
  }

  @Test("go on where a reader was given up")
  func givenUp() throws {
    let stream = RestartableStream(repeated.open)
    #expect(try stream.open(0..<1000).read(10) == Array(content[..<10]))
    #expect(try stream.open(10..<20).readToEnd(pieces: 4) == Array(content[10..<20]))
    #expect(repeated.startCount == 1)
  }

  @Test("end where the bytes do")
  func short() throws {
    let stream = RestartableStream(repeated.open)
    let reader = stream.open(990..<1010)
    #expect(try reader.read(20) == Array(content[990...]))
    #expect(try reader.read(20).isEmpty)
    #expect(try stream.open(2000..<2001).read(1).isEmpty)
  }
}
