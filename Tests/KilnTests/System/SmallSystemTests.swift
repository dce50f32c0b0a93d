import Foundation
import Testing

@testable import Kiln

@Suite("SHA-256") struct DigestTests {
  @Test(
    "gives the digests of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func vectors(text: String, digest: String) {
    var whole = SHA256()
    whole.update(text)
    #expect(hexadecimal(whole.finish()) == digest)
    var parts = SHA256()
    for part in stride(from: 0, to: text.utf8.count, by: 997) {
      parts.update(Array(text.utf8.dropFirst(part).prefix(997)).span)
    }
    #expect(hexadecimal(parts.finish()) == digest)
  }

  @Test(
    "is made of two texts side by side", arguments: [0, 1, 127, 128, 129, 1000], [0, 128, 500])
  func pairs(count: Int, other: Int) {
    var generator = SeededGenerator(seed: 9)
    let (bytes, others) = (generator.bytes(count), generator.bytes(other))
    var hash = SHA256()
    hash.update("a")
    hash.update(bytes.span)
    let alone = hash.finish()
    hash.update(others.span)
    let otherAlone = hash.finish()
    var first = SHA256()
    var second = SHA256()
    first.update("a")
    SHA256.update(&first, with: bytes.span, &second, with: others.span)
    #expect(first.finish() == alone)
    #expect(second.finish() == otherAlone)
  }

  @Test("starts afresh after it was finished")
  func again() {
    var hash = SHA256()
    hash.update("something else")
    _ = hash.finish()
    hash.update("abc")
    #expect(hexadecimal(hash.finish()).hasPrefix("ba7816bf"))
  }
}

@Suite("Elements") struct ElementTests {
  @Test("become whole numbers and back in every type", arguments: ElementType.allCases)
  func roundTrip(type: ElementType) throws {
    let values: [Int64] =
      switch type {
      case .bool: [0, 1]
      case .uint8: [0, 1, 127, 128, 255]
      case .int8: [-128, -1, 0, 127]
      case .uint16: [0, 32768, 65535]
      case .int16: [-32768, -1, 32767]
      case .uint32: [0, 1 << 31, 1 << 32 - 1]
      case .int32: [-1 << 31, 1 << 31 - 1]
      case .uint64: [0, .max]
      case .int64: [.min, -1, .max]
      case .float16: [-2048, 0, 2048]
      case .float32: [-1 << 24, 0, 1 << 24]
      case .float64: [-1 << 53, 0, 1 << 53]
      }
    let bytes = type.bytes(of: values)
    #expect(bytes.count == values.count * type.byteCount)
    #expect(try type.integers(in: bytes) == values)
  }

  @Test("that are no whole numbers are named", arguments: [0.5, .nan, .infinity, -1e300])
  func fractions(value: Double) {
    let bytes = makeElements(count: 3, of: Double.self) { $0 == 2 ? value : 7 }
    #expect(throws: NumberError(position: 2, value: "\(value)")) {
      try ElementType.float64.integers(in: bytes)
    }
  }

  @Test("change their byte order and back", arguments: [1, 2, 4, 8])
  func swapped(width: Int) {
    let bytes = (0..<16).map { UInt8($0) }
    let swapped = swappedElements(bytes, width: width)
    let expected = stride(from: 0, to: 16, by: width).flatMap { bytes[$0..<$0 + width].reversed() }
    #expect(swapped == expected)
    #expect(swappedElements(swapped, width: width) == bytes)
  }

  @Test("of empty arrays are none", arguments: ElementType.allCases)
  func empty(type: ElementType) throws {
    #expect(type.bytes(of: []).isEmpty)
    #expect(try type.integers(in: []).isEmpty)
  }
}

@Suite("Path") struct PathTests {
  @Test(
    "has a last component and a directory",
    arguments: [
      ("a", "a", "."), ("a/b", "b", "a"), ("a/b///", "b", "a"), ("/a", "a", "/"),
      ("/a/b", "b", "/a"),
      ("./a", "a", "."),
    ])
  func parts(path: String, name: String, directory: String) {
    #expect(Path.lastComponent(path) == name)
    #expect(Path.directory(of: path) == directory)
  }

  @Test("joins", arguments: [(".", "a", "a"), ("/", "a", "/a"), ("b", "a", "b/a")])
  func join(directory: String, name: String, joined: String) {
    #expect(Path.join(directory, name) == joined)
  }

  @Test("tells files, directories, links and nothing apart")
  func kinds() throws {
    try withTemporaryDirectory { root in
      try write([], to: root + "/file")
      for (link, target) in [("toFile", "file"), ("toDirectory", "."), ("toNothing", "missing")] {
        try FileManager.default.createSymbolicLink(
          atPath: root + "/" + link, withDestinationPath: target)
      }
      #expect(Path.kind(of: root) == .directory)
      #expect(Path.kind(of: root + "/file") == .file)
      #expect(Path.kind(of: root + "/toFile") == .file)
      #expect(Path.kind(of: root + "/toDirectory") == .directory)
      #expect(Path.kind(of: root + "/toNothing") == .file)
      #expect(Path.kind(of: root + "/missing") == nil)
    }
  }

  @Test("makes missing directories and says which")
  func makeDirectories() throws {
    try withTemporaryDirectory { root in
      #expect(
        try Path.makeDirectories(root + "/a/b/c") == ["/a", "/a/b", "/a/b/c"].map { root + $0 })
      #expect(try Path.makeDirectories(root + "/a/b/c").isEmpty)
      try write([], to: root + "/a/file")
      #expect(throws: FileError.self) { try Path.makeDirectories(root + "/a/file/x") }
    }
  }
}

@Suite("Directory handle") struct DirectoryHandleTests {
  private func create(
    _ name: String, _ content: [UInt8], in handle: DirectoryHandle
  ) throws -> DirectoryHandle.Creation {
    let name = Array(name.utf8) + [0]
    return try handle.createFile(name.span, content.span)
  }

  @Test("creates files with their whole content, empty ones too", arguments: [0, 1, 3_000_000])
  func create(size: Int) throws {
    try withTemporaryDirectory { root in
      let handle = try DirectoryHandle(opening: root, shownAs: "shown")
      let content = [UInt8](repeating: 7, count: size)
      #expect(try create("file", content, in: handle) == .created)
      #expect(try contents(of: root + "/file") == content)
    }
  }

  @Test("never overwrites, and says when a directory is missing")
  func outcomes() throws {
    try withTemporaryDirectory { root in
      let handle = try DirectoryHandle(opening: root, shownAs: "shown")
      let (old, new): ([UInt8], [UInt8]) = ([1], [2])
      #expect(try create("file", old, in: handle) == .created)
      #expect(try create("file", new, in: handle) == .exists)
      #expect(try contents(of: root + "/file") == old)
      #expect(try create("a/b/file", new, in: handle) == .directoryMissing)
      try handle.makeDirectories("a/b")
      try handle.makeDirectories("a/b")
      #expect(try create("file", new, in: handle.openDirectory("a/b")) == .created)
      #expect(try contents(of: root + "/a/b/file") == new)
    }
  }

  @Test("names the file as the user knows it when it cannot be created")
  func failure() throws {
    try withTemporaryDirectory { root in
      let handle = try DirectoryHandle(opening: root, shownAs: "shown")
      let long = String(repeating: "x", count: 300)
      let error = #expect(throws: FileError.self) {
        try create(long, [], in: handle)
      }
      #expect(error?.description == "cannot create shown/\(long): File name too long")
    }
  }
}
