import CZlib

@testable import Kiln

/// One gzip member, made by zlib.
struct GzipMember {
  var content: [UInt8]
  var level: Int32 = 6
  var extra: [UInt8]?
  var name: String?
  var comment: String?
  var hasHeaderChecksum = false

  /// The member's bytes, as RFC 1952 lays them out.
  var bytes: [UInt8] {
    var flags: UInt8 = 0
    if hasHeaderChecksum { flags |= 2 }
    if extra != nil { flags |= 4 }
    if name != nil { flags |= 8 }
    if comment != nil { flags |= 16 }
    var bytes: [UInt8] = [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3]
    if let extra { bytes += [UInt8(extra.count & 0xFF), UInt8(extra.count >> 8)] + extra }
    if let name { bytes += Array(name.utf8) + [0] }
    if let comment { bytes += Array(comment.utf8) + [0] }
    if hasHeaderChecksum { bytes += Self.littleEndian(slowCRC32(bytes)).prefix(2) }
    return bytes + Self.deflated(content, level: level)
      + Self.littleEndian(slowCRC32(content)) + Self.littleEndian(UInt32(content.count))
  }

  static func littleEndian(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }

  private static func deflated(_ content: [UInt8], level: Int32) -> [UInt8] {
    var size = compressBound(uLong(content.count))
    let zlibStream = makeBytes(capacity: Int(size)) { cursor in
      // zlib reads the array and writes within the room, both for the length of the call.
      unsafe cursor.append(byCodec: { room in
        let status = unsafe compress2(
          room.baseAddress, &size, content, uLong(content.count), level)
        return status == Z_OK ? Int(size) : 0
      })
    }
    // Without zlib's two bytes of header and four of checksum.
    return Array(zlibStream.dropFirst(2).dropLast(4))
  }
}

func gzip(_ content: [UInt8]) -> [UInt8] { GzipMember(content: content).bytes }
