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
  /// Enough for every published collection of pictures in one archive; they take 200 MB of memory.
  static let maximumEntryCount = 2 << 20
  /// As many names of 64 bytes.
  static let maximumNameByteCount = 128 << 20
  /// The longest path that Linux knows.
  static let maximumPathByteCount = 4096

  private(set) var entries: [ArchiveEntry] = []
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
    let text = String(decoding: name, as: UTF8.self)
    if let fault = Self.fault(name) { throw .name(text, fault) }
    let components = text.split(separator: "/").filter { $0 != "." }
    return components.joined(separator: "/")
  }

  /// Adds a file.
  mutating func append(_ entry: ArchiveEntry) { entries.append(entry) }

  private static func fault(_ name: [UInt8]) -> ArchiveError.NameFault? {
    if name.isEmpty { return .empty }
    if name.count > maximumPathByteCount { return .tooLong }
    if name.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return .control }
    if name[0] == UInt8(ascii: "/") { return .absolute }
    if name.contains(UInt8(ascii: "\\")) { return .backslash }
    if name.count > 1, name[1] == UInt8(ascii: ":") { return .drive }
    let parent = [UInt8](repeating: UInt8(ascii: "."), count: 2)
    let leadsOut = name.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual(parent) }
    return leadsOut ? .parent : nil
  }
}
