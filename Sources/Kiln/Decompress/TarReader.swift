/// The entries of a tar file one after the other, and the content of each, by libarchive.
///
/// It knows ustar, pax and GNU headers. A file that stops between two entries without its end mark is
/// an error, since nothing else tells that some are missing.
final class TarReader: ByteStream {
  private let handle: ArchiveHandle
  private var listing = ArchiveListing()
  private var entry: ArchiveEntry?
  private var produced = 0

  /// - Parameter stream: a tar file, unpacked. Data that nobody reads is passed over where the stream can.
  /// - Throws: ``ArchiveError`` if libarchive refuses.
  init(_ stream: any ByteStream) throws {
    handle = try Self.translate(nil) { try ArchiveHandle(stream, .tar) }
  }

  /// The paths of links that were passed over.
  var links: [String] { listing.links }

  /// Goes to the next file; links, devices and the like are passed over.
  /// - Returns: nil at the end.
  /// - Throws: ``ArchiveError``, or what the stream throws.
  func next() throws -> ArchiveEntry? {
    produced = 0
    let last = entry?.path
    entry = nil
    while let header = try Self.translate(last, { try handle.next() }) {
      let path = try listing.path(header.path)
      if header.kind == .link { listing.append(link: path) }
      guard header.kind == .file else { continue }
      guard !path.isEmpty else { throw ArchiveError.name(".", .empty) }
      guard !header.isSparse else { throw ArchiveError.sparse(path) }
      guard let byteCount = header.byteCount, byteCount >= 0 else {
        throw ArchiveError.member(path, "has no length")
      }
      let found = ArchiveEntry(
        path: path, byteCount: byteCount, place: .tar(offset: header.dataOffset))
      entry = found
      return found
    }
    return nil
  }

  /// Reads on to the end, so that what the file is packed with compares its checksums.
  ///
  /// A header that has become zeros looks like the end mark: only what follows tells.
  /// - Throws: ``ArchiveError`` where that is anything but the zeros that fill up a file.
  func finish() throws {
    guard try handle.restIsZero(limit: Self.maximumTailByteCount) else {
      throw ArchiveError.damaged("data follows its end mark")
    }
  }

  /// Tape drives wanted files in blocks, of a megabyte at most, that zeros fill up.
  private static let maximumTailByteCount = 16 << 20

  /// Reads from the content of the current entry.
  func read(_ count: Int) throws -> [UInt8] {
    guard let entry else { return [] }
    let bytes = try Self.translate(entry.path) {
      try makeBytes(capacity: count) { try handle.appendData(to: &$0, count: count) }
    }
    produced += bytes.count
    guard bytes.count == count || produced == entry.byteCount else {
      throw ArchiveError.member(
        entry.path, "ends after \(produced) of its \(entry.byteCount) bytes (file cut short?)")
    }
    return bytes
  }

  /// How many bytes must be at hand to tell a tar file.
  static let headerByteCount = 512

  /// Whether these bytes are the header of an entry: its checksum is their sum, as octal digits, in
  /// which the checksum itself counts as spaces.
  static func isTar(_ start: [UInt8]) -> Bool {
    guard start.count >= headerByteCount, start[0] != 0 else { return false }
    let field = start[148..<156]
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { (0x30...0x37).contains($0) }
    guard let text = String(validating: digits, as: UTF8.self), let checksum = Int(text, radix: 8)
    else { return false }
    let sum = start.prefix(headerByteCount).reduce(0) { $0 + Int($1) }
    return sum - field.reduce(0) { $0 + Int($1) } + field.count * 32 == checksum
  }

  private static func translate<Result>(
    _ path: String?, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let fault as ArchiveHandle.Fault {
      switch fault {
      case .ended:
        throw ArchiveError.cutShort(path.map { "the end of '\($0.printable)'" } ?? "its end mark")
      case .damaged(let reason): throw ArchiveError.damaged(reason)
      }
    }
  }
}
