/// The content of an entry of a zip file, checked against its length and CRC-32.
final class ZIPMember: ByteStream {
  /// The numbers of the methods that the format has for what Kiln unpacks.
  private enum Method {
    static let stored: UInt16 = 0
    static let deflated: UInt16 = 8
    static let others: [UInt16: Compression] = [12: .bzip2, 93: .zstd, 95: .xz]
  }

  private let path: String
  private let byteCount: Int
  private let checksum: UInt32
  private let content: any ByteStream
  private var found = CRC32()
  private var isAtEnd = false

  /// Finds the data of an entry.
  /// - Throws: ``ArchiveError``, ``FileError``.
  init(_ file: RandomAccessFile, _ entry: ArchiveEntry, _ record: ZIPRecord) throws {
    guard !record.isEncrypted else { throw ArchiveError.encrypted(entry.path) }
    path = entry.path
    byteCount = entry.byteCount
    checksum = record.checksum
    let header = try file.read(record.offset..<record.offset + ZIPDirectory.localByteCount)
    guard header.count == ZIPDirectory.localByteCount, header.starts(with: ZIPDirectory.localMagic)
    else { throw ArchiveError.member(entry.path, "is not where the directory says") }
    let nameByteCount = Int(header[26]) + Int(header[27]) << 8
    let nameStart = record.offset + header.count
    let name = try file.read(nameStart..<min(nameStart + nameByteCount, file.byteCount))
    // Python refuses such an archive, too: one of the names is damaged.
    guard
      String(decoding: name, as: UTF8.self).pathComponents().filter({ $0 != "." })
        == entry.path.pathComponents()
    else { throw ArchiveError.member(entry.path, "has another name where its data lies") }
    let start = nameStart + nameByteCount + Int(header[28]) + Int(header[29]) << 8
    guard start <= file.byteCount - record.packedByteCount else {
      throw ArchiveError.member(entry.path, "lies outside the archive (file cut short?)")
    }
    let packed = FileSlice(file, start..<start + record.packedByteCount)
    switch record.method {
    case Method.stored: content = packed
    case Method.deflated:
      content = GzipStream(Self.gzip(packed, checksum: checksum, byteCount: byteCount))
    case let method:
      guard let compression = Method.others[method] else {
        throw ArchiveError.method(entry.path, Int(method))
      }
      content = compression.unpack(packed)
    }
  }

  /// Deflated data with a gzip header before it and checksum and length after it, so that what inflates
  /// files inflates members, too.
  private static func gzip(
    _ packed: FileSlice, checksum: UInt32, byteCount: Int
  ) -> any ByteStream {
    let trailer = makeBytes(capacity: 8) { cursor in
      cursor.append(littleEndian: checksum)
      cursor.append(littleEndian: UInt32(truncatingIfNeeded: byteCount))
    }
    return JoinedStream(
      before: GzipStream.magic + [8, 0, 0, 0, 0, 0, 0, 255], packed, after: trailer)
  }

  func read(_ count: Int) throws -> [UInt8] {
    if isAtEnd { return [] }
    let bytes: [UInt8]
    do {
      bytes = try content.read(count)
    } catch let error as GzipError {
      throw ArchiveError.member(path, Self.reason(error))
    } catch let error as CompressionError {
      throw ArchiveError.member(path, "is damaged: \(error)")
    }
    found.append(CRC32(of: bytes.span))
    guard found.byteCount <= byteCount else {
      throw ArchiveError.member(path, "is longer than the \(byteCount) bytes that it promises")
    }
    isAtEnd = bytes.count < count
    guard !isAtEnd || found.byteCount == byteCount else {
      throw ArchiveError.member(
        path, "ends after \(found.byteCount) of its \(byteCount) bytes")
    }
    // Who knows the length reads no further.
    guard found.byteCount < byteCount || found.value == checksum else {
      throw ArchiveError.member(path, "is damaged: its CRC-32 does not match its content")
    }
    return bytes
  }

  private static func reason(_ error: GzipError) -> String {
    switch error {
    case .cutShort(let produced): "is damaged: its data ends after \(produced) unpacked bytes"
    case .damaged(let fault, let produced):
      "is damaged after \(produced) unpacked bytes: \(fault.rawValue)"
    case .notGzip, .trailingBytes: "is damaged: something follows its data"
    }
  }
}

/// A stream with some bytes before and after it.
private final class JoinedStream: ByteStream {
  private var before: [UInt8]
  private let stream: any ByteStream
  private var after: [UInt8]

  init(before: [UInt8], _ stream: any ByteStream, after: [UInt8]) {
    self.before = before
    self.stream = stream
    self.after = after
  }

  func read(_ count: Int) throws -> [UInt8] {
    var bytes = Array(before.prefix(count))
    before.removeFirst(bytes.count)
    if bytes.count < count { bytes += try stream.read(count - bytes.count) }
    if bytes.count < count {
      let last = after.prefix(count - bytes.count)
      bytes += last
      after.removeFirst(last.count)
    }
    return bytes
  }
}
