#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that one writer at a time has, in this process or another, and that is appended to.
///
/// The system holds the lock: that of a process which is gone is gone with it.
final class LockedFile {
  private let descriptor: Int32
  private let path: String
  /// How many bytes are in the file.
  private(set) var byteCount: Int

  private init(descriptor: Int32, path: String, byteCount: Int) {
    self.descriptor = descriptor
    self.path = path
    self.byteCount = byteCount
  }

  deinit { close(descriptor) }

  /// Opens a file, or makes an empty one; nil while somebody else has it.
  static func open(_ path: String) throws(FileError) -> LockedFile? {
    while true {
      let descriptor = openOnce(path, O_RDWR | O_CREAT | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileError(.create, path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let isTaken = errno == EWOULDBLOCK
        let failure = FileError(.lock, path)
        close(descriptor)
        guard isTaken else { throw failure }
        return nil
      }
      // Whoever had the lock may have renamed or removed the file meanwhile: then this is another one.
      if let status = statusOfFile(descriptor, stillAt: path) {
        return LockedFile(
          descriptor: descriptor, path: path, byteCount: max(0, Int(status.st_size)))
      }
      close(descriptor)
    }
  }

  private static func openOnce(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Glibc)
      unsafe Glibc.open(path, flags, 0o666)
    #else
      unsafe Darwin.open(path, flags, 0o666)
    #endif
  }

  /// Appends bytes.
  func append(_ bytes: Span<UInt8>) throws(FileError) {
    var done = 0
    while done < bytes.count {
      // The part not yet written, within the span.
      let written = unsafe bytes.extracting(done..<bytes.count).withUnsafeBytes { rest in
        retryingInterrupts {
          unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(byteCount))
        }
      }
      guard written > 0 else { throw FileError(.write, path) }
      done += written
      byteCount += written
    }
  }

  /// Takes away everything behind a position.
  func truncate(to count: Int) throws(FileError) {
    guard count < byteCount else { return }
    guard retryingInterrupts({ ftruncate(descriptor, off_t(count)) }) == 0 else {
      throw FileError(.write, path)
    }
    byteCount = count
  }

  /// Gives the file another name, in place of what has it, once its bytes are on the disk.
  func publish(as name: String) throws(FileError) {
    guard retryingInterrupts({ fsync(descriptor) }) == 0 else { throw FileError(.flush, path) }
    guard unsafe rename(path, name) == 0 else { throw FileError(.rename, name) }
  }

  /// Writes a small file under another name first, so that readers see the old one or the new one.
  static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let new = path + ".new"
    guard let file = try open(new) else { throw FileError(.lock, new, code: EWOULDBLOCK) }
    do {
      try file.truncate(to: 0)
      try file.append(bytes.span)
      try file.publish(as: path)
    } catch {
      file.remove()
      throw error
    }
  }

  /// Removes the file, while nobody else can have it.
  func remove() { unsafe unlink(path) }
}

/// What is known of an open file or directory; nil where its path leads to another one by now.
func statusOfFile(_ descriptor: Int32, stillAt path: String) -> stat? {
  var opened = stat()
  var named = stat()
  guard unsafe fstat(descriptor, &opened) == 0, unsafe stat(path, &named) == 0,
    opened.st_ino == named.st_ino, opened.st_dev == named.st_dev
  else { return nil }
  return opened
}

/// Asks for the lock of a directory for the length of `body`, waiting for whoever has it.
func withLockedDirectory<Result>(
  _ path: String, _ body: () throws -> Result
) throws -> Result {
  let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError(.open, path) }
  defer { close(descriptor) }
  guard retryingInterrupts({ flock(descriptor, LOCK_EX) }) == 0 else {
    throw FileError(.lock, path)
  }
  return try body()
}
