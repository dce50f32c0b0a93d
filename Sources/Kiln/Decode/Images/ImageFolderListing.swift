import Synchronization

/// The names of all images below a directory.
///
/// Kept as bytes in one place, with 8 bytes more for each: a million files take 30 MB, and as much again
/// while they are listed. Directories, and the files of each, are in natural order.
struct ImageFolderListing: Sendable {
  /// A directory with the images that lie in it.
  struct Directory: Sendable {
    /// The path below the root; empty for the root itself.
    let path: String
    /// Positions of its images.
    let files: Range<Int>
    /// Whether there are directories in it.
    let hasDirectories: Bool
  }

  /// A wrapper around splits around labels, and one more for what is unusual.
  static let maximumDepth = 5
  /// The hundred thousand classes of MS-Celeb-1M are the most of a well-known data set; what a link back
  /// to itself pretends to hold is refused in seconds.
  private static let maximumDirectoryCount = 1 << 18
  /// Offsets of names have 32 bits; this many bytes are names of a hundred million files.
  private static let maximumNameByteCount = Int(UInt32.max)

  /// All directories, those above before those below.
  private(set) var directories: [Directory] = []
  /// All names, each with a zero byte at its end.
  private var names: [UInt8] = []
  /// Where the name of each file starts.
  private var starts: [UInt32] = []
  /// The directory of each file.
  private var places: [UInt32] = []
  /// The position of each file among the entries of its archive; empty for files on disk.
  private(set) var entries: [UInt32] = []
  /// The paths of the first tables that lie among the images.
  private(set) var tables: [String] = []

  /// Lists a directory and those below it, each of them once.
  /// - Parameters:
  ///   - root: the directory.
  ///   - shown: what messages call it.
  ///   - workerCount: how many directories to list side by side.
  ///   - cancellation: asks to stop.
  /// - Throws: ``StageError`` that names what cannot be listed or is no image that Kiln reads.
  init(
    of root: DirectoryHandle, shownAs shown: String, workerCount: Int = 1,
    cancellation: Cancellation = Cancellation()
  ) throws {
    try at(.decode, shown) {
      var nodes = try Self.list(root, workerCount, cancellation)
      names.reserveCapacity(nodes.reduce(0) { $0 + $1.contents.images.names.count })
      starts.reserveCapacity(nodes.reduce(0) { $0 + $1.contents.images.starts.count })
      places.reserveCapacity(starts.capacity)
      try add(0, of: &nodes)
    }
  }

  /// Sorts the entries of an archive into directories.
  /// - Parameters:
  ///   - archive: the entries.
  ///   - depth: how many directories around everything are left away.
  /// - Throws: ``ArchiveError`` where two entries have one path, ``StageError`` as above.
  init(of archive: [ArchiveEntry], below depth: Int) throws {
    var files: [String: [UInt32]] = ["": []]
    for (position, entry) in archive.enumerated() where !Self.isHidden(path: entry.path) {
      let path = Self.path(entry.path, below: depth)
      var above = path.lastSlash.map { String(path[..<$0]) } ?? ""
      files[above, default: []].append(UInt32(position))
      while let slash = above.lastSlash {
        above = String(above[..<slash])
        if files[above] != nil { break }
        files[above] = []
      }
    }
    let order = files.keys.map { (path: $0, components: $0.pathComponents()) }.sorted {
      let length = min($0.components.count, $1.components.count)
      for (one, two) in zip($0.components, $1.components) where one != two {
        return NaturalOrder.precedes(one, two)
      }
      return length == $0.components.count && length < $1.components.count
    }
    for (position, directory) in order.enumerated() {
      guard directory.components.count <= Self.maximumDepth else {
        throw Self.tooDeep(directory.path)
      }
      let next = position + 1 < order.count ? order[position + 1].components.count : 0
      try append(
        files[directory.path] ?? [], of: archive, in: directory.path,
        hasDirectories: next > directory.components.count)
    }
  }

  private static func path(_ path: String, below depth: Int) -> String {
    if depth == 0 { return path }
    let components = path.pathComponents()
    return components.dropFirst(min(depth, components.count - 1)).joined(separator: "/")
  }

  /// Hidden files, and what archivers of macOS leave behind, wherever in an archive.
  static func isHidden(path: String) -> Bool {
    path.pathComponents().contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
  }

  private mutating func append(
    _ members: [UInt32], of archive: [ArchiveEntry], in path: String, hasDirectories: Bool
  ) throws {
    var images = DirectoryImages()
    var entry: [UInt32: UInt32] = [:]
    for member in members {
      let name = Array(Path.lastComponent(archive[Int(member)].path).utf8)
      guard try images.take(name.span), let start = images.starts.last else { continue }
      entry[start] = member
    }
    try images.checkAllReadable(in: path)
    images.sort()
    if let twin = images.firstOfTwins {
      throw ArchiveError.duplicate(archive[Int(entry[twin] ?? 0)].path)
    }
    entries += images.starts.map { entry[$0] ?? 0 }
    try add(images, in: path, hasDirectories: hasDirectories)
  }

