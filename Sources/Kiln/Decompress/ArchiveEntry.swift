/// A file in an archive.
struct ArchiveEntry: Sendable, Equatable {
  /// Its path in the archive, never empty, absolute, or out of it, and never used as one on disk.
  let path: String
  /// Its length as the archive says.
  let byteCount: Int
  /// Where its data is.
  let place: Place

  enum Place: Sendable, Equatable {
    /// In a tar file, from this byte of the unpacked stream on.
    case tar(offset: Int)
    case zip(ZIPRecord)
  }
}

/// The files of an archive as they are listed, with what must hold for all of them.
struct ArchiveListing {
  /// The largest published data set of single pictures in one archive has 814,255 (EMNIST); a million
  /// take 300 MB of memory.
  static let maximumEntryCount = 1 << 20
  /// As many names of 64 bytes.
  static let maximumNameByteCount = 64 << 20
  /// Far longer than any name in a published archive.
  static let maximumPathByteCount = 1024
  /// Each level may be a directory of its own to remember.
  static let maximumDepth = 32

  private(set) var entries: [ArchiveEntry] = []
  /// The paths of links, which nobody follows.
  private(set) var links: [String] = []
  private var nameByteCount = 0
  private var count = 0

  /// Counts an entry of any kind and checks its name.
  /// - Parameter name: the bytes of its name; what is no UTF-8 is replaced.
  /// - Returns: its path without `.` and doubled slashes; empty for the archive's own directory.
  /// - Throws: ``ArchiveError``.
  mutating func path(_ name: [UInt8]) throws(ArchiveError) -> String {
    count += 1
    guard count <= Self.maximumEntryCount else {
      throw .tooManyEntries(limit: Self.maximumEntryCount)
    }
    nameByteCount += name.count
    guard nameByteCount <= Self.maximumNameByteCount else {
      throw .namesTooLong(limit: Self.maximumNameByteCount)
    }
    if let fault = Self.fault(name) { throw .name(String(decoding: name, as: UTF8.self), fault) }
    let path = String(decoding: name, as: UTF8.self)
    guard Self.hasNeedlessParts(name) else { return path }
    return path.pathComponents().filter { $0 != "." }.joined(separator: "/")
  }

  /// Whether a name has `.`, doubled slashes, or a slash at its end.
  private static func hasNeedlessParts(_ name: [UInt8]) -> Bool {
    var partByteCount = 0
    var isDot = false
    for byte in name {
      if byte == UInt8(ascii: "/") {
        if partByteCount == 0 || isDot { return true }
        partByteCount = 0
        isDot = false
      } else {
        partByteCount += 1
        isDot = partByteCount == 1 && byte == UInt8(ascii: ".")
      }
    }
    return partByteCount == 0 || isDot
  }

  /// Notes a link.
  mutating func append(link path: String) { links.append(path) }

  /// Adds a file.
  mutating func append(_ entry: ArchiveEntry) { entries.append(entry) }

  private static func fault(_ name: [UInt8]) -> ArchiveError.NameFault? {
    if name.isEmpty { return .empty }
    if name.count > maximumPathByteCount { return .tooLong }
    if name[0] == UInt8(ascii: "/") { return .absolute }
    if name.count > 1, name[1] == UInt8(ascii: ":") { return .drive }
    // One pass: archives have a million names.
    var (partByteCount, dotCount, depth) = (0, 0, 0)
    for byte in name {
      switch byte {
      case ..<0x20, 0x7F: return .control
      case UInt8(ascii: "\\"): return .backslash
      case UInt8(ascii: "/"):
        if partByteCount == 2, dotCount == 2 { return .parent }
        (partByteCount, dotCount, depth) = (0, 0, depth + 1)
      default:
        partByteCount += 1
        if byte == UInt8(ascii: ".") { dotCount += 1 }
      }
    }
    if partByteCount == 2, dotCount == 2 { return .parent }
    return depth > maximumDepth ? .tooDeep : nil
  }
}
