/// The names of the images that lie in one directory, and of tables beside them.
struct DirectoryImages: Sendable {
  /// All names, each with a zero byte at its end.
  private(set) var names: [UInt8] = []
  /// Where the name of each image starts.
  private(set) var starts: [UInt32] = []
  /// The first name, in the order of names, of an image in a format that is not read.
  private var foreign: String?
  /// The names of the first tables, in the order of names.
  private(set) var tables: [String] = []

  /// What Kiln itself writes beside images, and reads.
  private static let ownNotes: Set = [LabelSchema.classNamesFile, StagedOutput.manifestName]

  /// Offsets of names have 32 bits.
  private static let maximumNameByteCount = Int(UInt32.max)

  /// Keeps the name of a file that is an image; false where it is none.
  mutating func take(_ name: Span<UInt8>) throws(UnsupportedError) -> Bool {
    switch ImageFileName.kind(of: name) {
    case .other: return false
    case .table where Self.ownNotes.contains(name.text): return false
    case .table:
      // As many as are told; there may be one for each image.
      tables = Array((tables + [name.text]).sorted().prefix(Spelling.listedCount + 1))
      return false
    case .foreignImage:
      foreign = min(foreign ?? name.text, name.text)
      return false
    case .image:
      guard names.count + name.count < Self.maximumNameByteCount else {
        throw UnsupportedError("holds too many files for one directory")
      }
      starts.append(UInt32(names.count))
      for index in name.indices { names.append(name[index]) }
      names.append(0)
      return true
    }
  }

  /// Refuses a directory that also has images in formats that are not read.
  func checkAllReadable(in directory: String) throws(StageError) {
    guard let foreign else { return }
    throw StageError(
      .decode, file: Path.join(directory.isEmpty ? "." : directory, foreign), ImageError.foreign)
  }

  /// Brings names into natural order.
  ///
  /// Names of one directory mostly differ in a number behind the same beginning, and numbers are compared
  /// by one instruction where names take a loop.
  mutating func sort() { starts = sorted() }

  private func sorted() -> [UInt32] {
    let prefix = commonPrefix
    var keys: [(number: UInt64, start: UInt32)] = []
    keys.reserveCapacity(starts.count)
    for start in starts {
      guard let number = number(at: Int(start) + prefix) else {
        return starts.sorted(by: precedes)
      }
      keys.append((number, start))
    }
    keys.sort { $0.number == $1.number ? precedes($0.start, $1.start) : $0.number < $1.number }
    return keys.map(\.start)
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
  private var commonPrefix: Int {
    guard let first = starts.first.map(Int.init) else { return 0 }
    var count = end(of: UInt32(first)) - first
    for start in starts {
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

  /// The first of two images with one name, where there are such, in sorted names.
  var firstOfTwins: UInt32? {
    zip(starts, starts.dropFirst()).first { isEqual($0, $1) }?.0
  }

  /// Hidden names, and what archivers of macOS leave behind.
  static func isHidden(_ name: Span<UInt8>) -> Bool {
    name[0] == UInt8(ascii: ".") || name.count == 8 && name.text == "__MACOSX"
  }
}
