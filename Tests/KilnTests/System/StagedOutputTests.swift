import Foundation
import Testing

@testable import Kiln

@Suite("Staged output") struct StagedOutputTests {
  private let hello = Array("hello".utf8)

  private let old = Array("old".utf8)

  /// Makes what Kiln could have written before.
  private func makeFormer(_ kind: StagedOutput.Kind, at path: String) throws {
    guard kind == .directory else { return try write(old, to: path) }
    try makeDirectory(path + "/sub")
    try write(old, to: path + "/sub/old.txt")
    try write([], to: path + "/" + StagedOutput.manifestName)
  }

  private func fill(_ output: StagedOutput) throws {
    try output.writeFile(output.kind == .directory ? "a.txt" : "out", hello)
  }

  @Test(
    "appears under its name only when it is published",
    arguments: [StagedOutput.Kind.directory, .file])
  func publish(kind: StagedOutput.Kind) throws {
    try withTemporaryDirectory { root in
      let output = try StagedOutput(kind, at: root + "/out", existing: .keep)
      try fill(output)
      #expect(Path.kind(of: root + "/out") == nil)
      try output.publish()
      #expect(try names(in: root) == (kind == .file ? ["out"] : ["out/", "out/a.txt"]))
      output.discard()
      #expect(Path.kind(of: root + "/out") != nil)
    }
  }

  @Test(
    "leaves nothing when it is discarded, not even the parents it made",
    arguments: [StagedOutput.Kind.directory, .file])
  func discard(kind: StagedOutput.Kind) throws {
    try withTemporaryDirectory { root in
      let output = try StagedOutput(kind, at: root + "/a/b/out", existing: .keep)
      try fill(output)
      output.discard()
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test("leaves nothing when it is forgotten")
  func forget() throws {
    try withTemporaryDirectory { root in
      do { try fill(try StagedOutput(.directory, at: root + "/a/out", existing: .keep)) }
      #expect(try names(in: root).isEmpty)
    }
  }

  @Test(
    "refuses an existing destination at once, and leaves it as it is",
    arguments: [StagedOutput.Kind.directory, .file], [StagedOutput.Kind.directory, .file])
  func existing(kind: StagedOutput.Kind, found: StagedOutput.Kind) throws {
    try withTemporaryDirectory { root in
      let path = root + "/out"
      if found == .directory { try makeDirectory(path) } else { try write(hello, to: path) }
      let before = try tree(root)
      let expected: OutputError =
        switch (kind, found) {
        case (.directory, .file): .fileInTheWay(path: path)
        case (.file, .directory): .directoryInTheWay(path: path)
        default: .exists(path: path)
        }
      #expect(throws: expected) { try StagedOutput(kind, at: path + "/", existing: .keep) }
      #expect(try tree(root) == before)
    }
  }

  @Test(
    "replaces a whole output on publishing and not before",
    arguments: [StagedOutput.Kind.directory, .file])
  func replace(kind: StagedOutput.Kind) throws {
    try withTemporaryDirectory { root in
      let path = root + "/out"
      try makeFormer(kind, at: path)
      let output = try StagedOutput(kind, at: path, existing: .replace)
      try fill(output)
      #expect(try contents(of: kind == .directory ? path + "/sub/old.txt" : path) == old)
      try output.publish()
      #expect(try names(in: root) == (kind == .file ? ["out"] : ["out/", "out/a.txt"]))
      #expect(try contents(of: kind == .directory ? path + "/a.txt" : path) == hello)
    }
  }

  @Test(
    "replaces a directory that may not be written into",
    .enabled(if: geteuid() != 0, "root may write everywhere"))
  func replaceProtected() throws {
    try withTemporaryDirectory { root in
      let path = root + "/out"
      try makeFormer(.directory, at: path)
      #expect(unsafe chmod(path, 0o555) == 0)
      let output = try StagedOutput(.directory, at: path, existing: .replace)
      try fill(output)
      try output.publish()
      #expect(try names(in: root) == ["out/", "out/a.txt"])
    }
  }

  @Test("keeps the old output when the new one is discarded")
  func discardReplacement() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/out")
      try write(hello, to: root + "/out/kiln.json")
      let output = try StagedOutput(.directory, at: root + "/out", existing: .replace)
      try fill(output)
      output.discard()
      #expect(try names(in: root) == ["out/", "out/kiln.json"])
    }
  }

