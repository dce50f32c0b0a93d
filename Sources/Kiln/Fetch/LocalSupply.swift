#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A directory of files that somebody has got by hand, whatever they are called there.
struct LocalSupply {
  private let files: [SourceFile]

  /// Looks at what is in a directory and below it.
  init(directory: String) throws {
    var files: [SourceFile] = []
    try Self.collect(directory, depth: 0, into: &files)
    self.files = files
  }

  private static func collect(_ directory: String, depth: Int, into files: inout [SourceFile])
    throws
  {
    for entry in try Path.entries(of: directory).sorted(by: { $0.name < $1.name }) {
      guard files.count < maximumFileCount else { return }
      let path = Path.join(directory, entry.name)
      switch entry.kind {
      case .file: if let file = try? SourceFile(path: path) { files.append(file) }
      case .directory where depth < maximumDepth:
        // What may not be looked into has nothing to offer.
        do { try collect(path, depth: depth + 1, into: &files) } catch is FileError {}
      case .directory: break
      }
    }
  }

  /// A data set has a dozen files; a directory of so many others was named by mistake.
  private static let maximumFileCount = 100_000
  /// Downloads lie where they were put, or in the directories of a program that fetched them.
  private static let maximumDepth = 3

  /// Copies a file into the store, if one of these is it; nil else.
  func take(
    _ file: RemoteFile, into store: FetchStore, _ cancellation: Cancellation
  ) throws -> FetchedFile? {
    guard let digest = file.digest, let found = try find(file, digest, cancellation) else {
      return nil
    }
    while true {
      if cancellation.isCancelled { throw Interruption() }
      if let stored = store.find(file) { return stored }
      if let partial = try PartialFile.open(file, in: store) {
        return try copy(found, file, to: partial, store)
      }
      // Another process has it.
      usleep(50_000)
    }
  }

  private func find(
    _ file: RemoteFile, _ digest: FileDigest, _ cancellation: Cancellation
  ) throws -> SourceFile? {
    // The likely one first: hashing all that has the size may take long.
    let candidates = files.filter { file.byteCount == nil || file.byteCount == $0.byteCount }
    for candidate in candidates.filter({ $0.name == file.name })
      + candidates.filter({ $0.name != file.name })
    {
      let hash = FileHash(expecting: digest)
      do {
        try hash.update(
          file: candidate.path, count: candidate.byteCount, cancellation: cancellation)
      } catch is FileError {
        continue
      }
      if hash.finish().found == digest { return candidate }
    }
    return nil
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
      while true {
        let bytes = try stream.read(FileStream.chunkByteCount)
        hash.update(bytes.span)
        try partial.append(bytes.span)
        if bytes.count < FileStream.chunkByteCount { break }
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
