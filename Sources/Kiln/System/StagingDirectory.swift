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
  private let lock: Locked<DirectoryLock?>

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
        guard let lock = try DirectoryLock(path) else { continue }
        self.path = path
        self.lock = Locked(lock)
        return
      } catch {
        unsafe rmdir(path)
        throw error
      }
    }
  }

  /// Removes the directory with all that is in it, as far as that can be done.
  func remove() {
    // First: looking into directories takes a descriptor, and there may be no other.
    lock.withLock { $0 = nil }
    try? Path.removeTree(path)
  }

  /// Has the system write all files of this file system to its disk.
  /// - Returns: whether that was done; `errno` tells why not.
  func flushFileSystem() -> Bool {
    #if canImport(Glibc)
      guard let lock = lock.withLock({ $0 }) else { return true }
      return retryingInterrupts { syncfs(lock.descriptor) } == 0
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

  /// Removes what runs that no longer exist have left behind; best effort.
  static func removeAbandoned(of name: String, in parent: String) {
    guard let entries = try? Path.contents(of: parent) else { return }
    for entry in entries where entry.hasPrefix(prefix(name)) {
      let owner = entry.dropFirst(prefix(name).count).prefix { $0 != "-" }
      let path = Path.join(parent, entry)
      // A directory of that kind that nobody has numbered is not ours.
      guard pid_t(owner) != nil, let lock = try? DirectoryLock(path) else { continue }
      withExtendedLifetime(lock) { try? Path.removeTree(path) }
    }
  }
}

/// The lock of a directory, as long as the value lives.
final class DirectoryLock: Sendable {
  let descriptor: Int32

  /// Locks a directory; nil where another process has it, or has removed it.
  /// - Throws: ``FileError``.
  init?(_ path: String) throws(FileError) {
    descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw FileError(.open, path)
    }
    // What is returned or thrown from here on closes it, as a value that is let go does.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK { return nil }
      throw FileError(.lock, path)
    }
    if statusOfFile(descriptor, stillAt: path) == nil { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
