/// What the levels of directories above images stand for.
struct FolderLevels {
  /// The splits, each a run of files.
  let splits: [ImageFolderIndex.Split]
  /// The name of each directory's label, nil for directories without images; nil as a whole where no
  /// directory names labels.
  let labels: [String?]?

  /// A directory with images.
  private struct Folder {
    /// Its position in the listing.
    let position: Int
    var path: [String]
    let files: Range<Int>
  }

  /// Tells the levels apart.
  /// - Parameters:
  ///   - listing: all images.
  ///   - root: the name of the directory itself.
  ///   - classes: what is known of the classes: one that is recorded may have an empty folder; another such
  ///     folder shifts the labels of those behind it, or is a mistake.
  ///   - splits: the splits that will be used, where that is known: others may be laid out otherwise.
  /// - Throws: ``UnsupportedError`` where the directories have no such levels.
  init(
    _ listing: ImageFolderListing, root: String, classes: KnownClasses, splits: [String]? = nil
  ) throws(UnsupportedError) {
    var folders = try Self.folders(listing)
    if let splits { folders = Self.folders(folders, asDeepAs: splits) }
    let first = folders[0]
    let depth = first.path.count
    if let other = folders.first(where: { $0.path.count != depth }) {
      throw UnsupportedError(
        "images lie at different depths: in \(Self.name(first.path)) and in"
          + " \(Self.name(other.path)) (name one of them, or give a --pattern)")
    }
    // A class may be missing in one split, not in all.
    let usual = Set(folders.compactMap(\.path.last)).union(classes.recordedFolders)
    let labels = (classes.recorded ?? []).indices
    if let empty = listing.directories.first(where: {
      $0.files.isEmpty && !$0.hasDirectories && depth > 0
        && $0.path.pathComponents().count == depth
        && !usual.contains(Path.lastComponent($0.path))
        && !(Int(Path.lastComponent($0.path)).map(labels.contains) ?? false)
    }) {
      throw UnsupportedError(
        "folder \(empty.path) holds no PNG or JPEG file (fill it, or remove it)")
    }
    var name = root
    while let level = Self.wrapper(of: folders) {
      // `train/images/` is still the split.
      let top = folders[0].path[0]
      if level == 0, SplitName.usual(top) != nil || SplitName.usual(name) == nil { name = top }
      for index in folders.indices { folders[index].path.remove(at: level) }
    }
    try self.init(folders, name: name, directoryCount: listing.directories.count)
  }

  /// Takes splits alone from the levels, where a table has the labels: folders that are all called like splits are
  /// these, whatever lies in them, and all others together are one.
  /// - Parameters:
  ///   - listing: all images.
  ///   - root: the name of the directory itself.
  /// - Throws: ``UnsupportedError`` where only some are called so.
  init(splitsOf listing: ImageFolderListing, root: String) throws(UnsupportedError) {
    var folders = try Self.folders(listing)
    var name = SplitName.usual(root)
    while let top = folders[0].path.first, folders.allSatisfy({ $0.path.first == top }) {
      name = SplitName.usual(top) ?? name
      for index in folders.indices { folders[index].path.removeFirst() }
    }
    labels = nil
    let isSplit = { (folder: Folder) in folder.path.first.flatMap(SplitName.usual) != nil }
    guard folders.contains(where: isSplit) else {
      splits = [Self.split(name ?? "data", folders[...])]
      return
    }
    if let other = folders.first(where: { !isSplit($0) }) {
      throw UnsupportedError(
        "has images in \(Self.name(other.path)), beside folders of splits (name one of these as --images)"
      )
    }
    splits = try Self.splits(folders)
  }

  /// The directories with images, in their order.
  private static func folders(_ listing: ImageFolderListing) throws(UnsupportedError) -> [Folder] {
    let folders = listing.directories.enumerated().compactMap { position, directory in
      directory.files.isEmpty
        ? nil
        : Folder(
          position: position, path: directory.path.pathComponents(), files: directory.files)
    }
    guard !folders.isEmpty else { throw UnsupportedError("holds no PNG or JPEG file") }
    return folders
  }