  @Test(
    "refuses a directory that no run has made", arguments: [StagedOutput.Existing.keep, .replace])
  func foreignDirectory(existing: StagedOutput.Existing) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/mine")
      try write(hello, to: root + "/mine/thesis.txt")
      #expect(throws: OutputError.notOurs(path: root + "/mine")) {
        try StagedOutput(.directory, at: root + "/mine", existing: existing)
      }
      #expect(try names(in: root) == ["mine/", "mine/thesis.txt"])
    }
  }

  @Test("never replaces a directory that lies under the name of a companion")
  func companionIsDirectory() throws {
    try withTemporaryDirectory { root in
      let output = try StagedOutput(.file, at: root + "/out", existing: .replace)
      try output.writeFile("out", hello)
      try output.writeFile(output.companion(".kiln.json"), hello)
      try makeDirectory(root + "/out.kiln.json")
      try write(hello, to: root + "/out.kiln.json/thesis.txt")
      #expect(throws: OutputError.directoryInTheWay(path: root + "/out.kiln.json")) {
        try output.publish()
      }
      output.discard()
      #expect(try names(in: root) == ["out.kiln.json/", "out.kiln.json/thesis.txt"])
    }
  }

  @Test("brings back what it has replaced where it cannot replace all")
  func halfReplaced() throws {
    try withTemporaryDirectory { root in
      try write(old, to: root + "/out.a")
      let output = try StagedOutput(.file, at: root + "/out", existing: .replace)
      for name in ["out", "out.a", "out.b", "out.c"] { try output.writeFile(name, hello) }
      try makeDirectory(root + "/out.c")
      #expect(throws: OutputError.directoryInTheWay(path: root + "/out.c")) {
        try output.publish()
      }
      output.discard()
      #expect(try names(in: root) == ["out.a", "out.c/"])
      #expect(try contents(of: root + "/out.a") == old)
    }
  }

  @Test(
    "brings back what it has replaced when it is withdrawn, whatever another run does meanwhile",
    arguments: [StagedOutput.Kind.directory, .file], [false, true])
  func withdrawReplacement(kind: StagedOutput.Kind, isBesideAnother: Bool) throws {
    try withTemporaryDirectory { root in
      let path = root + "/out"
      try makeFormer(kind, at: path)
      let before = try tree(root)
      let output = try StagedOutput(kind, at: path, existing: .replace)
      try fill(output)
      if kind == .directory { try output.writeFile(StagedOutput.manifestName, []) }
      try output.place()
      #expect(try contents(of: kind == .directory ? path + "/a.txt" : path) == hello)
      if isBesideAnother {
        // Looks for what killed runs have left, and would remove that.
        try StagedOutput(kind, at: path, existing: .replace).discard()
      }
      output.withdraw()
      output.discard()
      #expect(try tree(root) == before)
    }
  }

  @Test("renames without replacing where the file system has no call for it")
  func twoCalls() throws {
    try withTemporaryDirectory { root in
      try write(hello, to: root + "/a")
      try write([], to: root + "/b")
      try makeDirectory(root + "/c")
      #expect(!Path.renameWithTwoCalls(root + "/a", root + "/b"))
      #expect(!Path.renameWithTwoCalls(root + "/c", root + "/b"))
      #expect(!Path.renameWithTwoCalls(root + "/b", root + "/c"))
      #expect(Path.renameWithTwoCalls(root + "/a", root + "/d"))
      #expect(Path.renameWithTwoCalls(root + "/c", root + "/e"))
      #expect(try names(in: root) == ["b", "d", "e/"])
      #expect(try contents(of: root + "/d") == hello)
    }
  }

  @Test("replaces an empty directory")
  func emptyDirectory() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/out")
      let output = try StagedOutput(.directory, at: root + "/out", existing: .replace)
      try fill(output)
      try output.publish()
      #expect(try names(in: root) == ["out/", "out/a.txt"])
    }
  }

  @Test("replaces what a link leads to, and keeps the link")
  func link() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/disk")
      try makeDirectory(root + "/disk/out")
      try write(hello, to: root + "/disk/out/kiln.json")
      #expect(unsafe symlink("disk/out", root + "/out") == 0)
      #expect(throws: OutputError.exists(path: root + "/out")) {
        try StagedOutput(.directory, at: root + "/out", existing: .keep)
      }
      let output = try StagedOutput(.directory, at: root + "/out", existing: .replace)
      try fill(output)
      try output.publish()
      #expect(Path.isLink(root + "/out"))
      #expect(try names(in: root + "/disk") == ["out/", "out/a.txt"])
    }
  }

  @Test("never replaces a directory by a file, or a file by a directory")
  func kindMismatch() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/dir")
      try write(hello, to: root + "/file")
      #expect(throws: OutputError.directoryInTheWay(path: root + "/dir")) {
        try StagedOutput(.file, at: root + "/dir", existing: .replace)
      }
      #expect(throws: OutputError.fileInTheWay(path: root + "/file")) {
        try StagedOutput(.directory, at: root + "/file", existing: .replace)
      }
    }
  }

  @Test("refuses a path that ends in no name", arguments: ["", "/", ".", "..", "a/.."])
  func noName(path: String) {
    #expect(throws: OutputError.noName(path: path)) {
      try StagedOutput(.directory, at: path, existing: .keep)
    }
  }

  @Test("goes below a directory whose name begins with a mark")
  func marks() throws {
    try withTemporaryDirectory { root in
      let output = try StagedOutput(.directory, at: root + "/\u{301}x/out", existing: .keep)
      try fill(output)
      try output.publish()
      #expect(try contents(of: root + "/\u{301}x/out/a.txt") == hello)
    }
  }

  @Test(
    "refuses a destination that appears during the run",
    arguments: [StagedOutput.Kind.directory, .file], [StagedOutput.Kind.directory, .file])
  func race(kind: StagedOutput.Kind, intruder: StagedOutput.Kind) throws {
    try withTemporaryDirectory { root in
      let path = root + "/out"
      let output = try StagedOutput(kind, at: path, existing: .keep)
      try fill(output)
      if kind == .file { try output.writeFile(output.companion(".kiln.json"), hello) }
      if intruder == .directory { try makeDirectory(path) } else { try write([1], to: path) }
      let error = #expect(throws: (any Error).self) { try output.publish() }
      #expect(error as? OutputError == .exists(path: path))
      output.discard()
      #expect(try names(in: root) == (intruder == .directory ? ["out/"] : ["out"]))
    }
  }

  @Test("publishes a file together with its companions, or neither")
  func companions() throws {
    try withTemporaryDirectory { root in
      let output = try StagedOutput(.file, at: root + "/out", existing: .keep)
      try fill(output)
      try output.writeFile(output.companion(".kiln.json"), hello)
      try output.publish()
      #expect(try names(in: root) == ["out", "out.kiln.json"])
    }
  }

  @Test("lets two outputs share the parents that were made for them")
  func sharedParents() throws {
    try withTemporaryDirectory { root in
      let first = try StagedOutput(.directory, at: root + "/new/a", existing: .keep)
      let second = try StagedOutput(.directory, at: root + "/new/b", existing: .keep)
      try fill(first)
      try fill(second)
      first.discard()
      try second.publish()
      #expect(try names(in: root) == ["new/", "new/b/", "new/b/a.txt"])
    }
  }

  @Test("says what it cannot create and leaves no parents behind")
  func unwritable() throws {
    try withTemporaryDirectory { root in
      try write(hello, to: root + "/file")
      #expect(throws: FileError.self) {
        try StagedOutput(.directory, at: root + "/file/a/out", existing: .keep)
      }
      #expect(throws: FileError.self) {
        try StagedOutput(
          .directory, at: root + "/new/" + String(repeating: "n", count: 256), existing: .keep)
      }
      // The manifest beside a file has a longer name.
      #expect(throws: FileError.self) {
        try StagedOutput(
          .file, at: root + "/new/" + String(repeating: "n", count: 250), existing: .keep)
      }
      #expect(try names(in: root) == ["file"])
    }
  }

  @Test("builds an output whose name is as long as names can be", arguments: ["y", "\u{1F600}"])
  func longName(character: String) throws {
    try withTemporaryDirectory { root in
      let name = String(repeating: character, count: 240 / character.utf8.count)
      let output = try StagedOutput(.directory, at: root + "/" + name, existing: .keep)
      try output.writeFile("a", [1])
      try output.place()
      output.settle()
      #expect(try names(in: root) == [name + "/", name + "/a"])
    }
  }
}
