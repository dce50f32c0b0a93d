import Foundation
import Testing

@testable import Kiln

@Suite("Hidden directories of outputs") struct StagingDirectoryTests {
  private let hello = Array("hello".utf8)

  @Test("removes what a dead run left and nothing else")
  func abandoned() throws {
    try withTemporaryDirectory { root in
      // Above every pid_max; and that of a process which lives, but has not locked it.
      let dead = [root + "/.out.partial-2147483646-1", root + "/.out.partial-\(getppid())-1"]
      let other = root + "/.another.partial-2147483646-1"
      let odd = root + "/.out.partial-notes"
      for path in dead + [other, odd] {
        try makeDirectory(path + "/sub")
        try write(hello, to: path + "/sub/file")
      }
      let output = try StagedOutput(.directory, at: root + "/out", existing: .keep)
      for path in dead { #expect(Path.kind(of: path) == nil) }
      for path in [other, odd] { #expect(try contents(of: path + "/sub/file") == hello) }
      output.discard()
    }
  }

  @Test("starts beside what its own number has left, locked or not")
  func sameNumber() throws {
    try withTemporaryDirectory { root in
      let first = try StagedOutput(.directory, at: root + "/out", existing: .keep)
      let staging = try #require(try Path.contents(of: root).first)
      let number = try #require(staging.split(separator: "-").last.flatMap { Int($0) })
      // In a container, the numbers that follow may have been given to an earlier process.
      let old = (1...3).map { root + "/.out.partial-\(getpid())-\(number + $0)" }
      for path in old { try makeDirectory(path + "/sub") }
      let second = try StagedOutput(.directory, at: root + "/out", existing: .keep)
      for path in old { #expect(Path.kind(of: path + "/sub") == nil) }
      #expect(Path.kind(of: root + "/" + staging) == .directory)
      second.discard()
      first.discard()
      #expect(try names(in: root) == [])
    }
  }

  @Test("leaves a locked directory alone even where its number belongs to no process here")
  func lockedElsewhere() throws {
    try withTemporaryDirectory { root in
      let path = root + "/.out.partial-2147483646-1"
      // A living writer's directory, still locked, under the number that its machine would give it.
      let living = try StagedOutput(.directory, at: root + "/out", existing: .keep)
      let staging = try #require(try Path.contents(of: root).first)
      try FileManager.default.moveItem(atPath: root + "/" + staging, toPath: path)
      let second = try StagedOutput(.directory, at: root + "/out", existing: .keep)
      #expect(Path.kind(of: path) == .directory)
      second.discard()
      living.discard()
    }
  }

  @Test(
    "does not follow links when it removes",
    arguments: ["/.out.partial-2147483646-1/link"])
  func links(link: String) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/precious")
      try write(hello, to: root + "/precious/file")
      try makeDirectory(Path.directory(of: root + link))
      try FileManager.default.createSymbolicLink(
        atPath: root + link, withDestinationPath: root + "/precious")
      _ = try StagedOutput(.directory, at: root + "/out", existing: .keep)
      #expect(try names(in: root) == ["precious/", "precious/file"])
    }
  }
}
