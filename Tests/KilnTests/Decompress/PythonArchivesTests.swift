import Testing

@testable import Kiln

@Suite(
  "Archives that Python makes", .timeLimit(.minutes(20)),
  .enabled(if: Python.has("lzma", "bz2"), "needs python3 (KILN_PYTHON names another python)"))
struct PythonArchivesTests {
  @Test("lists and reads every kind alike")
  func all() throws {
    let long = [String](repeating: "directory", count: 20).joined(separator: "/") + "/long.txt"
    let expected: [String: [UInt8]] = [
      "a.txt": (0..<2000).flatMap { _ in Array("a text, ".utf8) },
      "data/zeros": [UInt8](repeating: 0, count: 100_000),
      "data/ünïcode": Array(0...255), long: [],
    ]
    try withTemporaryDirectory { directory in
      let (status, output) = try Python.run(
        "import sys, make_archives; make_archives.main(sys.argv[1])", [directory])
      try #require(status == 0, "\(output)")
      let files = try Path.contents(of: directory).sorted()
      #expect(files.count == 10)
      for name in files {
        let archive = try #require(try Archive(SourceFile(path: directory + "/" + name)), "\(name)")
        #expect(try unpacked(archive) == expected, "\(name)")
        let tree = FileTree(archive)
        #expect(try tree.entries().map(\.name) == ["a.txt", "data", "directory"])
        #expect(try tree.entries(of: "data").map(\.name) == ["zeros", "ünïcode"])
        #expect(throws: FileError.self) { try tree.entries(of: "nowhere") }
      }
    }
  }
}
