import Foundation
import Testing

/// What the directories of `Sources/Kiln` know of each other, as far as names of types tell.
@Suite("The rooms of the library") struct RoomsTests {
  /// The rooms that each may use besides itself.
  private static let arrows: [String: Set<String>] = {
    let ground: Set = ["Model", "System"]
    let stage = ground.union(["Decompress", "Catalogue"])
    let stages: Set = ["Fetch", "Decode", "Convert", "Write"]
    return [
      "Model": [], "System": ["Model"], "Decompress": ground, "Catalogue": ground,
      "Fetch": stage, "Decode": stage, "Convert": stage, "Write": stage,
      "Run": stage.union(stages),
    ]
  }()

  private struct File {
    let room: String
    let name: String
    /// Without comments and literals.
    let code: String
  }

  private static func files() throws -> [File] {
    let root = Repository.root.appending(path: "Sources/Kiln")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return try paths.filter { $0.hasSuffix(".swift") && !$0.contains(".docc/") }.map { path in
      let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
      let parts = path.split(separator: "/")
      return File(
        room: String(parts[0]), name: path,
        code: text.replacing(#/"(\\.|[^"\\\n])*"|//[^\n]*/#, with: ""))
    }
  }

  @Test("use those below them and no others")
  func arrows() throws {
    let files = try Self.files()
    #expect(Set(files.map(\.room)) == Set(Self.arrows.keys))
    var homes: [String: Set<String>] = [:]
    for file in files {
      let declaration = #/^(?:package |public |final )*(?:struct|class|enum|protocol) (\w+)/#
      for match in file.code.matches(of: declaration.anchorsMatchLineEndings()) {
        homes[String(match.1), default: []].insert(file.room)
      }
    }
    #expect(homes["Batch"] == ["Model"] && homes["Runner"] == ["Run"])
    for file in files {
      let allowed = (Self.arrows[file.room] ?? []).union([file.room])
      for word in Set(file.code.matches(of: #/\b[A-Z]\w+/#).map { String($0.output) }) {
        guard let home = homes[word], home.isDisjoint(with: allowed) else { continue }
        Issue.record("\(file.name) uses \(word) of \(home.sorted().joined(separator: ", "))")
      }
    }
  }
}
