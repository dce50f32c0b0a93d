/// A zip file, or a tar file packed in any way, whose entries are read without unpacking it to disk.
final class Archive: Sendable {
  private enum Kind: Sendable {
    case zip
    case tar([Compression])
  }

  /// The archive on disk.
  let file: SourceFile
  private let kind: Kind
  private let bytes: RandomAccessFile
  private let listed = Locked<[ArchiveEntry]?>(nil)
  /// A packed tar file that has been read up to some place, for whoever reads on from there.
  private let idle = Locked<PositionedStream?>(nil)
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
      kind = .tar(packing)
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
    case .tar(let packing): packing.count
    }
  }

  /// Its files, in their order.
  /// - Throws: what is wrong with the archive or the name of one of its entries.
  func entries() throws -> [ArchiveEntry] {
    if let known = listed.withLock({ $0 }) { return known }
    let entries =
      switch kind {
      case .zip: try ZIPDirectory(bytes).entries
      case .tar: try tarEntries()
      }
    var size = UnpackedSize(packed: file.byteCount)
    for entry in entries { try size.add(entry) }
    listed.withLock { $0 = entries }
    return entries
  }

  private func tarEntries() throws -> [ArchiveEntry] {
    let stream = try tarStream()
    let reader = try TarReader(stream)
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
      guard case .tar(let offset) = entry.place, depth > 0, kept + count <= Self.keptByteCount
      else { continue }
      kept += count
      starts[offset] = try reader.read(count)
    }
    self.starts.withLock { [starts] in $0 = starts }
    // The checksums of what the archive is packed in come last.
    if case .tar(let packing) = kind, !packing.isEmpty {
      var tail = 0
      while tail <= Self.maximumTailByteCount {
        let bytes = try stream.read(FileStream.chunkByteCount)
        if bytes.isEmpty { return entries }
        tail += bytes.count
      }
      throw ArchiveError.damaged("much follows its end mark")
    }
    return entries
  }

  /// Tape drives wanted files in blocks, of a megabyte at most, that zeros fill up.
  private static let maximumTailByteCount = 16 << 20

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
    case .tar(let offset): TarMember(self, entry, offset: offset)
    }
  }

  fileprivate func start(of offset: Int) -> [UInt8] { starts.withLock { $0[offset] ?? [] } }

  /// Where a reader of a member starts: the tar file's beginning, or a place before the member that
  /// another reader has come to, so that members read in their order are unpacked once.
  fileprivate func position(before offset: Int) throws -> PositionedStream {
    let near = idle.withLock { position in
      guard let near = position, near.offset <= offset else { return nil as PositionedStream? }
      position = nil
      return near
    }
    return try near ?? PositionedStream(tarStream())
  }

  fileprivate func giveBack(_ position: PositionedStream) {
    idle.withLock { $0 = position }
  }

  /// The tar file's bytes from its start, unpacked.
  private func tarStream() throws -> any ByteStream {
    let whole = FileSlice(bytes, 0..<bytes.byteCount)
    guard case .tar(let packing) = kind, !packing.isEmpty else { return whole }
    return LimitedStream(
      packing.reduce(whole as any ByteStream) { $1.unpack($0) }, packedByteCount: file.byteCount)
  }
}

/// The content of an entry of a tar file.
private final class TarMember: ByteStream {
  private let archive: Archive
  private let entry: ArchiveEntry
  private let offset: Int
  private let start: [UInt8]
  private var produced = 0
  private var position: PositionedStream?

  init(_ archive: Archive, _ entry: ArchiveEntry, offset: Int) {
    self.archive = archive
    self.entry = entry
    self.offset = offset
    start = archive.start(of: offset)
  }

  // A reader that leaves early leaves its place to the next.
  deinit { if let position { archive.giveBack(position) } }

  func read(_ count: Int) throws -> [UInt8] {
    let wanted = min(count, entry.byteCount - produced)
    guard wanted > 0 else { return [] }
    if produced < start.count {
      let known = Array(start[produced..<min(start.count, produced + wanted)])
      produced += known.count
      return known.count == wanted ? known : known + (try read(wanted - known.count))
    }
    let position = try self.position ?? archive.position(before: offset)
    // Where reading fails, nobody goes on from there.
    self.position = nil
    try position.skip(to: offset + produced)
    let bytes = try position.read(wanted)
    produced += bytes.count
    guard bytes.count == wanted else {
      throw ArchiveError.member(
        entry.path, "ends after \(produced) of its \(entry.byteCount) bytes (file cut short?)")
    }
    if produced == entry.byteCount {
      archive.giveBack(position)
    } else {
      self.position = position
    }
    return bytes
  }
}
