#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// An output that is built in a hidden sibling and appears under its name only when it is complete.
///
/// The sibling is a directory, `.NAME.partial-PID-N`; what a killed run left behind is removed by the next run
/// to the same destination. An output that is one file is staged in such a directory too, together with its
/// companions. What an output has replaced has the hidden name until the run is over.
public final class StagedOutput: Sendable {
  /// What the destination is.
  public enum Kind: Sendable {
    /// A directory with files in it.
    case directory
    /// One file, and further ones whose names begin with its name.
    case file
  }

  /// What to do where the destination exists already.
  public enum Existing: Sendable {
    /// Refuse.
    case keep
    /// Replace it as a whole, once the new one is complete.
    case replace
  }

  /// The file that describes a directory output, and by which it is known as one.
  public static let manifestName = "kiln.json"

  /// The destination as the user gave it.
  public let path: String
  /// What the destination is.
  public let kind: Kind
  private let existing: Existing
  private let parent: String
  private let name: String
  private let staging: StagingDirectory
  private let createdParents: [String]
  private let stage = Locked<Stage>(.building)

  /// How far an output has come.
  private enum Stage {
    /// It has its hidden name.
    case building
    /// It has its own name, and what it has replaced is still there.
    case placed([Move])
    /// Nothing is left to be removed or taken back.
    case ended
  }

  /// A file or directory that has got its name.
  private struct Move {
    let staged: String
    let place: String
    let replacement: Replacement

    /// Whether something has the staged name instead.
    var hasKept: Bool {
      switch replacement {
      case .kept: true
      case .nothing, .lost: false
      }
    }
  }

  /// What has become of what lay in a destination.
  private enum Replacement {
    /// There was nothing.
    case nothing
    /// It has the staged name now; a directory is locked, so that no other run takes it for abandoned.
    case kept(DirectoryLock?)
    /// It is gone.
    case lost
  }

  /// Reserves a hidden sibling of a destination.
  /// - Parameters:
  ///   - kind: what the destination is to be.
  ///   - path: where it is.
  ///   - existing: what to do where there is something.
  ///   - hasManifest: whether a manifest goes beside an output that is one file.
  /// - Throws: ``OutputError`` when the destination exists and is to be kept, or is no place for an
  ///   output; ``FileError`` when the sibling cannot be made.
  public init(
    _ kind: Kind, at path: String, existing: Existing, hasManifest: Bool = true
  ) throws {
    let given = Path.withoutTrailingSlashes(path)
    self.path = given
    // A link to a directory stays, and what it leads to is replaced. Beside a file that a link leads to,
    // nobody would look for the manifest.
    let follows = kind == .directory && existing == .replace && Path.isLink(given)
    let destination = follows ? Path.resolved(given) : given
    let name = Path.lastComponent(destination)
    guard !name.isEmpty, name != ".", name != ".." else {
      throw OutputError.noName(path: path)
    }
    self.kind = kind
    self.existing = existing
    self.name = name
    parent = Path.directory(of: destination)
    let longest = kind == .file && hasManifest ? name + "." + Self.manifestName : name
    guard longest.utf8.count <= StagingDirectory.nameByteCount else {
      throw FileError(.create, Path.join(parent, longest), code: ENAMETOOLONG)
    }
    try Self.check(given, kind: kind, existing: existing)
    if kind == .file, hasManifest {
      // The manifest goes beside the file; better to know now than after the whole run.
      try Self.check(given + "." + Self.manifestName, kind: .file, existing: existing)
    }
    createdParents = try Path.makeDirectories(parent)
    do {
      StagingDirectory.removeAbandoned(of: name, in: parent)
      staging = try StagingDirectory(for: name, in: parent)
    } catch {
      Path.removeEmptyDirectories(createdParents)
      throw error
    }
  }

  deinit {
    settle()
    discard()
  }

  /// Fails early on what ``publish()`` would refuse in the end.
  private static func check(_ path: String, kind: Kind, existing: Existing) throws {
    guard let found = Path.kind(of: path) else { return }
    switch (kind, found) {
    case (.file, .directory): throw OutputError.directoryInTheWay(path: path)
    case (.directory, .file): throw OutputError.fileInTheWay(path: path)
    case (.directory, .directory) where !mayBeReplaced(path):
      throw OutputError.notOurs(path: path)
    case _ where existing == .keep: throw OutputError.exists(path: path)
    default: return
    }
  }

  /// Whether a directory is a former output, or empty: anything else may be somebody's work.
  private static func mayBeReplaced(_ path: String) -> Bool {
    guard let names = try? Path.contents(of: path) else { return false }
    return names.isEmpty || names.contains(manifestName)
  }

