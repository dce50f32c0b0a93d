/// A source whose files are on this machine: what it named by the name of a data set or by an address is
/// fetched, everything else is as it was.
struct SourceFetch {
  /// The source by its files.
  let request: SourceRequest
  /// The SHA-256 of fetched files by their paths, as far as it is known.
  private let digests: [String: String]

  /// Brings the files of a source onto this machine.
  /// - Throws: ``StageError``, ``UsageError`` or ``Interruption``.
  init(_ request: SourceRequest, by fetcher: Fetcher) throws {
    var local = request
    local.sha256 = nil
    var fetched: [FetchedFile] = []
    let addresses = request.paths.filter { RemoteFile.isURL($0) }
    if request.sha256 != nil, addresses.count != 1 {
      throw UsageError.conflict("--sha256 proves a file at one URL, and the source is none")
    }
    if !addresses.isEmpty {
      local.paths = try request.paths.map { path in
        guard RemoteFile.isURL(path) else { return path }
        let address = try ProvenAddress(parsing: path, given: request.sha256)
        let file = try fetcher.fetch(url: address.url, digest: address.digest)
        fetched.append(file)
        return file.path
      }
    } else {
      if let known = try local.knownDataset() {
        local = try Self.located(known, local, by: fetcher)
      }
    }
    self.request = local
    digests = Dictionary(
      fetched.compactMap { file in file.sha256.map { (file.path, $0) } }, uniquingKeysWith: { $1 })
  }

  /// Checks what was read against what was fetched: a disk may have changed it since.
  func check(_ path: String, sha256: String) throws {
    guard let expected = digests[path], expected != sha256 else { return }
    throw StageError(
      .fetch, file: path, DamagedInStoreError(expected: expected, found: sha256))
  }

  /// A known data set by its files: where the request says, else in the store.
  private static func located(
    _ known: KnownDataset, _ request: SourceRequest, by fetcher: Fetcher
  ) throws -> SourceRequest {
    if request.hasPlace {
      do {
        return try request.reading(known, in: request.paths, fetcher.cancellation)
      } catch let error as StageError {
        // They may be there by other names.
        guard case .missing = error.reason as? LocalFilesError, request.paths.count == 1 else {
          throw error
        }
        let found: [String]
        do {
          found = try files(of: known, request, by: fetcher.local(request.paths[0]))
        } catch let failure as StageError {
          // Without a store, or without these files, what the directory lacks is what matters.
          let isLack = if case .offline = failure.reason as? FetchError { true } else { false }
          throw isLack || failure.reason as? StoreError == .noHome ? error : failure
        }
        return try request.reading(known, in: found, fetcher.cancellation)
      }
    }
    do {
      return try request.reading(
        known, in: try files(of: known, request, by: fetcher), fetcher.cancellation)
    } catch let error as StageError {
      guard let reason = error.reason as? FetchError, Path.kind(of: known.name) == .directory
      else { throw error }
      throw StageError(
        error.stage, file: error.file, NamesakeError(reason: reason, name: known.name))
    }
  }

  private static func files(
    of known: KnownDataset, _ request: SourceRequest, by fetcher: Fetcher
  ) throws -> [String] {
    let store: FetchStore = try at(.fetch, nil) { try fetcher.store() }
    let splits = request.wantedSplits(of: known)
    return try fetcher.fetch(known.remoteFiles(ofSplits: splits, in: store)).map(\.path)
  }
}

/// A data set that cannot be fetched, where a directory is called like it: whoever has the files there may
/// have meant these.
struct NamesakeError: Error, Equatable, CustomStringConvertible {
  let reason: FetchError
  let name: String

  var description: String { "\(reason) (the directory of that name here is ./\(name))" }
}

/// A file in the store that is not what was fetched.
struct DamagedInStoreError: Error, Equatable, CustomStringConvertible {
  let expected: String
  let found: String

  var description: String {
    "SHA-256 is \(found), expected \(expected) (damaged since it was fetched: remove it)"
  }
}