  private init(_ folders: [Folder], name: String, directoryCount: Int) throws(UnsupportedError) {
    let isSplit = { (name: String) in SplitName.usual(name) != nil }
    let whole = SplitName.usual(name) ?? "data"
    switch folders[0].path.count {
    case 0:
      splits = [Self.split(whole, folders[...])]
      labels = nil
    case 1 where folders.allSatisfy({ isSplit($0.path[0]) }):
      splits = try Self.splits(folders)
      labels = nil
    case 1:
      splits = [Self.split(whole, folders[...])]
      labels = Self.labels(folders, directoryCount)
    case 2:
      // Labels that are all called like splits are splits; what is above them is something else, then.
      if let folder = folders.first, !folders.contains(where: { !isSplit($0.path[1]) }),
        folders.contains(where: { !isSplit($0.path[0]) })
      {
        throw UnsupportedError(
          "its folders seem to be label/split, as \(Self.name(folder.path)), expected split/label"
            + " (give a --pattern, such as '{class}/{split}/{index}.png')")
      }
      splits = try Self.splits(folders)
      labels = Self.labels(folders, directoryCount)
    default:
      throw UnsupportedError(
        "images lie \(folders[0].path.count) levels deep, as in \(Self.name(folders[0].path));"
          + " expected split/label/file, label/file or files (give a --pattern)")
    }
  }

  /// Where images lie at different depths, those as deep as in the splits that will be used.
  ///
  /// Other splits of that depth stay: which classes there are must not depend on what is wanted.
  private static func folders(_ folders: [Folder], asDeepAs splits: [String]) -> [Folder] {
    guard Set(folders.map(\.path.count)).count > 1 else { return folders }
    var level = 0
    while let name = folders[0].path.dropFirst(level).first, SplitName.usual(name) == nil,
      folders.allSatisfy({ $0.path.dropFirst(level).first == name })
    {
      level += 1
    }
    let split = { (folder: Folder) in
      folder.path.dropFirst(level).first.map { SplitName.usual($0) ?? $0 }
    }
    let wanted = folders.filter { split($0).map(splits.contains) ?? false }
    let depths = Set(wanted.map(\.path.count))
    guard depths.count == 1, Set(wanted.compactMap(split)) == Set(splits) else { return folders }
    return folders.filter { depths.contains($0.path.count) }
  }

  /// The level of a directory that everything lies in and that is neither split nor class, or of one of the same
  /// name that holds the images of each.
  private static func wrapper(of folders: [Folder]) -> Int? {
    if let leaf = folders[0].path.last, folders[0].path.count > 1,
      imageFolderNames.contains(leaf.lowercased()),
      folders.allSatisfy({ $0.path.last == leaf })
    {
      return folders[0].path.count - 1
    }
    guard let name = folders[0].path.first, folders.allSatisfy({ $0.path.first == name }) else {
      // As in Intel's scenes: `seg_train/seg_train/street/`.
      return folders.allSatisfy { $0.path.count > 2 && $0.path[1] == $0.path[0] } ? 1 : nil
    }
    switch folders[0].path.count {
    // A single directory of images is a class or a split, unless it is called after what lies in it.
    case 1: return imageFolderNames.contains(name.lowercased()) ? 0 : nil
    case _ where SplitName.usual(name) == nil: return 0
    case 2: return nil
    default:
      let next = folders[0].path[1]
      // A split around splits, as some archives unpack, is none; `train/images/` is the split.
      if folders.allSatisfy({ SplitName.usual($0.path[1]) != nil }) { return 0 }
      return folders.allSatisfy { $0.path[1] == next } ? 1 : nil
    }
  }

  /// As in the training images of Tiny ImageNet: `n01443537/images/`.
  private static let imageFolderNames: Set = ["images", "image", "imgs", "img", "jpegimages"]

  private static func splits(
    _ folders: [Folder]
  ) throws(UnsupportedError) -> [ImageFolderIndex.Split] {
    var runs: [(name: String, directory: String, folders: ArraySlice<Folder>)] = []
    var start = 0
    for (position, folder) in folders.enumerated() {
      if position + 1 < folders.count, folders[position + 1].path[0] == folder.path[0] { continue }
      let directory = folder.path[0]
      let name = SplitName.usual(directory) ?? directory
      if let other = runs.first(where: { $0.name == name }) {
        throw UnsupportedError(
          "directories \(other.directory) and \(directory) are the same split '\(name)'")
      }
      runs.append((name, directory, folders[start...position]))
      start = position + 1
    }
    return runs.sorted { SplitName.precedes($0.name, $1.name) }
      .map { split($0.name, $0.folders) }
  }

  /// The listing's order makes the files of neighbouring folders one run.
  private static func split(
    _ name: String, _ folders: ArraySlice<Folder>
  ) -> ImageFolderIndex.Split {
    let start = folders.first?.files.lowerBound ?? 0
    return ImageFolderIndex.Split(
      name: name, files: .range(start..<(folders.last?.files.upperBound ?? start)))
  }

  private static func labels(_ folders: [Folder], _ directoryCount: Int) -> [String?] {
    var labels: [String?] = Array(repeating: nil, count: directoryCount)
    for folder in folders { labels[folder.position] = folder.path.last }
    return labels
  }

  private static func name(_ path: [String]) -> String {
    path.isEmpty ? "the directory itself" : path.joined(separator: "/")
  }
}
