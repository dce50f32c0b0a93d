// A gzip member's header, RFC 1952 section 2.3:
//
//   offset  bytes  content
//   0       2      1f 8b
//   2       1      method: 8, deflate
//   3       1      flags: 2 FHCRC, 4 FEXTRA, 8 FNAME, 10 FCOMMENT, e0 reserved
//   4       6      time, flags for the deflater, system
//   10      ...    FEXTRA: length, little-endian, and as many bytes; FNAME, FCOMMENT: up to a zero
//   ...     2      FHCRC: low half of the CRC-32 of all header bytes before

/// Reads over the header of a gzip member, byte by byte as they come.
struct GzipHeader {
  private enum Flag {
    static let checksum: UInt8 = 2
    static let extra: UInt8 = 4
    static let name: UInt8 = 8
    static let comment: UInt8 = 16
    static let reserved: UInt8 = 0xE0
  }

  private var checksum: UInt32 = 0xFFFF_FFFF

  /// Reads a header up to the deflated bytes.
  /// - Parameter next: gives the next byte of the file.
  /// - Returns: whether the header is valid.
  static func skip(_ next: () throws -> UInt8) rethrows -> Bool {
    var header = GzipHeader()
    return try header.skip(next)
  }

  private mutating func skip(_ next: () throws -> UInt8) rethrows -> Bool {
    guard try take(next) == GzipStream.magic[0], try take(next) == GzipStream.magic[1],
      try take(next) == 8
    else { return false }
    let flags = try take(next)
    guard flags & Flag.reserved == 0 else { return false }
    for _ in 0..<6 { _ = try take(next) }
    if flags & Flag.extra != 0 {
      let low = try take(next)
      let length = Int(low) | Int(try take(next)) << 8
      for _ in 0..<length { _ = try take(next) }
    }
    if flags & Flag.name != 0 { while try take(next) != 0 {} }
    if flags & Flag.comment != 0 { while try take(next) != 0 {} }
    guard flags & Flag.checksum != 0 else { return true }
    let expected = UInt16(truncatingIfNeeded: ~checksum)
    let low = try next()
    return expected == UInt16(low) | UInt16(try next()) << 8
  }

  /// Takes a byte into the checksum; a bit at a time, since headers are short.
  private mutating func take(_ next: () throws -> UInt8) rethrows -> UInt8 {
    let byte = try next()
    checksum ^= UInt32(byte)
    for _ in 0..<8 { checksum = (checksum >> 1) ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
    return byte
  }
}
