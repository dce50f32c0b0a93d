/// A directory whose files may be a data set, or an archive, which is one: listed when asked and once.
final class FileTree: Sendable {
  /// A name in a directory.
  struct Entry: Sendable, Equatable {
    let name: String
    let kind: Path.Kind
  }

  /// The path that was named.
  let path: String
  /// The archive that it is; nil for a directory.
  let archive: Archive?
  private let cancellation: Cancellation
  private let listings = Locked<[String: [Entry]]>([:])
  private let archiveIndex = Locked<ArchiveIndex?>(nil)

  /// Takes a directory; nothing is listed yet.
  init(directory path: String, cancellation: Cancellation = Cancellation()) {
    self.cancellation = cancellation
    self.path = Path.withoutTrailingSlashes(path)
    archive = nil
  }

  /// Takes an archive; nothing is listed yet.
  init(_ archive: Archive) {
    path = archive.file.path
    cancellation = archive.file.cancellation
    self.archive = archive
  }

  /// What messages call it.
  var name: String { path }

  /// What is in a directory of the tree, by name; hidden files are nobody's data.
  /// - Parameter directory: its path below the tree; empty for the tree itself.
  /// - Returns: files and directories, links followed.
  /// - Throws: ``FileError``, or what is wrong with the archive.
  func entries(of directory: String = "") throws -> [Entry] {
    if let archive { return try index(of: archive).entries(of: directory) }
    if let known = listings.withLock({ $0[directory] }) { return known }
    let place = directory.isEmpty ? path : Path.join(path, directory)
    let entries = try Path.entries(of: place)
      .filter { !$0.name.hasPrefix(".") }
      .sorted { $0.name < $1.name }
      .map { Entry(name: $0.name, kind: $0.kind) }
    listings.withLock { $0[directory] = entries }
    return entries
  }

  private func index(of archive: Archive) throws -> ArchiveIndex {
    if let known = archiveIndex.withLock({ $0 }) { return known }
    let index = try ArchiveIndex(try archive.entries())
    archiveIndex.withLock { $0 = index }
    return index
  }

  /// The files of a directory of the tree, by name.
  ///
  /// A file that cannot be read is an error only where it is opened.
  /// - Throws: ``FileError``, or what is wrong with the archive.
  func files(in directory: String = "") throws -> [Member] {
    try entries(of: directory).filter { $0.kind == .file }.map {
      Member(tree: self, relativePath: directory.isEmpty ? $0.name : "\(directory)/\($0.name)")
    }
  }

  /// The directory that holds the data set's files: the tree itself, or the only directory in it, as
  /// archives like to have one around everything, beside notes such as `README.md`.
  /// - Throws: ``FileError``, or what is wrong with the archive.
  func root() throws -> String {
    try innermost { !Self.isNote($0) }
  }

  /// The same where nothing at all may be beside that directory: of two folders of images, one is a class.
  /// - Throws: as ``root()``.
  func loneRoot() throws -> String {
    try innermost { _ in true }
  }

  private func innermost(where counts: (Entry) -> Bool) throws -> String {
    var root = ""
    for _ in 0..<Self.maximumWrapping {
      let entries = try entries(of: root).filter(counts)
      guard entries.count == 1, entries[0].kind == .directory else { return root }
      root = root.isEmpty ? entries[0].name : "\(root)/\(entries[0].name)"
    }
    return root
  }

  /// Whether something is what people put beside their data for others to read.
  private static func isNote(_ entry: Entry) -> Bool {
    let stem = entry.name.prefix { $0 != "." }.lowercased()
    return entry.kind == .file
      && ["readme", "license", "licence", "copying", "notice", "citation", "changelog"]
        .contains(stem)
  }

  /// Directories around everything: `archive/gzip/` has been seen.
  private static let maximumWrapping = 3

  /// A file of a tree, known by its name alone until it is opened.
  struct Member: Sendable {
    let tree: FileTree
    let relativePath: String

    var fileName: String { Path.lastComponent(relativePath) }

    /// The file, to be read.
    /// - Throws: ``FileError`` when it cannot be, ``ArchiveError`` where two have its path.
    func resource() throws -> Resource {
      if let archive = tree.archive {
        return Resource(try tree.index(of: archive).entry(at: relativePath), of: archive)
      }
      return Resource(
        file: try SourceFile(
          path: Path.join(tree.path, relativePath), cancellation: tree.cancellation),
        relativePath: relativePath)
    }
  }
}
