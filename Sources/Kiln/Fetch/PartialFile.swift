/// A file on its way into the store, which nobody else writes meanwhile.
final class PartialFile {
  /// Where its bytes come from, kept beside them so that another process can go on.
  struct Record: Equatable {
    let url: String
    let validator: String?
  }

  private let content: LockedFile
  private let path: String
  private let recordPath: String
  private let destination: String
  private(set) var record: Record?
  private var isPublished = false

  /// Takes hold of a file; nil while another process fetches it.
  static func open(_ file: RemoteFile, in store: FetchStore) throws -> PartialFile? {
    do {
      _ = try Path.makeDirectories(store.folder(of: file))
      return try LockedFile.open(store.partialPath(of: file)).map {
        PartialFile(content: $0, file: file, store: store)
      }
    } catch {
      throw StoreError.unusable(error)
    }
  }

  private init(content: LockedFile, file: RemoteFile, store: FetchStore) {
    self.content = content
    path = store.partialPath(of: file)
    recordPath = store.recordPath(of: file)
    destination = store.path(of: file)
    record = content.byteCount == 0 ? nil : Self.readRecord(recordPath)
  }

  /// Bytes that are there.
  var byteCount: Int { content.byteCount }

  /// Hashes what is there.
  /// - Throws: ``FileError``, or ``Interruption`` where somebody asks for it.
  func hash(
    expecting digest: FileDigest?, _ cancellation: Cancellation
  ) throws -> FileHash {
    let hash = FileHash(expecting: digest)
    try hash.update(file: path, count: byteCount, cancellation: cancellation)
    return hash
  }

  func append(_ bytes: Span<UInt8>) throws(FileError) { try content.append(bytes) }

  /// Begins afresh.
  func clear() throws(FileError) {
    try? Path.removeTree(recordPath)
    record = nil
    try content.truncate(to: 0)
  }

  /// Says where the bytes that follow come from.
  func begin(_ record: Record) throws {
    guard record != self.record else { return }
    let json = JSON.object([
      "url": .text(record.url), "validator": record.validator.map(JSON.text) ?? .null,
    ])
    try LockedFile.replace(recordPath, with: Array(try json.text().utf8))
    self.record = record
  }

  /// Where the bytes come from; what is no record is as good as none.
  private static func readRecord(_ path: String) -> Record? {
    guard let text = try? FileStream(path: path).read(maximumRecordLength),
      case .object(let fields) = try? JSON(parsing: text), case .text(let url) = fields["url"]
    else { return nil }
    guard case .text(let validator) = fields["validator"] else {
      return Record(url: url, validator: nil)
    }
    // It becomes a line of a request.
    let isPlain = validator.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    return Record(url: url, validator: isPlain ? validator : nil)
  }

  /// Addresses and validators are short; what is longer was not written here.
  private static let maximumRecordLength = 64 << 10

  /// Undoes a packing that was done for the way: what comes out takes the place of what is there.
  func unpack(limit: Int) throws {
    let unpackedPath = path + ".unpacked"
    guard let unpacked = try LockedFile.open(unpackedPath) else {
      throw MirrorFault.damagedEncoding(reason: "\(unpackedPath) is in use")
    }
    do {
      try unpacked.truncate(to: 0)
      try GzipStream(try FileStream(path: path)).forEachChunk { bytes in
        guard unpacked.byteCount + bytes.count <= limit else {
          throw MirrorFault.tooLong(expected: limit)
        }
        try unpacked.append(bytes.span)
      }
      // Back into the locked file: the lock is on it, not on its name.
      try clear()
      try FileStream(path: unpackedPath).forEachChunk { try append($0.span) }
      unpacked.remove()
    } catch {
      unpacked.remove()
      throw error
    }
  }

  /// Gives the file its name.
  func publish() throws(FileError) {
    try content.publish(as: destination)
    isPublished = true
    try? Path.removeTree(recordPath)
  }

  /// Leaves what can be gone on with, and nothing else.
  func leave() {
    guard byteCount == 0, !isPublished else { return }
    try? Path.removeTree(recordPath)
    content.remove()
  }
}
