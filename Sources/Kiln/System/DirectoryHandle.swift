#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open directory in which many files are created, by any number of threads at once.
///
/// Creating through a kept descriptor saves the walk from the root for each file.
final class DirectoryHandle: Sendable {
  private let descriptor: Int32
  private let path: String

  init(opening path: String, shownAs shown: String) throws(FileError) {
    descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    self.path = shown
    guard descriptor >= 0 else { throw FileError(.open, shown) }
  }

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// How many files this process may have open at once.
  static var openFileLimit: Int {
    let limit = sysconf(Int32(_SC_OPEN_MAX))
    return limit > 0 ? limit : 256
  }

  /// Makes a directory and those above it, below this one; those that exist already are fine.
  func makeDirectories(_ relativePath: String) throws(FileError) {
    if unsafe mkdirat(descriptor, relativePath, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = relativePath.lastIndex(of: "/") else {
      throw FileError(.makeDirectory, Path.join(path, relativePath))
    }
    try makeDirectories(String(relativePath[..<slash]))
    guard unsafe mkdirat(descriptor, relativePath, 0o777) == 0 || errno == EEXIST else {
      throw FileError(.makeDirectory, Path.join(path, relativePath))
    }
  }

  /// Opens a directory below this one.
  func openDirectory(_ relativePath: String) throws(FileError) -> DirectoryHandle {
    let shown = Path.join(path, relativePath)
    let opened = unsafe openat(descriptor, relativePath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError(.open, shown) }
    return DirectoryHandle(descriptor: opened, path: shown)
  }

  /// What came of creating a file.
  enum Creation { case created, exists, directoryMissing }

  /// Creates a file with its whole content: open, write, close and nothing else.
  ///
  /// `name` is the path below this directory, with a zero byte at its end.
  func createFile(_ name: Span<UInt8>, _ content: Span<UInt8>) throws(FileError) -> Creation {
    precondition(name.count > 0 && name[name.count - 1] == 0)
    // The name is zero-terminated, as checked above.
    let file = unsafe name.withUnsafeBytes { name -> Int32 in
      guard let start = unsafe name.baseAddress?.assumingMemoryBound(to: CChar.self) else {
        return -1
      }
      return unsafe openat(
        descriptor, start, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    guard file >= 0 else {
      switch errno {
      case EEXIST: return .exists
      case ENOENT: return .directoryMissing
      default: throw FileError(.create, shown(name))
      }
    }
    var done = 0
    while done < content.count {
      // The part not yet written, within the span.
      let written = unsafe content.extracting(done..<content.count).withUnsafeBytes { rest in
        retryingInterrupts { unsafe write(file, rest.baseAddress, rest.count) }
      }
      guard written > 0 else {
        let failure = FileError(.write, shown(name))
        close(file)
        throw failure
      }
      done += written
    }
    guard close(file) == 0 else { throw FileError(.close, shown(name)) }
    return .created
  }

  private func shown(_ name: Span<UInt8>) -> String {
    var bytes: [UInt8] = []
    for index in name.indices.dropLast() { bytes.append(name[index]) }
    return Path.join(path, String(decoding: bytes, as: UTF8.self))
  }
}
