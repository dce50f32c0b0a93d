// { "https://example.org/digits.npz": {"bytes": 11490434, "sha256": "731c5ac6…"}, … }
//
// Of what follows a question mark, which may be a secret, there is the start of its SHA-256: ?sha256:0f3a….

/// What files were when they were first fetched, of which nobody has published a digest.
public struct TrustedFiles: Sendable {
  /// The file that keeps it.
  public let path: String

  /// The record in a file, which need not exist yet.
  public init(path: String) { self.path = path }

  /// The record that a store keeps.
  public init(in store: FetchStore) { path = Path.join(store.directory, "trusted.json") }

  /// The SHA-256 of the file that an address had; nil where it was never fetched.
  /// - Throws: `FileError` where the record cannot be read, ``UnsupportedError`` where it is none.
  public func sha256(of url: String) throws -> String? {
    let url = RemoteFile.recorded(url)
    guard case .object(let fields) = try read()[url] ?? .null,
      case .text(let digits) = fields["sha256"],
      case .sha256(let sha256) = FileDigest(hexadecimal: digits)
    else { return nil }
    return sha256
  }

  /// Keeps what an address has sent.
  /// - Throws: `FileError` where the record cannot be written.
  public func keep(_ fetched: FetchedFile, from url: String) throws {
    guard let sha256 = fetched.sha256 else { return }
    let url = RemoteFile.recorded(url)
    let directory = Path.directory(of: path)
    _ = try Path.makeDirectories(directory)
    // Other processes may add to it at the same time.
    try withLockedDirectory(directory) {
      var files = try read()
      guard files[url] == nil else { return }
      files[url] = .object(["bytes": .integer(fetched.byteCount), "sha256": .text(sha256)])
      try LockedFile.replace(path, with: Array(try JSON.object(files).text().utf8))
    }
  }

  private func read() throws -> [String: JSON] {
    guard Path.kind(of: path) != nil else { return [:] }
    let text = try FileStream(path: path).read(Self.maximumByteCount)
    guard case .object(let files) = try? JSON(parsing: text) else {
      throw UnsupportedError("\(path) is no record of trusted files (move it away)")
    }
    return files
  }

  /// A line has some two hundred bytes; nobody fetches so many files by hand.
  private static let maximumByteCount = 64 << 20
}

extension Fetcher {
  /// Fetches the file at an address; without a digest it is believed the first time, and must be the same
  /// from then on.
  /// - Parameters:
  ///   - url: an `http`, `https` or `file` address.
  ///   - digest: what proves the file; nil to go by the record.
  ///   - record: where digests are kept; nil for the store's own.
  /// - Returns: where it is.
  /// - Throws: as ``fetch(_:)``.
  public func fetch(
    url: String, digest: FileDigest? = nil, record: TrustedFiles? = nil
  ) throws -> FetchedFile {
    let store: FetchStore = try at(.fetch, nil) { try self.store() }
    let record = record ?? TrustedFiles(in: store)
    let shown = RemoteFile.shown(url)
    let known = try digest ?? at(.fetch, shown) { try record.sha256(of: url).map { .sha256($0) } }
    let file = RemoteFile(url: url, digest: known)
    // Another digest than the one by which a file got its name: it has to be looked at again.
    if known != nil, try at(.fetch, nil, { try store.verify(file, cancellation) }) == false {
      try at(.fetch, nil) { try Path.removeTree(store.path(of: file)) }
    }
    do {
      guard let fetched = try fetch([file]).first else { throw Interruption() }
      if digest == nil { try at(.fetch, nil) { try keep(fetched, from: url, in: record) } }
      return fetched
    } catch let error as StageError {
      guard digest == nil, let expected = known,
        case .noMirror(let attempts, _, _) = error.reason as? FetchError,
        let last = attempts.last, case .wrongDigest(_, let found) = last.fault
      else { throw error }
      throw StageError(
        .fetch, file: file.name,
        FetchError.changed(
          url: shown, expected: expected.text, found: found.text, record: record.path))
    }
  }

  private func keep(
    _ fetched: FetchedFile, from url: String, in record: TrustedFiles
  ) throws {
    if fetched.sha256 != nil { return try record.keep(fetched, from: url) }
    // In the store since before there was this record.
    let hash = FileHash(expecting: nil)
    try hash.update(
      file: fetched.path, count: fetched.byteCount, cancellation: cancellation)
    try record.keep(
      FetchedFile(
        file: fetched.file, path: fetched.path, byteCount: fetched.byteCount,
        sha256: hash.finish().sha256, origin: fetched.origin),
      from: url)
  }
}
