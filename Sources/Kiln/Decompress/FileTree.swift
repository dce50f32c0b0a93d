/// A directory whose files may be a data set, listed when asked and once.
public final class FileTree: Sendable {
  /// A name in a directory.
  struct Entry: Sendable, Equatable {
    let name: String
    let kind: Path.Kind
  }

  /// The path that was named.
  public let path: String
  private let listings = Locked<[String: [Entry]]>([:])

  /// Takes a directory; nothing is listed yet.
  init(directory path: String) { self.path = Path.withoutTrailingSlashes(path) }

  /// What messages call it.
  public var name: String { path }

  /// What is in a directory of the tree, by name; hidden files are nobody's data.
  /// - Parameter directory: its path below the tree; empty for the tree itself.
  /// - Returns: files and directories, links followed.
  /// - Throws: ``FileError``.
  func entries(of directory: String = "") throws(FileError) -> [Entry] {
    if let known = listings.withLock({ $0[directory] }) { return known }
    let place = directory.isEmpty ? path : Path.join(path, directory)
    let entries = try Path.entries(of: place)
      .filter { !$0.name.hasPrefix(".") }
      .sorted { $0.name < $1.name }
      .map { Entry(name: $0.name, kind: $0.kind) }
    listings.withLock { $0[directory] = entries }
    return entries
  }

  /// The files of a directory of the tree, by name.
  ///
  /// A file that cannot be read is an error only where it is opened.
  /// - Throws: ``FileError``.
  func files(in directory: String = "") throws(FileError) -> [Member] {
    try entries(of: directory).filter { $0.kind == .file }.map {
      Member(tree: self, relativePath: directory.isEmpty ? $0.name : "\(directory)/\($0.name)")
    }
  }

  /// The directory that holds the data set's files: the tree itself, or the only directory in it, as
  /// archives like to have one around everything.
  /// - Throws: ``FileError``.
  func root() throws(FileError) -> String {
    var root = ""
    for _ in 0..<Self.maximumWrapping {
      let entries = try entries(of: root)
      guard entries.count == 1, entries[0].kind == .directory else { return root }
      root = root.isEmpty ? entries[0].name : "\(root)/\(entries[0].name)"
    }
    return root
  }

  /// Directories around everything: `archive/gzip/` has been seen.
  private static let maximumWrapping = 3

  /// A file of a tree, known by its name alone until it is opened.
  struct Member: Sendable {
    let tree: FileTree
    let relativePath: String

    var fileName: String { Path.lastComponent(relativePath) }

    /// The file, to be read.
    /// - Throws: ``FileError`` when it cannot be.
    func resource() throws(FileError) -> Resource {
      Resource(
        file: try SourceFile(path: Path.join(tree.path, relativePath)), relativePath: relativePath)
    }
  }
}
