import Testing

@testable import Kiln

@Suite("Splits that are written one behind the other") struct SplitOrderTests {
  private let dataset = TestSource(.uint8, [1], counts: [2, 0, 3]).dataset

  @Test("begin and end in order, those without samples among them")
  func cursor() {
    var cursor = SplitCursor(dataset)
    #expect(cursor.turns(to: 0) == [.start(0)])
    #expect(cursor.turns(to: 0) == [])
    #expect(cursor.turns(to: 2) == [.end(0), .start(1), .end(1), .start(2)])
    #expect(cursor.turnsToEnd() == [.end(2)])
    #expect(cursor.turnsToEnd() == [])
  }

  @Test("begin and end where there are no samples at all")
  func empty() {
    var cursor = SplitCursor(dataset)
    let turns: [SplitCursor.Turn] = [
      .start(0), .end(0), .start(1), .end(1), .start(2), .end(2),
    ]
    #expect(cursor.turnsToEnd() == turns)
  }

  @Test(
    "get waiting pieces back in order, from memory and from a file that nobody sees",
    arguments: [0, 10, 1000])
  func spool(limit: Int) throws {
    try withTemporaryDirectory { root in
      let output = try StagedOutput(.file, at: root + "/out", existing: .keep)
      var spool = PieceSpool(output, limit: limit)
      for round in 1...2 {
        let pieces = (0..<20).map { [UInt8](repeating: UInt8($0), count: $0 * round) }
        for piece in pieces { try spool.append(StoredPiece(storing: piece)) }
        let staging = try #require(try Path.contents(of: root).first)
        #expect(try Path.contents(of: root + "/" + staging) == [])
        for piece in pieces {
          let found = try #require(try spool.next())
          #expect(found.bytes == piece)
          #expect(found.checksum == CRC32(of: piece.span))
        }
        #expect(try spool.next() == nil)
      }
      try output.makeFile().append(Array("x".utf8))
      try output.publish()
      #expect(try Path.contents(of: root) == ["out"])
    }
  }

  @Test(
    "keep labels that take more memory than waits there", arguments: ["npz", "cache", "pickle"])
  func manyLabels(_ name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    let columns = (0..<20).map { "c\($0)" }
    let source = TestSource(
      .uint8, [1], counts: [8000, 10], labelType: .int64, columns: columns)
    #expect(8000 * columns.count * 8 > PieceSpool.memoryLimit)
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(format, at: root + "/out")
      try source.run([output])
      #expect(try Verification(of: output.path).differences == [])
    }
  }
}