  /// How many images there are.
  var count: Int { starts.count }

  /// The directory that a file lies in.
  func directory(of file: Int) -> Int { Int(places[file]) }

  /// A file's name with a zero byte at its end.
  func withName<Result>(of file: Int, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    let start = Int(starts[file])
    var end = start
    while names[end] != 0 { end += 1 }
    return try body(names.span.extracting(start..<end + 1))
  }

  /// Appends a file's path below the root.
  func appendPath(of file: Int, to path: inout [UInt8]) {
    let directory = directories[directory(of: file)].path
    if !directory.isEmpty {
      path += directory.utf8
      path.append(UInt8(ascii: "/"))
    }
    var position = Int(starts[file])
    while names[position] != 0 {
      path.append(names[position])
      position += 1
    }
  }

  /// A file's path below the root, for messages.
  func path(of file: Int) -> String {
    var path: [UInt8] = []
    appendPath(of: file, to: &path)
    return String(decoding: path, as: UTF8.self)
  }

  // MARK: Listing

  /// What lies in one directory.
  private struct Contents: Sendable {
    var images = DirectoryImages()
    var directories: [String] = []

    init(of directory: DirectoryHandle, path: String) throws {
      try directory.forEachEntry { name, kind in
        guard !DirectoryImages.isHidden(name) else { return true }
        switch kind {
        case .directory: directories.append(name.text)
        case .other:
          guard !ImageFileName.kind(of: name).isImage else {
            throw StageError(
              .decode, file: path.isEmpty ? name.text : Path.join(path, name.text),
              UnsupportedError("is no file (a link to one that is not there?)"))
          }
        case .file: _ = try images.take(name)
        }
        return true
      }
      try images.checkAllReadable(in: path)
      images.sort()
      directories.sort(by: NaturalOrder.precedes)
    }
  }

  /// A directory in the tree of them.
  private struct Node {
    let path: String
    var contents: Contents
    /// Where the directories in it are among all nodes.
    let children: Range<Int>
  }

  /// Lists all directories, those of each level side by side: the root first, and each level behind the
  /// one above it.
  private static func list(
    _ root: DirectoryHandle, _ workerCount: Int, _ cancellation: Cancellation
  ) throws -> [Node] {
    // Each worker holds two descriptors, and a disk does not get faster by more of them.
    let most = max(1, min(workerCount, 16, DirectoryHandle.openFileLimit / 8))
    let workerCount = max(1, WorkerPool.countWithRoom(upTo: most))
    let foundCount = Atomic<Int>(1)
    var nodes: [Node] = []
    var level = [""]
    for depth in 0...maximumDepth where !level.isEmpty {
      let contents = try WorkerPool.map(level, workerCount: workerCount) { path in
        try cancellation.check()
        let directory = path.isEmpty ? root : try root.openDirectory(path)
        let contents = try Contents(of: directory, path: path)
        let (_, count) = foundCount.add(contents.directories.count, ordering: .relaxed)
        guard count <= maximumDirectoryCount else {
          throw UnsupportedError(
            "holds more than \(maximumDirectoryCount) directories (does a link lead back?)")
        }
        return contents
      }
      let next = nodes.count + level.count
      var below: [String] = []
      for (path, contents) in zip(level, contents) {
        let first = next + below.count
        below += contents.directories.map { path.isEmpty ? $0 : path + "/" + $0 }
        nodes.append(
          Node(path: path, contents: contents, children: first..<next + below.count))
      }
      level = below
      if depth == maximumDepth, let first = level.first { throw tooDeep(first) }
    }
    return nodes
  }

  private mutating func add(_ position: Int, of nodes: inout [Node]) throws {
    let children = nodes[position].children
    try add(
      nodes[position].contents.images, in: nodes[position].path,
      hasDirectories: !children.isEmpty)
    // What has been joined is not kept twice.
    nodes[position].contents.images = DirectoryImages()
    for child in children { try add(child, of: &nodes) }
  }

  private static func tooDeep(_ path: String) -> UnsupportedError {
    UnsupportedError(
      "directory \(path) lies more than \(maximumDepth) levels deep"
        + " (name the directory that holds the splits or classes)")
  }

  /// Adds a directory behind all others.
  private mutating func add(
    _ images: DirectoryImages, in path: String, hasDirectories: Bool
  ) throws(UnsupportedError) {
    let offset = names.count
    guard offset + images.names.count < Self.maximumNameByteCount else {
      throw UnsupportedError("holds too many files for one data set")
    }
    let first = starts.count
    for name in images.tables where tables.count <= Spelling.listedCount {
      tables.append(path.isEmpty ? name : path + "/" + name)
    }
    names += images.names
    starts += images.starts.map { $0 + UInt32(offset) }
    places += Array(repeating: UInt32(directories.count), count: images.starts.count)
    directories.append(
      Directory(path: path, files: first..<starts.count, hasDirectories: hasDirectories))
  }
}
