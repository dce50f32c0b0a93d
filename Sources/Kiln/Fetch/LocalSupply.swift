#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A directory of files that somebody has got by hand, whatever they are called there.
final class LocalSupply {
  private let files: [SourceFile]
  private let cancellation: Cancellation
  /// The digests of files that were looked at, by path.
  private var digests: [String: [FileDigest]] = [:]

  /// Looks at what is in a directory and below it.
  init(directory: String, _ cancellation: Cancellation) throws {
    self.cancellation = cancellation
    var files: [SourceFile] = []
    try Self.collect(directory, depth: 0, cancellation, into: &files)
    self.files = files
  }

  private static func collect(
    _ directory: String, depth: Int, _ cancellation: Cancellation, into files: inout [SourceFile]
  ) throws {
    try cancellation.check()
    for entry in try Path.entries(of: directory).sorted(by: { $0.name < $1.name }) {
      guard files.count < maximumFileCount else { return }
      let path = Path.join(directory, entry.name)
      switch entry.kind {
      case .file:
        if let file = try? SourceFile(path: path, cancellation: cancellation) { files.append(file) }
      case .directory where depth < maximumDepth:
        // What may not be looked into has nothing to offer.
        do {
          try collect(path, depth: depth + 1, cancellation, into: &files)
        } catch is FileError {}
      case .directory: break
      }
    }
  }

  /// A data set has a dozen files; a directory of so many others was named by mistake.
  private static let maximumFileCount = 100_000
  /// Downloads lie where they were put, or in the directories of a program that fetched them.
  private static let maximumDepth = 3

  /// Copies a file into the store, if one of these is it; nil else.
  func take(_ file: RemoteFile, into store: FetchStore) throws -> FetchedFile? {
    guard let digest = file.digest, let found = try find(file, digest) else { return nil }
    while true {
      try cancellation.check()
      if let stored = store.find(file) { return stored }
      if let partial = try PartialFile.open(file, in: store) {
        return try copy(found, file, to: partial, store)
      }
      // Another process has it.
      usleep(50_000)
    }
  }

  private func find(_ file: RemoteFile, _ digest: FileDigest) throws -> SourceFile? {
    // The likely one first: hashing all that has the size may take long.
    let candidates = files.filter { file.byteCount == nil || file.byteCount == $0.byteCount }
    for candidate in candidates.filter({ $0.name == file.name })
      + candidates.filter({ $0.name != file.name })
    where try self.digest(of: candidate, like: digest) == digest {
      return candidate
    }
    return nil
  }

  /// A file's digest by the algorithm of another one; nil where the file cannot be read.
  private func digest(of file: SourceFile, like other: FileDigest) throws -> FileDigest? {
    // Where sizes are not on record, every file is a candidate for each that is wanted.
    let known = digests[file.path]?.first { $0.algorithm == other.algorithm }
    if let known { return known }
    let hash = FileHash(expecting: other)
    do {
      try hash.update(file: file.path, count: file.byteCount, cancellation: cancellation)
    } catch is FileError {
      return nil
    }
    let digest = hash.finish().found
    digests[file.path, default: []].append(digest)
    return digest
  }

  /// A copy, no link: what its owner does to the file later is nothing to the store.
  private func copy(
    _ found: SourceFile, _ file: RemoteFile, to partial: PartialFile, _ store: FetchStore
  ) throws -> FetchedFile? {
    defer { partial.leave() }
    try partial.clear()
    let hash = FileHash(expecting: file.digest)
    let stream = try found.open()
    do {
      try stream.forEachChunk { bytes in
        hash.update(bytes.span)
        try partial.append(bytes.span)
      }
      let (sha256, digest) = hash.finish()
      // Changed since it was looked at.
      guard digest == file.digest else {
        try partial.clear()
        return nil
      }
      try partial.publish()
      return FetchedFile(
        file: file, path: store.path(of: file), byteCount: partial.byteCount, sha256: sha256,
        origin: .directory(path: found.path))
    } catch {
      try partial.clear()
      throw error
    }
  }
}
