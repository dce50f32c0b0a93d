@testable import Kiln

/// A zip file to be written by a test, right or wrong.
struct ZIPSample {
  struct Member {
    var name: String
    var content: [UInt8] = []
    var method: UInt16 = 8
    var flags: UInt16 = 0
    /// Sizes and offset in the zip64 extra field.
    var isWide = false
    /// Sizes and checksum behind the data.
    var hasDescriptor = false
    var madeBy: UInt16 = 0
    var attributes: UInt32 = 0
    /// What the headers say where it is not the truth.
    var promisedByteCount: Int?
    var promisedChecksum: UInt32?
    var packed: [UInt8]?

    init(
      _ name: String, _ content: [UInt8] = [], method: UInt16 = 8,
      _ change: (inout Member) -> Void = { _ in }
    ) {
      self.name = name
      self.content = content
      self.method = method
      change(&self)
    }

    fileprivate var data: [UInt8] {
      if let packed { return packed }
      return method == 8 ? Array(gzip(content).dropFirst(10).dropLast(8)) : content
    }
    fileprivate var checksum: UInt32 { promisedChecksum ?? CRC32(of: content.span).value }
    fileprivate var byteCount: Int { promisedByteCount ?? content.count }
  }

  var members: [Member]
  /// What stands before the archive.
  var prefix: [UInt8] = []
  var comment: [UInt8] = []
  /// Whether the directory is found through a zip64 end record.
  var hasWideEnd = false
  var promisedCount: Int?

  init(_ members: [Member]) { self.members = members }

  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let offset = file.count
      let data = member.data
      let descriptor = [member.checksum, UInt32(data.count), UInt32(member.byteCount)]
      let flags = member.flags | (member.hasDescriptor ? 8 : 0)
      let name = Array(member.name.utf8)
      file += [0x50, 0x4B, 3, 4] + u16(20) + u16(flags) + u16(member.method) + u32(0)
      file += (member.hasDescriptor ? [0, 0, 0] : descriptor).flatMap(u32)
      file += u16(UInt16(name.count)) + u16(0) + name + data
      if member.hasDescriptor { file += [0x50, 0x4B, 7, 8] + descriptor.flatMap(u32) }

      let sizes = [member.byteCount, data.count, offset]
      let extra = member.isWide ? u16(1) + u16(24) + sizes.flatMap { u64($0) } : []
      let shown = sizes.map { member.isWide ? UInt32.max : UInt32($0) }
      directory += [0x50, 0x4B, 1, 2] + u16(member.madeBy) + u16(20) + u16(flags)
      directory += u16(member.method) + u32(0) + u32(member.checksum)
      directory += u32(shown[1]) + u32(shown[0]) + u16(UInt16(name.count))
      directory += u16(UInt16(extra.count)) + u16(0) + u32(0) + u32(member.attributes)
      directory += u32(shown[2]) + name + extra
    }
    let start = file.count
    file += directory
    let count = promisedCount ?? members.count
    if hasWideEnd {
      let wideStart = file.count
      file += [0x50, 0x4B, 6, 6] + u64(44) + u16(45) + u16(45) + u32(0) + u32(0)
      file += u64(count) + u64(count) + u64(directory.count) + u64(start)
      file += [0x50, 0x4B, 6, 7] + u32(0) + u64(wideStart) + u32(1)
    }
    file += [0x50, 0x4B, 5, 6] + u32(0)
    if hasWideEnd {
      file += [UInt8](repeating: 0xFF, count: 12)
    } else {
      file += u16(UInt16(count)) + u16(UInt16(count)) + u32(UInt32(directory.count))
      file += u32(UInt32(start))
    }
    return prefix + file + u16(UInt16(comment.count)) + comment
  }

  private func u16(_ value: UInt16) -> [UInt8] { Self.bytes(of: value) }
  private func u32(_ value: UInt32) -> [UInt8] { Self.bytes(of: value) }
  private func u64(_ value: Int) -> [UInt8] { Self.bytes(of: UInt64(value)) }

  /// A number, little-endian.
  private static func bytes<T: FixedWidthInteger>(of value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
