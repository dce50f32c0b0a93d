/// The content of one file, wherever it lies and however it is packed.
final class Resource: Sendable {
  /// How often a file may be packed in itself: an archive of `.gz` files is, a file that is packed
  /// three times is a trap.
  static let maximumDepth = 2

  /// The file on disk that holds it.
  let file: SourceFile
  /// Where it is below the directory or archive that was named; its name where it was named itself.
  let relativePath: String
  /// The entry of an archive that it is; nil where it is the whole file.
  private let member: Member?
  /// Whether the content is as it is stored; known once it has been opened.
  private let asStored = Locked<Bool?>(nil)

  private struct Member: Sendable {
    let archive: Archive
    let entry: ArchiveEntry
  }

  /// Looks at a file without reading it.
  /// - Throws: ``FileError`` when there is no such file or it cannot be read.
  convenience init(path: String, cancellation: Cancellation = Cancellation()) throws(FileError) {
    self.init(
      file: try SourceFile(path: path, cancellation: cancellation),
      relativePath: Path.lastComponent(path))
  }

  init(file: SourceFile, relativePath: String) {
    self.file = file
    self.relativePath = relativePath
    member = nil
  }

  /// An entry of an archive.
  init(_ entry: ArchiveEntry, of archive: Archive) {
    file = archive.file
    relativePath = entry.path
    member = Member(archive: archive, entry: entry)
  }

  /// Whether it is all of its file, not an entry of an archive.
  var isWholeFile: Bool { member == nil }

  /// The last component of its path.
  var fileName: String { Path.lastComponent(relativePath) }

  /// What messages and manifests call it.
  var name: String {
    member.map { "\(file.name)/\($0.entry.path)" } ?? file.name
  }

  /// Reads the content from its start, unpacked.
  /// - Parameter background: where to hash the file on disk beside the reader, from the same bytes;
  ///   nil where it is not read to its end. An archive, of which this reads a part, is not hashed.
  /// - Returns: the bytes, never packed any more.
  /// - Throws: ``FileError``, or what is wrong with how the file is packed.
  func open(digestingOn background: Background? = nil) throws -> any ByteStream {
    try unpacked(digestingOn: background).stream
  }

  /// The first bytes of the content, unpacked; fewer where there are no more.
  func start(_ count: Int) throws -> [UInt8] { try open().read(count) }

  /// The content's length where it is known without reading: that of a file which is not packed.
  func knownByteCount() throws -> Int? {
    guard try isAsStored() else { return nil }
    return member?.entry.byteCount ?? file.byteCount
  }

  /// Checks a length that the content gives itself before any of it is unpacked.
  /// - Throws: ``UnpackLimitError`` where a file of this size cannot be meant to become so much.
  func checkPromise(byteCount: Int) throws(UnpackLimitError) {
    try UnpackLimit.check(unpacked: byteCount, packed: file.byteCount)
  }

  /// The content in memory, where it is a file that is not packed; else nil.
  func map() throws -> MappedFile? {
    guard try member == nil && isAsStored() else { return nil }
    return try MappedFile(path: file.path)
  }

  private func isAsStored() throws -> Bool {
    if let known = asStored.withLock({ $0 }) { return known }
    return try unpacked(digestingOn: nil).isAsStored
  }

  /// The content's length; what is packed must be read for it.
  func countBytes() throws -> Int {
    if let known = try knownByteCount() { return known }
    var sum = 0
    try open().forEachChunk { sum += $0.count }
    return sum
  }

  private func unpacked(
    digestingOn background: Background?
  ) throws -> (stream: any ByteStream, isAsStored: Bool) {
    var (stream, depth) = try stored(digestingOn: background)
    var isAsStored = true
    while true {
      let (start, whole) = try PrefixedStream.peek(Compression.magicByteCount, of: stream)
      guard let compression = Compression(beginning: start) else {
        asStored.withLock { $0 = isAsStored }
        guard !isAsStored else { return (whole, true) }
        return (LimitedStream(whole, packedByteCount: file.byteCount), false)
      }
      guard depth < Self.maximumDepth else { throw PackedTooDeepError() }
      depth += 1
      isAsStored = false
      stream = compression.unpack(whole)
    }
  }

  /// The bytes before any compression of their own is peeled off, and how often they have been packed.
  private func stored(
    digestingOn background: Background?
  ) throws -> (stream: any ByteStream, depth: Int) {
    if let member { return (try member.archive.open(member.entry), member.archive.depth) }
    return (try background.map { try file.open(digestingOn: $0) } ?? file.open(), 0)
  }
}

/// A file that is packed in itself more often than any data set.
struct PackedTooDeepError: Error, UnpackingError, Equatable, CustomStringConvertible {
  var description: String {
    "is packed more than \(Resource.maximumDepth) times (unpack it by hand if it is to be trusted)"
  }
}
