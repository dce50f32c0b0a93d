// ZIP (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), as much of it as .npz needs:
//
//   for each member   local header: 30 bytes, name, [zip64 extra: 20 bytes]; then the data
//   for each member   central record: 46 bytes, name, [zip64 extra: 12…28 bytes]
//   [zip64]           end record 56 bytes, locator 20 bytes
//   end record        22 bytes
//
// Numbers are little-endian. A field whose value does not fit holds all ones, and the value is in the
// zip64 extra. Sizes and checksum of a local header are filled in when its member is complete.

/// A zip file that is written in one pass, one member after the other.
///
/// Nothing in it depends on the time or the system: every member is dated 1980-01-01.
struct ZIPArchive: ~Copyable {
  enum Method: UInt16, Sendable {
    case stored = 0
    case deflated = 8
  }

  private struct Member {
    let name: [UInt8]
    let offset: Int
    /// Whether the local header has room for 64-bit sizes.
    let isWide: Bool
    var checksum = CRC32()
    var storedByteCount = 0
  }

  /// What 32-bit fields cannot hold: from here on values go to the zip64 fields.
  static let usualLimit = 0xFFFF_FFFF
  /// The same for the 16-bit count of members.
  private static let memberCountLimit = 0xFFFF
  /// 1980-01-01 00:00, the first moment that a zip file can name.
  private static let date: UInt16 = 1 << 5 | 1
  /// Names are UTF-8.
  private static let flags: UInt16 = 1 << 11
  /// A regular file that its owner may write and all may read.
  private static let attributes: UInt32 = 0o100644 << 16

  private let file: OutputFile
  private let method: Method
  private let limit: Int
  private var members: [Member] = []
  /// Bytes written so far.
  private(set) var byteCount = 0

  /// - Parameters:
  ///   - file: a new file.
  ///   - method: how all members are stored.
  ///   - limit: where the zip64 fields begin to be used; other than usual in tests alone.
  init(_ file: OutputFile, _ method: Method, limit: Int = usualLimit) {
    self.file = file
    self.method = method
    self.limit = limit
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    try file.append(bytes)
    byteCount += bytes.count
  }

  /// Starts a member.
  /// - Parameters:
  ///   - name: the member's name.
  ///   - byteCount: how many bytes it will have before compression.
  /// - Throws: ``FileError``.
  mutating func begin(_ name: String, byteCount: Int) throws {
    // Deflate never adds more than this, and the choice must be made before the size is known.
    let largest = byteCount + byteCount / 1000 + 1024
    let member = Member(name: Array(name.utf8), offset: self.byteCount, isWide: largest >= limit)
    members.append(member)
    try write(localHeader(member))
  }

  /// Appends to the member that was started last.
  mutating func append(_ piece: borrowing StoredPiece) throws {
    try write(piece.bytes)
    members[members.count - 1].checksum.append(piece.checksum)
    members[members.count - 1].storedByteCount += piece.bytes.count
  }

  /// Completes the member that was started last.
  mutating func end() throws {
    if method == .deflated {
      try write(DeflateCompressor.end)
      members[members.count - 1].storedByteCount += DeflateCompressor.end.count
    }
    let member = members[members.count - 1]
    try file.write(localHeader(member).span, at: member.offset)
  }

  /// Completes the file.
  mutating func finish() throws {
    let start = byteCount
    for member in members { try write(centralRecord(member)) }
    let size = byteCount - start
    if start >= limit || size >= limit || members.count >= Self.memberCountLimit {
      try write(wideEnd(start: start, size: size))
    }
    let count = UInt16(clamping: members.count)
    try write(
      makeBytes(capacity: 22) { cursor in
        cursor.append("PK\u{5}\u{6}")
        cursor.append(littleEndian: UInt32(0))
        cursor.append(littleEndian: count)
        cursor.append(littleEndian: count)
        cursor.append(littleEndian: narrow(size))
        cursor.append(littleEndian: narrow(start))
        cursor.append(littleEndian: UInt16(0))
      })
    try file.flush()
  }

