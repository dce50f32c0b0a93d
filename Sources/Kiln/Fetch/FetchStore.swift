// DIRECTORY/<data set>/<file>                  complete and verified
// DIRECTORY/<data set>/.<file>.partial         on its way; locked by the process that writes it
// DIRECTORY/<data set>/.<file>.partial.json    where that comes from, to go on with it
// DIRECTORY/trusted.json                       digests of files fetched without knowing theirs

/// Where fetched files are kept, for all processes of a user.
public struct FetchStore: Sendable {
  /// The directory.
  public let directory: String

  /// The store in a directory.
  public init(directory: String) { self.directory = Path.withoutTrailingSlashes(directory) }

  /// The store that the surroundings name: `KILN_CACHE_DIR`, else `XDG_CACHE_HOME/kiln`, else
  /// `~/.cache/kiln`.
  /// - Throws: ``StoreError`` where there is none of them.
  public static func standard() throws(StoreError) -> FetchStore {
    let value = { (name: String) in Environment.value(of: name).flatMap { $0.isEmpty ? nil : $0 } }
    if let directory = value("KILN_CACHE_DIR") { return FetchStore(directory: directory) }
    if let caches = value("XDG_CACHE_HOME") {
      return FetchStore(directory: Path.join(caches, "kiln"))
    }
    guard let home = value("HOME") else { throw .noHome }
    return FetchStore(directory: Path.join(home, ".cache/kiln"))
  }

  /// Where a file has its name.
  public func path(of file: RemoteFile) -> String {
    Path.join(folder(of: file), file.name)
  }

  func folder(of file: RemoteFile) -> String { Path.join(directory, file.dataset) }

  func partialPath(of file: RemoteFile) -> String {
    Path.join(folder(of: file), ".\(file.name).partial")
  }

  func recordPath(of file: RemoteFile) -> String { partialPath(of: file) + ".json" }

  /// A file that is there under its name, with the right size; nil else.
  ///
  /// Nothing gets its name before its digest is right, so that is not looked at again here.
  func find(_ file: RemoteFile) -> FetchedFile? {
    let path = path(of: file)
    guard let found = try? SourceFile(path: path),
      file.byteCount == nil || file.byteCount == found.byteCount
    else { return nil }
    var sha256: String?
    if case .sha256(let text) = file.digest { sha256 = text }
    return FetchedFile(
      file: file, path: path, byteCount: found.byteCount, sha256: sha256, origin: .store)
  }

  /// Whether a stored file still is what it must be; nil where it is not there.
  /// - Parameters:
  ///   - file: the file.
  ///   - cancellation: asks to stop.
  /// - Returns: whether its size and digest are right.
  /// - Throws: `FileError` where it cannot be read; ``Interruption``.
  public func verify(
    _ file: RemoteFile, _ cancellation: Cancellation = Cancellation()
  ) throws -> Bool? {
    let path = path(of: file)
    guard Path.kind(of: path) == .file else { return nil }
    let found = try SourceFile(path: path)
    guard file.byteCount == nil || file.byteCount == found.byteCount else { return false }
    guard let digest = file.digest else { return true }
    let hash = FileHash(expecting: digest)
    try hash.update(file: path, count: found.byteCount, cancellation: cancellation)
    return hash.finish().found == digest
  }
}

/// There is no place for a store.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// None of the variables that name one is set.
  case noHome
  /// The directory cannot be used.
  case unusable(FileError)

  /// The sentence a user sees.
  public var description: String {
    switch self {
    case .noHome: "no directory to keep files in (set KILN_CACHE_DIR, XDG_CACHE_HOME or HOME)"
    case .unusable(let error): "\(error) (KILN_CACHE_DIR names another store)"
    }
  }
}
