/// The files of an archive by directory and by path.
struct ArchiveIndex: Sendable {
  private let directories: [String: [FileTree.Entry]]
  private let places: [String: Int]
  private let duplicates: Set<String>
  private let entries: [ArchiveEntry]

  /// Sorts entries into directories, without what is hidden and what macOS adds of its own.
  /// - Throws: ``ArchiveError`` where directories lie in one another so deep that their names take more
  ///   memory than the archive.
  init(_ entries: [ArchiveEntry]) throws(ArchiveError) {
    var nameByteCount = 0
    var directories: [String: [FileTree.Entry]] = [:]
    var places: [String: Int] = [:]
    var duplicates: Set<String> = []
    for (place, entry) in entries.enumerated() where !Self.isHidden(entry.path) {
      if places.updateValue(place, forKey: entry.path) != nil {
        duplicates.insert(entry.path)
        continue
      }
      var (above, name) = Self.split(entry.path)
      var kind = Path.Kind.file
      while true {
        let isNewDirectory = directories[above] == nil
        directories[above, default: []].append(FileTree.Entry(name: name, kind: kind))
        guard isNewDirectory, !above.isEmpty else { break }
        nameByteCount += above.utf8.count
        guard nameByteCount <= ArchiveListing.maximumNameByteCount else {
          throw .namesTooLong(limit: ArchiveListing.maximumNameByteCount)
        }
        (above, name) = Self.split(above)
        kind = .directory
      }
    }
    self.entries = entries
    self.places = places
    self.duplicates = duplicates
    self.directories = directories.mapValues { $0.sorted { $0.name < $1.name } }
  }

  private static func isHidden(_ path: String) -> Bool {
    if path.hasPrefix("__MACOSX/") { return true }
    var isStart = true
    for byte in path.utf8 {
      if isStart, byte == UInt8(ascii: ".") { return true }
      isStart = byte == UInt8(ascii: "/")
    }
    return false
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    // By bytes: characters take ten times as long.
    let bytes = path.utf8
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[..<slash]), String(path[bytes.index(after: slash)...]))
  }

  /// What is in a directory, by name.
  /// - Throws: ``FileError`` where there is none.
  func entries(of directory: String) throws(FileError) -> [FileTree.Entry] {
    if let entries = directories[directory] { return entries }
    if directory.isEmpty { return [] }
    throw .missing(directory)
  }

  /// The file that has a path.
  /// - Throws: ``FileError`` where there is none, ``ArchiveError`` where there are two.
  func entry(at path: String) throws -> ArchiveEntry {
    if duplicates.contains(path) { throw ArchiveError.duplicate(path) }
    guard let place = places[path] else { throw FileError.missing(path) }
    return entries[place]
  }
}