  // MARK: Records

  private func narrow(_ value: Int) -> UInt32 { value >= limit ? .max : UInt32(value) }

  private func localHeader(_ member: Member) -> [UInt8] {
    makeBytes(capacity: 30 + member.name.count + 20) { cursor in
      cursor.append("PK\u{3}\u{4}")
      appendCommon(member, isWide: member.isWide, to: &cursor)
      let sizes = [member.storedByteCount, member.checksum.byteCount]
      for size in sizes {
        cursor.append(littleEndian: member.isWide ? .max : UInt32(size))
      }
      cursor.append(littleEndian: UInt16(member.name.count))
      cursor.append(littleEndian: UInt16(member.isWide ? 20 : 0))
      cursor.append(member.name.span)
      if member.isWide { appendExtra([sizes[1], sizes[0]], to: &cursor) }
    }
  }

  private func centralRecord(_ member: Member) -> [UInt8] {
    let sizes = [member.storedByteCount, member.checksum.byteCount]
    // Only what does not fit is in the extra, in this order.
    let wide = [sizes[1], sizes[0], member.offset].filter { $0 >= limit }
    return makeBytes(capacity: 46 + member.name.count + 28) { cursor in
      cursor.append("PK\u{1}\u{2}")
      // Made by: Unix, whose permissions the attributes are.
      cursor.append(littleEndian: UInt16(3 << 8 | 45))
      appendCommon(member, isWide: member.isWide || !wide.isEmpty, to: &cursor)
      for size in sizes { cursor.append(littleEndian: narrow(size)) }
      cursor.append(littleEndian: UInt16(member.name.count))
      cursor.append(littleEndian: UInt16(wide.isEmpty ? 0 : 4 + 8 * wide.count))
      // No comment, disk 0, no internal attributes.
      cursor.append(repeating: 0, count: 6)
      cursor.append(littleEndian: Self.attributes)
      cursor.append(littleEndian: narrow(member.offset))
      cursor.append(member.name.span)
      if !wide.isEmpty { appendExtra(wide, to: &cursor) }
    }
  }

  /// What local header and central record share: version needed to checksum.
  private func appendCommon(_ member: Member, isWide: Bool, to cursor: inout ByteCursor) {
    cursor.append(littleEndian: UInt16(isWide ? 45 : 20))
    cursor.append(littleEndian: Self.flags)
    cursor.append(littleEndian: method.rawValue)
    cursor.append(littleEndian: UInt16(0))
    cursor.append(littleEndian: Self.date)
    cursor.append(littleEndian: member.checksum.value)
  }

  private func appendExtra(_ values: [Int], to cursor: inout ByteCursor) {
    cursor.append(littleEndian: UInt16(1))
    cursor.append(littleEndian: UInt16(8 * values.count))
    for value in values { cursor.append(littleEndian: UInt64(value)) }
  }

  private func wideEnd(start: Int, size: Int) -> [UInt8] {
    makeBytes(capacity: 56 + 20) { cursor in
      cursor.append("PK\u{6}\u{6}")
      cursor.append(littleEndian: UInt64(44))
      cursor.append(littleEndian: UInt16(3 << 8 | 45))
      cursor.append(littleEndian: UInt16(45))
      cursor.append(repeating: 0, count: 8)
      cursor.append(littleEndian: UInt64(members.count))
      cursor.append(littleEndian: UInt64(members.count))
      cursor.append(littleEndian: UInt64(size))
      cursor.append(littleEndian: UInt64(start))
      cursor.append("PK\u{6}\u{7}")
      cursor.append(littleEndian: UInt32(0))
      cursor.append(littleEndian: UInt64(start + size))
      cursor.append(littleEndian: UInt32(1))
    }
  }
}
