// A member of a tar archive (POSIX ustar, https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html):
// a header, then the data, filled up with zeros to a multiple of 512. Two blocks of zeros end the archive.
//
//   offset  bytes  content of the header
//   0       100    name, zeros behind it
//   100     8 8 8  mode, user, group: octal digits and a zero
//   124     12     byte count of the data: the same
//   136     12     time: 0, so that equal runs write equal bytes
//   148     8      sum of all bytes of the header, with these eight as spaces: 6 octal digits, 00, space
//   156     1      0: a regular file
//   257     8      "ustar", 00, "00"
//   329     8 8    device numbers: octal zeros; everything else is zeros

/// Writes the headers of many small members, each from the one before.
struct TarHeader {
  /// What everything in an archive is a multiple of.
  static let blockByteCount = 512
  /// What names may have at most.
  static let maximumNameByteCount = 100
  /// What 11 octal digits can say.
  static let maximumByteCount = 1 << 33 - 1
  /// The end of an archive.
  static let end = [UInt8](repeating: 0, count: 2 * blockByteCount)

  private var block: [UInt8]
  /// The sum of all fields that never change, with a checksum of spaces.
  private let fixedSum: Int
  private var nameByteCount = 0

  init() {
    var block = [UInt8](repeating: 0, count: Self.blockByteCount)
    func set(_ text: String, at offset: Int) {
      for (position, byte) in text.utf8.enumerated() { block[offset + position] = byte }
    }
    set("0000644", at: 100)
    set("0000000", at: 108)
    set("0000000", at: 116)
    set("00000000000", at: 136)
    set("        ", at: 148)
    set("0", at: 156)
    set("ustar", at: 257)
    set("00", at: 263)
    set("0000000", at: 329)
    set("0000000", at: 337)
    self.block = block
    fixedSum = block.reduce(0) { $0 + Int($1) }
  }

  /// Zeros behind the data of a member.
  static func padding(of byteCount: Int) -> Int {
    (blockByteCount - byteCount % blockByteCount) % blockByteCount
  }

  /// Appends the header of a member.
  mutating func append(name: [UInt8], byteCount: Int, to cursor: inout ByteCursor) {
    precondition(name.count <= Self.maximumNameByteCount && byteCount <= Self.maximumByteCount)
    for position in 0..<max(name.count, nameByteCount) {
      block[position] = position < name.count ? name[position] : 0
    }
    nameByteCount = name.count
    setOctal(byteCount, digits: 11, at: 124)
    var sum = fixedSum
    for byte in name { sum += Int(byte) }
    for position in 124..<135 { sum += Int(block[position]) }
    setOctal(sum, digits: 6, at: 148)
    block[154] = 0
    cursor.append(block.span)
  }

  private mutating func setOctal(_ number: Int, digits: Int, at offset: Int) {
    var rest = number
    for position in (offset..<offset + digits).reversed() {
      block[position] = 0x30 + UInt8(truncatingIfNeeded: rest & 7)
      rest >>= 3
    }
  }
}
