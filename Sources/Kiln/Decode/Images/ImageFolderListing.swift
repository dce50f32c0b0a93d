/// The names of all images below a directory.
///
/// Kept as bytes in one place, with 8 bytes more for each: a million files take 30 MB. Directories, and the
/// files of each, are in natural order.
struct ImageFolderListing: Sendable {
  /// A directory with the images that lie in it.
  struct Directory: Sendable {
    /// The path below the root; empty for the root itself.
    let path: String
    /// Positions of its images.
    let files: Range<Int>
    /// Whether there are directories in it.
    let hasDirectories: Bool
  }

  /// A wrapper around splits around labels, and one more for what is unusual.
  static let maximumDepth = 5
  /// Offsets of names have 32 bits; this many bytes are names of a hundred million files.
  private static let maximumNameByteCount = Int(UInt32.max)

  /// All directories, those above before those below.
  private(set) var directories: [Directory] = []
  /// All names, each with a zero byte at its end.
  private var names: [UInt8] = []
  /// Where the name of each file starts.
  private var starts: [UInt32] = []
  /// The directory of each file.
  private var places: [UInt32] = []
  /// The position of each file among the entries of its archive; empty for files on disk.
  private(set) var entries: [UInt32] = []

  /// Lists a directory and those below it, each of them once.
  /// - Throws: ``StageError`` that names what cannot be listed or is no image that Kiln reads.
  init(of root: DirectoryHandle, shownAs shown: String) throws {
    try at(.decode, shown) { try list(root, path: "", depth: 0) }
  }

  /// Sorts the entries of an archive into directories.
  /// - Parameters:
  ///   - archive: the entries.
  ///   - depth: how many directories around everything are left away.
  /// - Throws: ``ArchiveError`` where two entries have one path, ``StageError`` as above.
  init(of archive: [ArchiveEntry], below depth: Int) throws {
    var files: [String: [UInt32]] = ["": []]
    for (position, entry) in archive.enumerated() where !Self.isHidden(path: entry.path) {
      let path = Self.path(entry.path, below: depth)
      let directory = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
      var above = String(directory)
      files[above, default: []].append(UInt32(position))
      while let slash = above.lastIndex(of: "/") {
        above = String(above[..<slash])
        if files[above] != nil { break }
        files[above] = []
      }
    }
    let order = files.keys.map { (path: $0, components: $0.split(separator: "/")) }.sorted {
      let length = min($0.components.count, $1.components.count)
      for (one, two) in zip($0.components, $1.components) where one != two {
        return NaturalOrder.precedes(String(one), String(two))
      }
      return length == $0.components.count && length < $1.components.count
    }
    for (position, directory) in order.enumerated() {
      guard directory.components.count <= Self.maximumDepth else {
        throw Self.tooDeep(directory.path)
      }
      let next = position + 1 < order.count ? order[position + 1].components.count : 0
      try append(
        files[directory.path] ?? [], of: archive, in: directory.path,
        hasDirectories: next > directory.components.count)
    }
  }

  private static func path(_ path: String, below depth: Int) -> Substring {
    var rest = path[...]
    for _ in 0..<depth {
      guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { break }
      rest = rest[rest.utf8.index(after: slash)...]
    }
    return rest
  }

  private static func isHidden(path: String) -> Bool {
    path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
  }

  private mutating func append(
    _ members: [UInt32], of archive: [ArchiveEntry], in path: String, hasDirectories: Bool
  ) throws {
    var found: [UInt32] = []
    var entry: [UInt32: UInt32] = [:]
    for member in members {
      let name = Array(Path.lastComponent(archive[Int(member)].path).utf8)
      guard try take(name.span, in: path, &found), let start = found.last else { continue }
      entry[start] = member
    }
    addDirectory(path, &found, hasDirectories: hasDirectories)
    for (one, two) in zip(found, found.dropFirst()) where isEqual(one, two) {
      throw ArchiveError.duplicate(archive[Int(entry[one] ?? 0)].path)
    }
    entries += found.map { entry[$0] ?? 0 }
  }

  /// How many images there are.
  var count: Int { starts.count }

  /// The directory that a file lies in.
  func directory(of file: Int) -> Int { Int(places[file]) }

  /// A file's name with a zero byte at its end.
  func withName<Result>(of file: Int, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    let start = Int(starts[file])
    var end = start
    while names[end] != 0 { end += 1 }
    return try body(names.span.extracting(start..<end + 1))
  }

  /// Appends a file's path below the root.
  func appendPath(of file: Int, to path: inout [UInt8]) {
    let directory = directories[directory(of: file)].path
    if !directory.isEmpty {
      path += directory.utf8
      path.append(UInt8(ascii: "/"))
    }
    var position = Int(starts[file])
    while names[position] != 0 {
      path.append(names[position])
      position += 1
    }
  }

