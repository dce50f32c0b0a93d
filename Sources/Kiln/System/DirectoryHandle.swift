#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open directory in which many files are created or read, by any number of threads at once.
///
/// A kept descriptor saves the walk from the root for each file.
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
    guard errno == ENOENT, let slash = relativePath.lastSlash else {
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

  /// What a name in a directory stands for, links followed.
  enum EntryKind { case file, directory, other }

  /// Goes through the names in this directory, in no particular order and without `.` and `..`.
  ///
  /// Nothing is opened or looked at where the file system tells kinds beside names.
  /// - Parameter body: gets a name, lent for the call; false ends the walk.
  /// - Throws: ``FileError``, or what `body` throws.
  func forEachEntry(_ body: (Span<UInt8>, EntryKind) throws -> Bool) throws {
    // A descriptor of its own: closing the stream closes it, and two walks share no position.
    let own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0 else { throw FileError(.list, path) }
    guard let stream = unsafe fdopendir(own) else {
      close(own)
      throw FileError(.list, path)
    }
    defer { unsafe closedir(stream) }
    while true {
      // At the end, too, there is no entry: only the error number tells a failure from it.
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      // d_name is a NUL-terminated string inside the entry, valid until the next call.
      let goesOn = unsafe try withUnsafePointer(to: &entry.pointee.d_name) { name in
        let text = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
          .assumingMemoryBound(to: UInt8.self)
        if bytes.count <= 2, unsafe bytes.allSatisfy({ $0 == UInt8(ascii: ".") }) { return true }
        let kind = unsafe kind(of: text, told: Int32(entry.pointee.d_type))
        return unsafe try body(bytes.span, kind)
      }
      guard goesOn else { return }
    }
    guard errno == 0 else { throw FileError(.list, path) }
  }

  @unsafe private func kind(of name: UnsafePointer<CChar>, told type: Int32) -> EntryKind {
    switch type {
    case Int32(DT_REG): return .file
    case Int32(DT_DIR): return .directory
    case Int32(DT_LNK), Int32(DT_UNKNOWN): break
    default: return .other
    }
    var status = stat()
    // The name is NUL-terminated, by readdir; a link that leads nowhere is passed by.
    guard unsafe fstatat(descriptor, name, &status, 0) == 0 else { return .other }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    default: .other
    }
  }

  /// Whether there is a file of that name, which has a zero byte at its end.
  func contains(_ name: Span<UInt8>) -> Bool {
    let file = openFile(name)
    if file >= 0 { close(file) }
    return file >= 0 || errno != ENOENT
  }

  /// Reads a whole file into the start of `buffer`, which grows where it is too small.
  ///
  /// `name` is the path below this directory, with a zero byte at its end.
  /// - Returns: the file's size, never more than `limit`.
  /// - Throws: ``FileError``, also where the file is larger than `limit`.
  func readFile(
    _ name: Span<UInt8>, into buffer: inout [UInt8], limit: Int
  ) throws(FileError) -> Int {
    let file = openFile(name)
    guard file >= 0 else { throw FileError(.open, shown(name)) }
    defer { close(file) }
    var count = 0
    while true {
      if count == buffer.count {
        let size = count == 0 ? 0 : Self.byteCount(of: file)
        guard max(count, size) <= limit else { throw FileError(.read, shown(name), code: EFBIG) }
        // One byte more than there should be: a read that does not fill the room has come to the end.
        let room = max(Self.firstReadByteCount, min(limit + 1, max(2 * count, size + 1)))
        buffer.reserveCapacity(room)
        buffer.append(contentsOf: repeatElement(0, count: room - count))
      }
      // The part of the buffer behind what has been read.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
        return retryingInterrupts { unsafe read(file, rest.baseAddress, rest.count) }
      }
      guard got >= 0 else { throw FileError(.read, shown(name)) }
      count += got
      // A regular file gives less than there is room for at its end only; asking again for nothing is a
      // system call for each of tens of thousands of files.
      if count < buffer.count { return count }
    }
  }

  private static func byteCount(of file: Int32) -> Int {
    var status = stat()
    return unsafe fstat(file, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Most images of data sets fit, and a core's cache holds it.
  private static let firstReadByteCount = 64 << 10

  private func openFile(_ name: Span<UInt8>) -> Int32 {
    precondition(name.count > 0 && name[name.count - 1] == 0)
    // The name is zero-terminated, as checked above; O_NONBLOCK is for a pipe that has come since.
    return unsafe name.withUnsafeBytes { name -> Int32 in
      guard let start = unsafe name.baseAddress?.assumingMemoryBound(to: CChar.self) else {
        return -1
      }
      return unsafe openat(descriptor, start, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
  }

  private func shown(_ name: Span<UInt8>) -> String {
    var bytes: [UInt8] = []
    for index in name.indices.dropLast() { bytes.append(name[index]) }
    return Path.join(path, String(decoding: bytes, as: UTF8.self))
  }
}
