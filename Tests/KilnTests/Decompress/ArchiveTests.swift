import Testing

@testable import Kiln

/// An archive in a file, opened.
func withArchive<R>(_ bytes: [UInt8], _ body: (Archive) throws -> R) throws -> R {
  try withTemporaryDirectory { directory in
    let path = directory + "/archive"
    try write(bytes, to: path)
    let archive = try #require(try Archive(SourceFile(path: path)))
    return try body(archive)
  }
}

/// Every file of an archive with its content.
func unpacked(_ archive: Archive, pieces: Int = 1000) throws -> [String: [UInt8]] {
  var found: [String: [UInt8]] = [:]
  for entry in try archive.entries() {
    let content = try archive.open(entry).readToEnd(pieces: pieces)
    #expect(content.count == entry.byteCount)
    found[entry.path] = content
  }
  return found
}

/// Every file of an archive in a file with its content.
func unpackedFile(_ bytes: [UInt8], pieces: Int = 1000) throws -> [String: [UInt8]] {
  try withArchive(bytes) { try unpacked($0, pieces: pieces) }
}

/// The sentence of what is wrong with an archive, or nil where everything in it can be read.
func archiveFault(_ bytes: [UInt8]) throws -> String? {
  try withTemporaryDirectory { directory in
    let path = directory + "/archive"
    try write(bytes, to: path)
    guard let archive = try Archive(SourceFile(path: path)) else { return "no archive" }
    do {
      _ = try unpacked(archive)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

@Suite("Archives", .timeLimit(.minutes(20))) struct ArchiveTests {
  static let text = CompressedSamples.text
  static var noise: [UInt8] {
    var generator = SeededGenerator(seed: 3)
    return generator.bytes(5000)
  }
  static let contents: [String: [UInt8]] = ["a.txt": text, "b/c/noise": noise, "empty": []]

  static var zip: ZIPSample {
    ZIPSample([.init("b/"), .init("a.txt", text), .init("b/c/noise", noise), .init("empty")])
  }
  static var tar: TarSample {
    TarSample([
      .init("b/", type: "5"), .init("a.txt", text), .init("./b//c/noise", noise), .init("empty"),
    ])
  }

  @Test("lists and reads tar files, packed in any way", arguments: [nil] + Compression.allCases)
  func tar(compression: Compression?) throws {
    var file = Self.tar.bytes
    switch compression {
    case nil: break
    case .gzip: file = gzip(file)
    case .zstd:
      let compressor = try ZstdCompressor(level: 3)
      file = try makeBytes(capacity: ZstdCompressor.maxFrameByteCount(of: file.count)) {
        try compressor.compress(Self.tar.bytes.span, into: &$0)
      }
    // Their tools would be needed.
    case .xz, .bzip2, .lz4: return
    }
    try withArchive(file) { archive in
      let entries = try archive.entries()
      #expect(entries.map(\.path) == ["a.txt", "b/c/noise", "empty"])
      for pieces in [1, 511, 512, 513, 100_000] {
        #expect(try unpacked(archive, pieces: pieces) == Self.contents)
      }
    }
  }

  @Test("reads members in any order, many at once")
  func order() throws {
    for file in [Self.tar.bytes, gzip(Self.tar.bytes), Self.zip.bytes] {
      try withArchive(file) { archive in
        let entries = try archive.entries().reversed()
        let streams = try entries.map { try archive.open($0) }
        for (entry, stream) in Swift.zip(entries, streams) {
          let first = try stream.read(10)
          let again = try archive.open(entry).readToEnd(pieces: 700)
          #expect(again == Self.contents[entry.path])
          #expect(first + (try stream.readToEnd(pieces: 30)) == again)
          #expect(try stream.read(10).isEmpty)
        }
      }
    }
  }

  @Test("reads long and foreign names of tar files")
  func tarNames() throws {
    let long = String(repeating: "directory/", count: 30) + "file"
    let sample = TarSample(
      TarSample.pax(long, Self.text) + TarSample.pax("ünïcode/学", [1, 2])
        + [.init("././@LongLink", Array(("gnu/" + long).utf8) + [0], type: "L")]
        + [.init("short", [3]), .init("latin-\u{E9}", [4])])
    let expected: [String: [UInt8]] = [
      long: Self.text, "ünïcode/学": [1, 2], "gnu/" + long: [3], "latin-\u{E9}": [4],
    ]
    #expect(try unpackedFile(sample.bytes) == expected)
  }

  @Test("passes over links, devices and directories, wherever they point")
  func links() throws {
    let tar = TarSample([
      .init("sym", type: "2", target: "/etc/passwd"),
      .init("hard", type: "1", target: "../../etc/passwd"), .init("device", type: "3"),
      .init("pipe", type: "6"), .init("dir", type: "5"), .init("a", [1]),
    ])
    let zip = ZIPSample([
      .init("sym", Array("/etc/passwd".utf8)) {
        $0.madeBy = 3 << 8
        $0.attributes = 0o120777 << 16
      },
      .init("dir/"), .init("a", [1]) { $0.attributes = 0o100644 << 16 },
    ])
    for file in [tar.bytes, zip.bytes] {
      #expect(try unpackedFile(file) == ["a": [1]])
    }
  }

  @Test(
    "refuses names that lead anywhere but into the archive, and says which",
    arguments: [
      ("../evil", "leads out of the archive"), ("a/../../evil", "leads out of the archive"),
      ("a/..", "leads out of the archive"), ("/etc/passwd", "is absolute"),
      ("..\\evil", "has a backslash"), ("a\\b", "has a backslash"),
      ("C:/windows", "begins with a drive letter"), ("c:evil", "begins with a drive letter"),
      ("a\nb", "has a control character"), ("\u{1B}[2J", "has a control character"),
      (String(repeating: "long name", count: 200), "is too long"),
      (String(repeating: "d/", count: 40) + "deep", "leads through too many directories"),
    ])
  func names(name: String, fault: String) throws {
    let files = [
      ZIPSample([.init("good", [1]), .init(name, [2])]).bytes,
      TarSample([.init("good", [1])] + TarSample.pax(name, [2])).bytes,
    ]
    for file in files {
      let sentence = try #require(try archiveFault(file))
      #expect(sentence.hasPrefix("archive is refused: the name of its entry '"))
      #expect(sentence.contains(name.prefix(100).description.printable))
      #expect(sentence.hasSuffix(fault))
      #expect(sentence.utf8.count < 400 && sentence == sentence.printable)
    }
  }

  @Test("reads names that look odd, but lead nowhere else")
  func oddNames() throws {
    for name in ["...", "a/..b/c", "a../b", "a/.../b", "..a", " a ", "ab:c", "-", "~", "$HOME"] {
      #expect(try unpackedFile(ZIPSample([.init(name, [1])]).bytes) == [name: [1]])
    }
    let needless = ["./a/b", "a//b", "a/./b", ".//a/b", "a/b/.", "././a/b"]
    for name in needless {
      #expect(try unpackedFile(ZIPSample([.init(name, [1])]).bytes) == ["a/b": [1]])
    }
  }

  @Test("refuses names with a zero in them, and empty ones")
  func zeroName() throws {
    let sentence = try archiveFault(ZIPSample([.init("a\u{0}b", [1])]).bytes)
    #expect(sentence?.hasSuffix("has a control character") == true)
    #expect(try archiveFault(ZIPSample([.init("", [1])]).bytes)?.hasSuffix("is empty") == true)
    #expect(try archiveFault(ZIPSample([.init(".", [1])]).bytes)?.hasSuffix("is empty") == true)
  }

  @Test("says that two entries have one path where that one is asked for")
  func duplicates() throws {
    let files = [
      ZIPSample([.init("x", [1]), .init("./x", [2]), .init("y", [3])]).bytes,
      TarSample([.init("x", [1]), .init("x", [2]), .init("y", [3])]).bytes,
    ]
    for file in files {
      try withArchive(file) { archive in
        let tree = FileTree(archive)
        let members = try tree.files()
        #expect(members.map(\.fileName) == ["x", "y"])
        #expect(throws: ArchiveError.duplicate("x")) { try members[0].resource() }
        #expect(try members[1].resource().open().read(9) == [3])
      }
    }
  }

  @Test("tells archives from other files")
  func detection() throws {
    #expect(try Self.isArchive(Self.zip.bytes))
    #expect(try Self.isArchive(ZIPSample([]).bytes))
    #expect(try Self.isArchive(Self.tar.bytes))
    #expect(try Self.isArchive(gzip(gzip(Self.tar.bytes))))
    #expect(try !Self.isArchive(gzip(gzip(gzip(Self.tar.bytes)))))
    #expect(try !Self.isArchive([]))
    #expect(try !Self.isArchive(Self.noise))
    #expect(try !Self.isArchive([UInt8](repeating: 0, count: 4096)))
    #expect(try !Self.isArchive(gzip(Self.text)))
    #expect(try !Self.isArchive(IDXSample.counting([200, 28, 28]).bytes))
    #expect(try !Self.isArchive(Array(gzip(Self.tar.bytes).prefix(30))))
  }

  private static func isArchive(_ bytes: [UInt8]) throws -> Bool {
    try withTemporaryDirectory { directory in
      try write(bytes, to: directory + "/file")
      return try Archive(SourceFile(path: directory + "/file")) != nil
    }
  }

  @Test("notices a tar file that is cut short anywhere, packed or not")
  func truncatedTar() throws {
    let whole = TarSample([.init("a", Self.text), .init("b", Array(Self.noise.prefix(700)))])
    // The second block of zeros is padding.
    let tar = whole.bytes.count - 512
    for length in Array(stride(from: 0, to: tar, by: 37)) + [512, 1024, 1536, tar - 512, tar - 1] {
      #expect(try archiveFault(Array(whole.bytes.prefix(length))) != nil, "\(length) bytes")
    }
    let packed = gzip(whole.bytes)
    for length in stride(from: 0, to: packed.count, by: 11) {
      #expect(try archiveFault(Array(packed.prefix(length))) != nil, "\(length) packed bytes")
    }
  }

  @Test("notices changed bytes in a packed tar file")
  func damagedPacking() throws {
    let whole = TarSample([.init("a", Self.text), .init("b", Array(Self.noise.prefix(700)))])
    let packed = gzip(whole.bytes)
    // Before that come the header's time, flags and system, which nothing protects.
    for place in 10..<packed.count {
      var damaged = packed
      damaged[place] ^= 0x10
      // Among zeros a changed distance can mean the same.
      let inflated = try? Compression.gzip.unpack(MemoryStream(damaged)).readToEnd(pieces: 1000)
      if inflated == whole.bytes { continue }
      #expect(try archiveFault(damaged) != nil, "byte \(place)")
    }
  }

  @Test("refuses tar files with damaged headers, and never crashes", arguments: 0..<512)
  func damagedTar(place: Int) throws {
    // A space behind the checksum, which nobody reads.
    if place == 155 { return }
    let whole = TarSample([.init("a", Self.text), .init("b", Self.text)]).bytes
    for start in [0, 1024] {
      var file = whole
      file[start + place] ^= 0x11
      #expect(try archiveFault(file) != nil, "header at \(start)")
    }
  }

  @Test("refuses entries of tar files whose length cannot be true")
  func tarLengths() throws {
    for length in [4096, 1 << 27] {
      let file = TarSample([.init("a", Self.text, promisedByteCount: length)]).bytes
      let sentence = try #require(try archiveFault(file))
      #expect(sentence.contains("cut short") || sentence.contains("damaged"), "\(sentence)")
    }
    let bomb = gzip(TarSample([.init("a", Self.text, promisedByteCount: 8 << 30 - 1)]).bytes)
    #expect(try archiveFault(bomb)?.contains("unpack to 8589934591 or more") == true)
  }
}