  /// Opens a new file in the staged output; directories on its way must exist.
  /// - Parameter relativePath: where the file goes below a directory output; for a file output nil for
  ///   the file itself, or the name of a companion.
  /// - Returns: the empty file.
  /// - Throws: ``FileError``.
  public func makeFile(_ relativePath: String? = nil) throws(FileError) -> OutputFile {
    let relative = relativePath ?? name
    let full = staging.path + "/" + relative
    let descriptor = unsafe open(full, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.create, shown(relative)) }
    return OutputFile(descriptor: descriptor, path: shown(relative))
  }

  /// Opens a file for what does not fit into memory: without a name, and gone with the value.
  /// - Throws: ``FileError``.
  func makeNamelessFile() throws(FileError) -> OutputFile {
    let number = Self.waitingCount.add(1, ordering: .relaxed).newValue
    let full = staging.path + "/.waiting-\(number)"
    let descriptor = unsafe open(full, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError(.create, path) }
    let file = OutputFile(descriptor: descriptor, path: path)
    guard unsafe unlink(full) == 0 else { throw FileError(.remove, path) }
    return file
  }

  private static let waitingCount = Atomic<Int>(0)

  /// A handle for creating many files below the staged directory.
  /// - Throws: ``FileError``.
  func openRoot() throws(FileError) -> DirectoryHandle {
    try DirectoryHandle(opening: staging.path, shownAs: path)
  }

  /// Writes a small file, such as a manifest.
  /// - Throws: ``FileError``.
  public func writeFile(_ relativePath: String, _ bytes: [UInt8]) throws(FileError) {
    let file = try makeFile(relativePath)
    try file.append(bytes)
    if kind == .file { try file.flush() }
  }

  /// The name of a file that goes with a file output, such as `mnist.npz.kiln.json`.
  public func companion(_ suffix: String) -> String { name + suffix }

  private func shown(_ relative: String) -> String {
    switch kind {
    case .directory: path + "/" + relative
    case .file: Path.join(parent, relative)
    }
  }

  /// Gives the finished output its name.
  /// - Throws: ``OutputError`` when something is in the way since, ``FileError`` when the disk
  ///   fails; the staged output is then still there until it is discarded.
  public func publish() throws {
    try place()
    settle()
  }

  /// Gives the finished output its name, and keeps what it has replaced until ``settle()``.
  /// - Throws: as ``publish()``.
  func place() throws {
    // Tens of thousands of small files are flushed by one call instead of one each.
    if kind == .directory, !staging.flushFileSystem() { throw FileError(.flush, path) }
    var moves: [Move] = []
    do {
      for (staged, place) in try finalPlaces() {
        let replacement = try move(staged, to: place)
        moves.append(Move(staged: staged, place: place, replacement: replacement))
      }
    } catch {
      takeBack(moves)
      throw error
    }
    stage.withLock { [moves] in $0 = .placed(moves) }
  }

  /// What is moved, in this order.
  private func finalPlaces() throws(FileError) -> [(staged: String, place: String)] {
    guard kind == .file else { return [(staging.path, Path.join(parent, name))] }
    // The file itself goes last: whoever sees it finds its companions.
    let companions = try Path.contents(of: staging.path).sorted().filter { $0 != name }
    return (companions + [name]).map { (staging.path + "/" + $0, Path.join(parent, $0)) }
  }

  /// Removes what was replaced, under its hidden name: where that fails, the new output is in place all the
  /// same.
  func settle() {
    guard let moves = leavePlace(for: .ended) else { return }
    // A directory that has replaced nothing has taken its hidden name with it, which is free again.
    if kind == .file || moves.contains(where: \.hasKept) { staging.remove() }
  }

  /// Takes a placed output away again, and brings back what it has replaced.
  ///
  /// For the outputs of a run whose next output cannot be placed.
  func withdraw() {
    if let moves = leavePlace(for: .building) { takeBack(moves) }
  }

  /// Goes from being placed to another stage.
  /// - Returns: what was moved; nil where the output is not in place.
  private func leavePlace(for next: Stage) -> [Move]? {
    stage.withLock { [next] stage in
      guard case .placed(let moves) = stage else { return nil }
      stage = next
      return moves
    }
  }

  private func takeBack(_ moves: [Move]) {
    for move in moves.reversed() {
      switch move.replacement {
      case .nothing:
        // A directory is out of sight at once: who ends the process here leaves no half of it.
        if !Path.renameWithoutReplacing(move.place, move.staged) {
          try? Path.removeTree(move.place)
        }
      case .kept:
        if Path.exchange(move.place, move.staged)
          || Path.renameWithoutReplacing(move.staged, move.place)
        {
          break
        }
        // What was replaced must not be removed with what was built.
        stage.withLock { $0 = .ended }
      case .lost: break
      }
    }
  }

  private func move(_ source: String, to destination: String) throws -> Replacement {
    switch existing {
    case .keep:
      guard Path.renameWithoutReplacing(source, destination) else {
        if errno == EEXIST || errno == ENOTEMPTY { throw OutputError.exists(path: destination) }
        throw FileError(.rename, destination)
      }
      return .nothing
    case .replace:
      // What has appeared since, or a directory under a companion's name, is not ours to replace.
      try Self.check(destination, kind: kind, existing: existing)
      let found = Path.kind(of: destination)
      let lock = found == .directory ? try? DirectoryLock(destination) : nil
      // Both names exist at every moment.
      if found != nil, Path.exchange(source, destination) { return .kept(lock) }
      // Not every file system can exchange, and over a directory nothing else can be put.
      if found != .directory {
        if unsafe rename(source, destination) == 0 { return found == nil ? .nothing : .lost }
        // Another run may have put its directory there since.
        if errno == ENOTEMPTY || errno == EEXIST {
          try Self.check(destination, kind: kind, existing: existing)
          let lock = try? DirectoryLock(destination)
          if Path.exchange(source, destination) { return .kept(lock) }
        }
      }
      throw FileError(.rename, destination)
    }
  }

  /// Removes whatever was built, unless it is in place.
  public func discard() {
    let isBuilding = stage.withLock { stage in
      guard case .building = stage else { return false }
      stage = .ended
      return true
    }
    guard isBuilding else { return }
    staging.remove()
    Path.removeEmptyDirectories(createdParents)
  }
}
