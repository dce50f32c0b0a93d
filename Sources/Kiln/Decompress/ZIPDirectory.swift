// ZIP (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), as far as reading takes. Numbers are
// little-endian. The file is read from its end; something else may stand before the archive.
//
//   end record      50 4b 05 06; 10 u16 count, 12 u32 size and 16 u32 offset of the directory,
//                   20 u16 length of a comment, which ends the file
//   zip64 locator   50 4b 06 07, 20 bytes before the end record; 8 u64 offset of the zip64 end record
//   zip64 end       50 4b 06 06; 32 u64 count, 40 u64 size, 48 u64 offset
//   directory       for each entry 50 4b 01 02; 4 u16 made by, 8 u16 flags, 10 u16 method, 16 u32
//                   CRC-32, 20 u32 packed size, 24 u32 size, 28, 30, 32 u16 lengths of name, extra
//                   field and comment, 38 u32 attributes, 42 u32 offset of the local header; then those
//   extra field     u16 kind, u16 length; kind 1 has the u64 values of the fields that are all ones
//   local header    50 4b 03 04; 6 u16 flags, 26, 28 u16 lengths of name and extra field; then those

/// Where the data of an entry of a zip file is, and how it is packed.
struct ZIPRecord: Sendable, Equatable {
  /// Where its local header is in the file.
  let offset: Int
  let packedByteCount: Int
  let method: UInt16
  let checksum: UInt32
  let isEncrypted: Bool
}

/// The directory of a zip file.
struct ZIPDirectory {
  static let localMagic: [UInt8] = [0x50, 0x4B, 3, 4]
  static let endMagic: [UInt8] = [0x50, 0x4B, 5, 6]
  static let endByteCount = 22
  static let localByteCount = 30

  private static let recordByteCount = 46
  private static let wideEndByteCount = 56
  private static let locatorByteCount = 20
  /// The end record's comment has a 16-bit length.
  private static let longestComment = 0xFFFF
  /// Directories are read in pieces, so that their size needs no limit of its own.
  fileprivate static let chunkByteCount = 1 << 20

  let entries: [ArchiveEntry]
  /// The paths of links, which are passed over.
  let links: [String]

  /// Reads the directory at the end of a file.
  /// - Throws: ``ArchiveError``, ``FileError``.
  init(_ file: RandomAccessFile) throws {
    let place = try Self.place(file)
    var listing = ArchiveListing()
    var places: [Range<Int>] = []
    var reader = DirectoryReader(FileSlice(file, place.range))
    while let record = try reader.next(Self.recordByteCount) {
      guard record.starts(with: [0x50, 0x4B, 1, 2]) else {
        throw ArchiveError.damaged("its directory has something else between its entries")
      }
      let name = try reader.rest(record.u16(28))
      let extra = try reader.rest(record.u16(30))
      _ = try reader.rest(record.u16(32))
      let entry = try Self.entry(record, name, extra, place, &listing)
      places.append(entry.extent)
      if entry.kind == .link { listing.append(link: entry.value.path) }
      guard entry.kind == .file else { continue }
      guard !entry.value.path.isEmpty else { throw ArchiveError.name(".", .empty) }
      listing.append(entry.value)
    }
    guard places.count == place.count else {
      throw ArchiveError.damaged(
        "its directory has \(places.count) entries, its end record counts \(place.count)")
    }
    try Self.checkOverlap(places)
    (entries, links) = (listing.entries, listing.links)
  }

  /// Where the directory is.
  private struct Place {
    let range: Range<Int>
    /// How many bytes stand before the archive.
    let shift: Int
    let count: Int

    init(end: Int, size: UInt64, offset: UInt64, count: UInt64) throws(ArchiveError) {
      guard let size = Int(exactly: size), let offset = Int(exactly: offset),
        let count = Int(exactly: count), size <= end, offset <= end - size
      else { throw .cutShort("its directory") }
      range = end - size..<end
      shift = end - size - offset
      self.count = count
    }
  }

  /// Where the end record starts; nil where there is none.
  /// - Throws: ``FileError`` or ``Interruption``.
  static func end(of file: RandomAccessFile) throws -> Int? {
    let tailStart = max(0, file.byteCount - longestComment - endByteCount)
    let tail = try file.read(tailStart..<file.byteCount)
    return stride(from: tail.count - endByteCount, through: 0, by: -1).first {
      // The first byte alone, first: slices are slow.
      tail[$0] == endMagic[0] && tail[$0...].starts(with: endMagic)
        && $0 + endByteCount + tail.u16($0 + 20) == tail.count
    }.map { tailStart + $0 }
  }

  private static func place(_ file: RandomAccessFile) throws -> Place {
    guard let end = try end(of: file) else { throw ArchiveError.cutShort("its directory") }
    if let wide = try widePlace(file, end: end) { return wide }
    let record = try file.read(end..<end + endByteCount)
    guard record.count == endByteCount else { throw ArchiveError.cutShort("its directory") }
    return try Place(
      end: end, size: UInt64(record.u32(12)), offset: UInt64(record.u32(16)),
      count: UInt64(record.u16(10)))
  }

