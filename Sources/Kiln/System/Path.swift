#if canImport(Glibc)
  import CLinux
  import Glibc
#else
  import Darwin
#endif

/// Paths as text, and the few questions about them that the rooms ask the file system.
enum Path {
  enum Kind { case file, directory }

  static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") {
      path.unicodeScalars.removeLast()
    }
    return path
  }

  static func lastComponent(_ path: String) -> String {
    let path = withoutTrailingSlashes(path)
    guard let slash = path.lastSlash else { return path }
    return path.behind(slash: slash)
  }

  static func directory(of path: String) -> String {
    let path = withoutTrailingSlashes(path)
    guard let slash = path.lastSlash else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func join(_ directory: String, _ name: String) -> String {
    switch directory {
    case ".": name
    case _ where directory.utf8.last == UInt8(ascii: "/"): directory + name
    default: directory + "/" + name
    }
  }

  /// The one absolute path of an entry of a directory, which may itself be a link to another one.
  static func place(of path: String) -> String {
    let path = withoutTrailingSlashes(path)
    guard ![".", "..", ""].contains(lastComponent(path)) else { return resolved(path) }
    return join(resolved(directory(of: path)), lastComponent(path))
  }

  /// The one absolute path of a place, with links, `.` and `..` resolved; it need not exist yet.
  static func resolved(_ path: String) -> String {
    let path = withoutTrailingSlashes(path)
    // realpath allocates a string, which is copied and freed here.
    if let real = unsafe realpath(path, nil) {
      defer { unsafe free(real) }
      return unsafe String(cString: real)
    }
    let parent = directory(of: path)
    guard parent != path else { return path }
    let above = resolved(parent)
    return switch lastComponent(path) {
    case ".", "": above
    case "..": directory(of: above)
    case let name: join(above, name)
    }
  }

  /// What is at a path, links followed; nil where there is nothing.
  static func kind(of path: String) -> Kind? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      // A dangling link takes the name, too.
      return unsafe lstat(path, &status) == 0 ? .file : nil
    }
    return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
  }

  /// Whether a path's last component is a symbolic link.
  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The names in a directory, in no particular order.
  static func contents(of directory: String) throws(FileError) -> [String] {
    try entries(of: directory).map(\.name)
  }

  /// What is in a directory, in no particular order; links are what they lead to.
  static func entries(of directory: String) throws(FileError) -> [(name: String, kind: Kind)] {
    guard let stream = unsafe opendir(directory) else { throw FileError(.list, directory) }
    defer { unsafe closedir(stream) }
    var entries: [(name: String, kind: Kind)] = []
    while true {
      // At the end, too, there is no entry: only the error number tells a failure from it.
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      // d_name is a NUL-terminated string inside the entry, valid until the next call; in place, since the
      // array that C declares reaches beyond a short entry.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
      }
      guard name != "." && name != ".." else { continue }
      // The kind comes with the name on most file systems; links and the rest take a look.
      switch unsafe Int32(entry.pointee.d_type) {
      case Int32(DT_REG): entries.append((name, .file))
      case Int32(DT_DIR): entries.append((name, .directory))
      default: entries.append((name, kind(of: join(directory, name)) ?? .file))
      }
    }
    guard errno == 0 else { throw FileError(.list, directory) }
    return entries
  }

  /// Makes a directory and those above it; returns the ones that were missing, outermost first.
  static func makeDirectories(_ path: String) throws(FileError) -> [String] {
    if kind(of: path) == .directory { return [] }
    let parent = directory(of: path)
    var created = parent == path ? [] : try makeDirectories(parent)
    if unsafe mkdir(path, 0o777) == 0 {
      created.append(path)
    } else if errno != EEXIST || kind(of: path) != .directory {
      let failure = FileError(.makeDirectory, path)
      removeEmptyDirectories(created)
      throw failure
    }
    return created
  }

  static func removeEmptyDirectories(_ paths: [String]) {
    for path in paths.reversed() { unsafe rmdir(path) }
  }

  /// Removes a directory with everything in it, or a file; links are removed, never followed.
  static func removeTree(_ path: String) throws(FileError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      // Looking into a directory takes a descriptor; removing an empty one does not.
      if unsafe rmdir(path) == 0 { return }
      // Its owner may have protected what is in it against changes of parts, not of the whole.
      if status.st_mode & S_IRWXU != S_IRWXU { unsafe chmod(path, status.st_mode | S_IRWXU) }
      for name in try contents(of: path) { try removeTree(path + "/" + name) }
      guard unsafe rmdir(path) == 0 else { throw FileError(.remove, path) }
    } else {
      guard unsafe unlink(path) == 0 else { throw FileError(.remove, path) }
    }
  }

  /// Gives a file or directory a name that nothing has.
  /// - Returns: whether it has the name now; else `errno` is `EEXIST` where something has it.
  static func renameWithoutReplacing(_ source: String, _ destination: String) -> Bool {
    #if canImport(Glibc)
      let flag = UInt32(KILN_RENAME_NOREPLACE)
      if unsafe renameat2(AT_FDCWD, source, AT_FDCWD, destination, flag) == 0 { return true }
    #else
      if unsafe renamex_np(source, destination, UInt32(RENAME_EXCL)) == 0 { return true }
    #endif
    // NFS and some others know no such rename.
    guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else { return false }
    return renameWithTwoCalls(source, destination)
  }

  /// The same where the file system has no call for it.
  static func renameWithTwoCalls(_ source: String, _ destination: String) -> Bool {
    if kind(of: source) == .file {
      // A second name is never put in the place of another file.
      if unsafe link(source, destination) == 0 {
        unsafe unlink(source)
        return true
      }
      if errno == EEXIST { return false }
    }
    if kind(of: destination) != nil {
      errno = EEXIST
      return false
    }
    // A directory replaces nothing but an empty one, if another run has made it since.
    return unsafe rename(source, destination) == 0
  }

  static func exchange(_ first: String, _ second: String) -> Bool {
    #if canImport(Glibc)
      unsafe renameat2(AT_FDCWD, first, AT_FDCWD, second, UInt32(KILN_RENAME_EXCHANGE)) == 0
    #else
      unsafe renamex_np(first, second, UInt32(RENAME_SWAP)) == 0
    #endif
  }
}
