/// A zip file, or a tar file packed in any way, whose entries are read without unpacking it to disk.
final class Archive: Sendable {
  private enum Kind: Sendable {
    case zip
    /// How it is packed, and its bytes before that.
    case tar([Compression], RestartableStream)
  }

  /// The archive on disk.
  let file: SourceFile
  private let kind: Kind
  private let bytes: RandomAccessFile
  private let listed = Locked<(entries: [ArchiveEntry], links: [String])?>(nil)
  /// How members of a packed tar file begin, by where they are in it.
  private let starts = Locked<[Int: [UInt8]]>([:])

  /// Whoever looks for a format looks at how many files begin, and labels are small: without these
  /// bytes the archive would be unpacked from its start for each, at 10 MB/s where it is bzip2.
  private static let keptByteCount = 4 << 20
  private static let smallMemberByteCount = 64 << 10
  private static let keptStartByteCount = 512

  /// Looks at a file; nil where it is no archive.
  ///
  /// What cannot be unpacked is none: what is wrong with it shows where it is read.
  /// - Throws: ``FileError`` or ``Interruption``.
  init?(_ file: SourceFile) throws {
    self.file = file
    bytes = try RandomAccessFile(file)
    let start = try bytes.read(0..<ZIPDirectory.localMagic.count)
    if start == ZIPDirectory.localMagic || start == ZIPDirectory.endMagic {
      kind = .zip
    } else if let packing = try? Self.tarPacking(bytes) {
      kind = .tar(packing, Self.unpacked(bytes, packing, of: file))
    } else if try ZIPDirectory.end(of: bytes) != nil {
      // Something stands before the archive.
      kind = .zip
    } else {
      return nil
    }
  }

  /// Looks at a file; nil where it is no archive, or one that is a file to whoever made it: NumPy's
  /// `.npz` is a zip file of `.npy` files.
  /// - Throws: ``FileError`` or ``Interruption``.
  convenience init?(tree file: SourceFile) throws {
    if file.name.lowercased().hasSuffix(".npz") { return nil }
    try self.init(file)
  }

  /// How a tar file is packed; nil where it is none.
  private static func tarPacking(_ file: RandomAccessFile) throws -> [Compression]? {
    var stream: any ByteStream = FileSlice(file, 0..<file.byteCount)
    var packing: [Compression] = []
    while true {
      let (start, whole) = try PrefixedStream.peek(TarReader.headerByteCount, of: stream)
      if TarReader.isTar(start) { return packing }
      guard let compression = Compression(beginning: start), packing.count < Resource.maximumDepth
      else { return nil }
      packing.append(compression)
      stream = compression.unpack(whole)
    }
  }

  /// How often its entries have been packed already by what is around them.
  var depth: Int {
    switch kind {
    case .zip: 1
    case .tar(let packing, _): packing.count
    }
  }

  /// Its files, in their order.
  /// - Throws: what is wrong with the archive or the name of one of its entries.
  func entries() throws -> [ArchiveEntry] {
    try list().entries
  }

  /// The paths of links in it, which nobody follows.
  /// - Throws: as ``entries()``.
  func links() throws -> [String] { try list().links }

  private func list() throws -> (entries: [ArchiveEntry], links: [String]) {
    if let known = listed.withLock({ $0 }) { return known }
    let content: (entries: [ArchiveEntry], links: [String])
    switch kind {
    case .zip:
      let directory = try ZIPDirectory(bytes)
      content = (directory.entries, directory.links)
    case .tar(let packing, let stream): content = try tarContent(stream, isPacked: !packing.isEmpty)
    }
    var size = UnpackedSize(packed: file.byteCount)
    for entry in content.entries { try size.add(entry) }
    listed.withLock { [content] in $0 = content }
    return content
  }

  private func tarContent(
    _ content: RestartableStream, isPacked: Bool
  ) throws -> (entries: [ArchiveEntry], links: [String]) {
    let reader = try TarReader(try content.start())
    var entries: [ArchiveEntry] = []
    // What an entry says of its length counts before that much is unpacked to find the next one.
    var size = UnpackedSize(packed: file.byteCount)
    var starts: [Int: [UInt8]] = [:]
    var kept = 0
    while let entry = try reader.next() {
      try size.add(entry)
      entries.append(entry)
      let count =
        entry.byteCount <= Self.smallMemberByteCount ? entry.byteCount : Self.keptStartByteCount
      guard case .tar(let offset) = entry.place, isPacked, kept + count <= Self.keptByteCount
      else { continue }
      kept += count
      starts[offset] = try reader.read(count)
    }
    self.starts.withLock { [starts] in $0 = starts }
    try reader.finish()
    return (entries, reader.links)
  }

  private struct UnpackedSize {
    let packed: Int
    private var sum = 0

    init(packed: Int) { self.packed = packed }

    mutating func add(_ entry: ArchiveEntry) throws(UnpackLimitError) {
      let (next, overflow) = sum.addingReportingOverflow(entry.byteCount)
      sum = overflow ? .max : next
      try UnpackLimit.check(unpacked: sum, packed: packed)
    }
  }

  /// The content of an entry, as it is in the archive.
  /// - Throws: ``ArchiveError``, ``FileError``.
  func open(_ entry: ArchiveEntry) throws -> any ByteStream {
    switch entry.place {
    case .zip(let record): try ZIPMember(bytes, entry, record)
    case .tar(let offset): tarMember(entry, at: offset)
    }
  }

  private func tarMember(_ entry: ArchiveEntry, at offset: Int) -> any ByteStream {
    guard case .tar(_, let content) = kind else { preconditionFailure("an entry of a tar file") }
    let start = starts.withLock { $0[offset] ?? [] }
    return TarMember(
      entry, start: start,
      rest: content.open(offset + start.count..<offset + entry.byteCount))
  }

  /// The bytes of a tar file, before it was packed.
  private static func unpacked(
    _ bytes: RandomAccessFile, _ packing: [Compression], of file: SourceFile
  ) -> RestartableStream {
    RestartableStream {
      let whole = FileSlice(bytes, 0..<bytes.byteCount)
      guard !packing.isEmpty else { return whole }
      return LimitedStream(
        packing.reduce(whole as any ByteStream) { $1.unpack($0) }, packedByteCount: file.byteCount)
    }
  }
}

/// The content of an entry of a tar file.
private final class TarMember: ByteStream {
  private let entry: ArchiveEntry
  private let start: [UInt8]
  private let rest: any ByteStream
  private var produced = 0

  /// - Parameters:
  ///   - entry: what it is.
  ///   - start: its first bytes, where they are known.
  ///   - rest: the others.
  init(_ entry: ArchiveEntry, start: [UInt8], rest: any ByteStream) {
    self.entry = entry
    self.start = start
    self.rest = rest
  }

  func read(_ count: Int) throws -> [UInt8] {
    let wanted = min(count, entry.byteCount - produced)
    guard wanted > 0 else { return [] }
    if produced < start.count {
      let known = Array(start[produced..<min(start.count, produced + wanted)])
      produced += known.count
      return known.count == wanted ? known : known + (try read(wanted - known.count))
    }
    let bytes = try rest.read(wanted)
    produced += bytes.count
    guard bytes.count == wanted else {
      throw ArchiveError.member(
        entry.path, "ends after \(produced) of its \(entry.byteCount) bytes (file cut short?)")
    }
    return bytes
  }
}