  /// A file's path below the root, for messages.
  func path(of file: Int) -> String {
    var path: [UInt8] = []
    appendPath(of: file, to: &path)
    return String(decoding: path, as: UTF8.self)
  }

  // MARK: Listing

  private mutating func list(_ directory: DirectoryHandle, path: String, depth: Int) throws {
    var below: [String] = []
    var found: [UInt32] = []
    try directory.forEachEntry { name, kind in
      guard !Self.isHidden(name) else { return true }
      switch kind {
      case .directory: below.append(name.text)
      case .other: break
      case .file:
        _ = try take(name, in: path, &found)
      }
      return true
    }
    addDirectory(path, &found, hasDirectories: !below.isEmpty)
    for name in below.sorted(by: NaturalOrder.precedes) {
      let path = path.isEmpty ? name : path + "/" + name
      guard depth < Self.maximumDepth else { throw Self.tooDeep(path) }
      try list(try directory.openDirectory(name), path: path, depth: depth + 1)
    }
  }

  private static func tooDeep(_ path: String) -> UnsupportedError {
    UnsupportedError(
      "directory \(path) lies more than \(maximumDepth) levels deep"
        + " (name the directory that holds the splits or classes)")
  }

  /// Keeps the name of a file that is an image; false where it is none.
  private mutating func take(
    _ name: Span<UInt8>, in directory: String, _ found: inout [UInt32]
  ) throws -> Bool {
    switch ImageFileName.kind(of: name) {
    case .other: return false
    case .foreignImage:
      throw StageError(
        .decode, file: Path.join(directory.isEmpty ? "." : directory, name.text),
        UnsupportedError("is an image that Kiln cannot read (make it a PNG or JPEG file)"))
    case .image:
      guard names.count + name.count < Self.maximumNameByteCount else {
        throw UnsupportedError("holds too many files for one data set")
      }
      found.append(UInt32(names.count))
      for index in name.indices { names.append(name[index]) }
      names.append(0)
      return true
    }
  }

  /// Adds a directory with its files, which are brought into order.
  private mutating func addDirectory(
    _ path: String, _ found: inout [UInt32], hasDirectories: Bool
  ) {
    sort(&found)
    let first = starts.count
    starts += found
    places += Array(repeating: UInt32(directories.count), count: found.count)
    directories.append(
      Directory(path: path, files: first..<starts.count, hasDirectories: hasDirectories))
  }

  /// Hidden names, and what archivers of macOS leave behind.
  static func isHidden(_ name: Span<UInt8>) -> Bool {
    name[0] == UInt8(ascii: ".") || name.count == 8 && name.text == "__MACOSX"
  }

  /// Brings names into natural order.
  ///
  /// Names of one directory mostly differ in a number behind the same beginning, and numbers are compared
  /// by one instruction where names take a loop.
  private func sort(_ found: inout [UInt32]) {
    let prefix = commonPrefix(of: found)
    var keys: [(number: UInt64, start: UInt32)] = []
    keys.reserveCapacity(found.count)
    for start in found {
      guard let number = number(at: Int(start) + prefix) else {
        found.sort(by: precedes)
        return
      }
      keys.append((number, start))
    }
    keys.sort { $0.number == $1.number ? precedes($0.start, $1.start) : $0.number < $1.number }
    found = keys.map(\.start)
  }

  private func precedes(_ first: UInt32, _ second: UInt32) -> Bool {
    NaturalOrder.precedes(
      names.span.extracting(Int(first)..<end(of: first)),
      names.span.extracting(Int(second)..<end(of: second)))
  }

  private func isEqual(_ first: UInt32, _ second: UInt32) -> Bool {
    var offset = 0
    while names[Int(first) + offset] == names[Int(second) + offset] {
      if names[Int(first) + offset] == 0 { return true }
      offset += 1
    }
    return false
  }

  private func end(of start: UInt32) -> Int {
    var end = Int(start)
    while names[end] != 0 { end += 1 }
    return end
  }

  /// Bytes that all names begin with, without the start of a number.
  private func commonPrefix(of found: [UInt32]) -> Int {
    guard let first = found.first.map(Int.init) else { return 0 }
    var count = end(of: UInt32(first)) - first
    for start in found {
      var same = 0
      while same < count, names[Int(start) + same] == names[first + same] { same += 1 }
      count = same
    }
    while count > 0, NaturalOrder.isDigit(names[first + count - 1]) { count -= 1 }
    return count
  }

  /// The number that begins at a place, where there is one of at most 18 digits.
  private func number(at place: Int) -> UInt64? {
    var position = place
    var number: UInt64 = 0
    while NaturalOrder.isDigit(names[position]) {
      number = number &* 10 &+ UInt64(names[position] - 0x30)
      position += 1
    }
    return (1...18).contains(position - place) ? number : nil
  }
}

extension Span<UInt8> {
  /// The bytes as text.
  var text: String {
    var bytes: [UInt8] = []
    for index in indices { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
