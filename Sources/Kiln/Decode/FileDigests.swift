/// Makes the digests of files that are not read from first to last, beside everything else.
final class FileDigests: Sendable {
  private let waiting: Locked<[SourceFile]>

  init(_ files: [SourceFile]) { waiting = Locked(files) }

  /// Begins, once.
  func start(on background: Background) {
    let files = waiting.withLock { files in
      defer { files = [] }
      return files
    }
    // A failure shows where the digest is asked for.
    for file in files { background.pool.async(.whenIdle) { _ = try? file.sha256() } }
  }
}