  private static func widePlace(_ file: RandomAccessFile, end: Int) throws -> Place? {
    let locatorStart = end - locatorByteCount
    guard locatorStart >= 0 else { return nil }
    let locator = try file.read(locatorStart..<end)
    guard locator.count == locatorByteCount, locator.starts(with: [0x50, 0x4B, 6, 7]) else {
      return nil
    }
    // Right before the locator in every known writer; the offset counts from the archive's start.
    let named = Int(clamping: locator.u64(8))
    for start in [locatorStart - wideEndByteCount, named]
    where start >= 0 && start <= locatorStart - wideEndByteCount {
      let record = try file.read(start..<start + wideEndByteCount)
      guard record.count == wideEndByteCount, record.starts(with: [0x50, 0x4B, 6, 6]) else {
        continue
      }
      return try Place(
        end: start, size: record.u64(40), offset: record.u64(48), count: record.u64(32))
    }
    throw ArchiveError.damaged("its zip64 end record is missing")
  }

  private static func entry(
    _ record: [UInt8], _ name: [UInt8], _ extra: [UInt8], _ place: Place,
    _ listing: inout ArchiveListing
  ) throws -> (value: ArchiveEntry, kind: ArchiveHandle.Header.Kind, extent: Range<Int>) {
    let path = try listing.path(name)
    let fields = try wideFields(
      [record.u32(24), record.u32(20), record.u32(42)], extra: extra, path: path)
    let (size, packed) = (fields[0], fields[1])
    let (offset, overflow) = fields[2].addingReportingOverflow(place.shift)
    guard !overflow, offset <= place.range.lowerBound - localByteCount - name.count,
      packed <= place.range.lowerBound - localByteCount - name.count - offset
    else { throw ArchiveError.member(path, "lies outside the archive (file cut short?)") }
    let value = ArchiveEntry(
      path: path, byteCount: size,
      place: .zip(
        ZIPRecord(
          offset: offset, packedByteCount: packed, method: UInt16(record.u16(10)),
          checksum: record.u32(16), isEncrypted: record.u16(8) & 0x2041 != 0)))
    let kind = name.last == UInt8(ascii: "/") ? .directory : kind(record)
    return (value, kind, offset..<offset + localByteCount + name.count + packed)
  }

  /// What a Unix system stored; others know files alone.
  private static func kind(_ record: [UInt8]) -> ArchiveHandle.Header.Kind {
    let system = record.u16(4) >> 8
    guard system == 3 || system == 19 else { return .file }
    return switch record.u32(38) >> 28 {
    case 0, 8: .file
    case 10: .link
    default: .other
    }
  }

  /// The values of fields that the zip64 extra field replaces where they are all ones.
  private static func wideFields(
    _ fields: [UInt32], extra: [UInt8], path: String
  ) throws(ArchiveError) -> [Int] {
    guard fields.contains(.max) else { return fields.map { Int($0) } }
    var position = 0
    while position + 4 <= extra.count {
      let start = position + 4
      let end = start + extra.u16(position + 2)
      guard end <= extra.count else { break }
      guard extra.u16(position) == 1 else {
        position = end
        continue
      }
      var next = start
      var values: [Int] = []
      for field in fields {
        guard field == .max else {
          values.append(Int(field))
          continue
        }
        guard next + 8 <= end, let value = Int(exactly: extra.u64(next)) else { break }
        values.append(value)
        next += 8
      }
      guard values.count == fields.count else { break }
      return values
    }
    throw .member(path, "has no valid zip64 sizes")
  }

  /// Data that several entries share is a trick to make a small file unpack to a huge one.
  private static func checkOverlap(_ places: [Range<Int>]) throws(ArchiveError) {
    let places = places.sorted { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(places, places.dropFirst())
    where second.lowerBound < first.upperBound {
      throw .damaged("its entries lie over one another")
    }
  }
}

/// Yields a directory piece by piece.
private struct DirectoryReader {
  private let slice: FileSlice
  private var chunk: [UInt8] = []
  private var position = 0

  init(_ slice: FileSlice) { self.slice = slice }

  /// The next bytes; nil at the end.
  mutating func next(_ count: Int) throws -> [UInt8]? {
    try fill(count)
    if position == chunk.count { return nil }
    return try rest(count)
  }

  /// The next bytes, which must be there.
  mutating func rest(_ count: Int) throws -> [UInt8] {
    try fill(count)
    guard count <= chunk.count - position else {
      throw ArchiveError.damaged("its directory ends within an entry")
    }
    defer { position += count }
    return Array(chunk[position..<position + count])
  }

  private mutating func fill(_ count: Int) throws {
    guard chunk.count - position < count else { return }
    chunk = Array(chunk[position...]) + (try slice.read(ZIPDirectory.chunkByteCount))
    position = 0
  }
}

extension [UInt8] {
  /// A little-endian number at a place that is within the bytes.
  fileprivate func u16(_ place: Int) -> Int { Int(self[place]) | Int(self[place + 1]) << 8 }

  fileprivate func u32(_ place: Int) -> UInt32 {
    UInt32(u16(place)) | UInt32(u16(place + 2)) << 16
  }

  fileprivate func u64(_ place: Int) -> UInt64 {
    UInt64(u32(place)) | UInt64(u32(place + 4)) << 32
  }
}
