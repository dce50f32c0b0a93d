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

  /// Lists a directory and those below it, each of them once.
  /// - Throws: ``StageError`` that names what cannot be listed or is no image that Kiln reads.
  init(of root: DirectoryHandle, shownAs shown: String) throws {
    try at(.decode, shown) { try list(root, path: "", depth: 0) }
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
        switch ImageFileName.kind(of: name) {
        case .image:
          guard names.count + name.count < Self.maximumNameByteCount else {
            throw UnsupportedError("holds too many files for one data set")
          }
          found.append(UInt32(names.count))
          for index in name.indices { names.append(name[index]) }
          names.append(0)
        case .foreignImage:
          throw StageError(
            .decode, file: Path.join(path.isEmpty ? "." : path, name.text),
            UnsupportedError("is an image that Kiln cannot read (make it a PNG or JPEG file)"))
        case .other: break
        }
      }
      return true
    }
    sort(&found)
    let first = starts.count
    starts += found
    places += Array(repeating: UInt32(directories.count), count: found.count)
    directories.append(
      Directory(path: path, files: first..<starts.count, hasDirectories: !below.isEmpty))
    for name in below.sorted(by: NaturalOrder.precedes) {
      let path = path.isEmpty ? name : path + "/" + name
      guard depth < Self.maximumDepth else {
        throw UnsupportedError(
          "directory \(path) lies more than \(Self.maximumDepth) levels deep"
            + " (name the directory that holds the splits or classes)")
      }
      try list(try directory.openDirectory(name), path: path, depth: depth + 1)
    }
  }

  /// Hidden names, and what archivers of macOS leave behind.
  static func isHidden(_ name: Span<UInt8>) -> Bool {
    name[0] == UInt8(ascii: ".") || name.count == 8 && name.text == "__MACOSX"
  }

  /// Brings names into natural order.
  ///
  /// Names of one directory mostly differ in a number behind the same beginning, and numbers are sorted
  /// at 80 ns a name where the names themselves take 1,300.
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
