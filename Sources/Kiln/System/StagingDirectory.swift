#if canImport(Glibc)
  import CLinux
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// The hidden directory in which an output is built.
///
/// It is called `.NAME.partial-PID-N` and locked while its writer lives: what a killed run left behind is
/// recognised by its open lock. The number tells nothing: in a container every run may have the same one.
final class StagingDirectory: Sendable {
  /// Where it is.
  let path: String
  /// Nil once it is open again.
  private let lock: Locked<Int32?>

  private static let count = Atomic<Int>(0)

  /// The longest name of a file, on nearly all file systems.
  static let nameByteCount = 255

  /// Makes the directory beside a destination.
  /// - Throws: ``FileError``.
  init(for name: String, in parent: String) throws(FileError) {
    while true {
      let number = Self.count.add(1, ordering: .relaxed).newValue
      let path = Path.join(parent, "\(Self.prefix(name))\(getpid())-\(number)")
      guard unsafe mkdir(path, 0o777) == 0 else {
        // A process of the same number, in another container, may write to the same disk.
        if errno == EEXIST { continue }
        throw FileError(.makeDirectory, path)
      }
      do {
        // Until it is locked, another run may take it for abandoned.
        guard let lock = try Self.lock(path) else { continue }
        self.path = path
        self.lock = Locked(lock)
        return
      } catch {
        unsafe rmdir(path)
        throw error
      }
    }
  }

  deinit { unlock() }

  /// Makes a directory in this one, which is left without it where that fails.
  /// - Returns: its path.
  /// - Throws: ``FileError``.
  func makeDirectory(_ name: String) throws(FileError) -> String {
    let full = path + "/" + name
    guard unsafe mkdir(full, 0o777) == 0 else {
      let error = FileError(.makeDirectory, full)
      remove()
      throw error
    }
    return full
  }

  /// Removes the directory with all that is in it, as far as that can be done.
  func remove() {
    // First: looking into directories takes a descriptor, and there may be no other.
    unlock()
    try? Path.removeTree(path)
  }

  private func unlock() {
    let descriptor = lock.withLock { lock in
      defer { lock = nil }
      return lock
    }
    if let descriptor { close(descriptor) }
  }

  /// Has the system write all files of this file system to its disk.
  /// - Returns: whether that was done; `errno` tells why not.
  func flushFileSystem() -> Bool {
    #if canImport(Glibc)
      guard let descriptor = lock.withLock({ $0 }) else { return true }
      return retryingInterrupts { syncfs(descriptor) } == 0
    #else
      sync()
      return true
    #endif
  }

  /// What is added to a long name takes the place of its end.
  private static func prefix(_ name: String) -> String {
    var shown = name[...]
    while shown.utf8.count > nameByteCount - 50 { shown.removeLast() }
    return ".\(shown).partial-"
  }

  /// Locks a staging directory; nil where another process has it, or has removed it.
  private static func lock(_ path: String) throws(FileError) -> Int32? {
    let lock = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard lock >= 0 else {
      if errno == ENOENT { return nil }
      throw FileError(.open, path)
    }
    if flock(lock, LOCK_EX | LOCK_NB) == 0 {
      if statusOfFile(lock, stillAt: path) != nil { return lock }
      close(lock)
      return nil
    }
    let failure = errno == EWOULDBLOCK ? nil : FileError(.lock, path)
    close(lock)
    if let failure { throw failure }
    return nil
  }

  /// Removes what runs that no longer exist have left behind; best effort.
  static func removeAbandoned(of name: String, in parent: String) {
    guard let entries = try? Path.contents(of: parent) else { return }
    for entry in entries where entry.hasPrefix(prefix(name)) {
      let owner = entry.dropFirst(prefix(name).count).prefix { $0 != "-" }
      let path = Path.join(parent, entry)
      // A directory of that kind that nobody has numbered is not ours.
      guard pid_t(owner) != nil, let lock = try? lock(path) else { continue }
      defer { close(lock) }
      try? Path.removeTree(path)
    }
  }
}
