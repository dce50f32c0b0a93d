import Testing

@testable import Kiln

@Suite("Source files") struct SourceFileTests {
  @Test("know that somebody has written to them, also behind their digest")
  func changed() throws {
    try withTemporaryDirectory { root in
      let path = root + "/file"
      try write([1, 2, 3], to: path)
      let file = try SourceFile(path: path)
      let digest = try file.sha256()
      try file.checkUnchanged()
      try write([1, 2, 3, 4], to: path)
      #expect(try file.sha256() == digest)
      #expect(throws: FileError.self) { try file.checkUnchanged() }
      #expect(throws: FileError.self) { _ = try file.open() }
      try Path.removeTree(path)
      #expect(throws: FileError.self) { try file.checkUnchanged() }
    }
  }
}
