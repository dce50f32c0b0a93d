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
        let (url, digest) = try Self.address(path, given: request.sha256)
        let file = try fetcher.fetch(url: url, digest: digest)
        fetched.append(file)
        return file.path
      }
    } else if let name = request.paths.first, request.paths.count == 1, Path.kind(of: name) == nil {
      if let known = KnownDataset.named(name) {
        let store: FetchStore = try at(.fetch, nil) { try fetcher.store() }
        fetched = try fetcher.fetch(known.remoteFiles(in: store))
        local.paths = fetched.map(\.path)
        // An archive of several says which one is meant only here.
        if known.family != known.name, local.dataset == nil { local.dataset = known.name }
      } else {
        try Self.refuseFamily(name)
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

  private static func refuseFamily(_ name: String) throws(UsageError) {
    let members = KnownDataset.all.filter { $0.family == name }
    guard !members.isEmpty else { return }
    throw .conflict(
      "'\(name)' is several data sets: \(members.map(\.name).joined(separator: ", "))")
  }

  /// An address with the digest that stands behind it, as in `https://…/digits.npz#sha256=731c…`.
  private static func address(
    _ text: String, given: String?
  ) throws(UsageError) -> (url: String, digest: FileDigest?) {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    var digits = given
    if parts.count == 2, let equals = parts[1].firstIndex(of: "=") {
      digits = digits ?? String(parts[1][parts[1].index(after: equals)...])
    }
    guard let digits else { return (String(parts[0]), nil) }
    guard let digest = FileDigest(hexadecimal: digits) else {
      throw .badValue(
        option: "sha256", value: digits, expected: "64 hexadecimal digits (or 32 of MD5)")
    }
    return (String(parts[0]), digest)
  }
}

/// A file in the store that is not what was fetched.
struct DamagedInStoreError: Error, Equatable, CustomStringConvertible {
  let expected: String
  let found: String

  var description: String {
    "SHA-256 is \(found), expected \(expected) (damaged since it was fetched: remove it)"
  }
}
