extension SourceFormat {
  /// WebDataset shards: a directory of tar files, or tar files named one by one.
  public static let tar = SourceFormat(
    name: "tar",
    summary: "WebDataset shards, plain or packed: tar files of NAME.png or .jpg and NAME.cls",
    options: ImageFolderOptions.all.filter { $0.key != "pattern" },
    detect: { try WebDatasetFormat.isShards($0) },
    open: { material, settings in
      if material.request.dataset != nil {
        throw UsageError.conflict("--dataset chooses among data sets, and shards hold one")
      }
      return try WebDatasetSource(
        try WebDatasetFormat.splits(material), try WebDatasetFormat.notes(material),
        try ImageFolderOptions.rules(settings), classNames: material.request.classNames)
    })
}

/// Finds the shards of a source.
private enum WebDatasetFormat {
  /// A tar file of a source.
  struct Shard {
    let name: WebDatasetName
    let path: String
    /// The directory that was named, and lists it; nil where the file itself was named.
    let listing: String?
    let resource: () throws -> Resource
  }

  /// Members of archives and names in directories that are looked at to tell shards from others.
  private static let probeCount = 64
  /// Members that are looked at where the archive has the name of a shard.
  private static let shardProbeCount = 4096

  /// Whether the first shard that has samples has them in pairs of image and label.
  ///
  /// Comes early among the formats, so it reads no further than it must.
  static func isShards(_ material: SourceMaterial) throws -> Bool {
    guard material.images == nil else { return false }
    let shards = try shards(material)
    for shard in shards {
      switch try? probe(try shard.resource()) {
      case .pairs: return true
      // Several archives are no image folder, whatever their members are called.
      case .foldersOfImages where material.onlyTree?.archive != nil: return false
      case .images, .foldersOfImages:
        return WebDatasetName.isShard(Path.lastComponent(shard.path))
      case .others: return false
      // Damaged, by its name a shard: reading it says what is wrong.
      case nil: return WebDatasetName.isShard(Path.lastComponent(shard.path))
      case .empty: continue
      }
    }
    // Shards without samples are shards, too.
    return !shards.isEmpty
      && shards.allSatisfy { WebDatasetName.isShard(Path.lastComponent($0.path)) }
  }

  private enum Content {
    case pairs
    /// Images without labels.
    case images
    /// Such images in folders, which may be their classes.
    case foldersOfImages
    case others, empty
  }

  private static func probe(_ file: Resource) throws -> Content {
    let members = WebDatasetMembers(try WebDatasetShard(file).open(nil))
    let limit = WebDatasetName.isShard(file.fileName) ? shardProbeCount : probeCount
    var (hasImage, hasLabel, isInFolders, count) = (false, false, false, 0)
    while count < limit, let member = try members.next() {
      count += 1
      switch WebDatasetSamples.Kind(member.name) {
      case .image:
        hasImage = true
        let path = String(decoding: member.name, as: UTF8.self).pathComponents()
        if path.drop(while: { $0 == "." }).count > 1 { isInFolders = true }
      case .label: hasLabel = true
      case .other: break
      }
      if hasImage, hasLabel { return .pairs }
    }
    guard hasImage else { return count == 0 ? .empty : .others }
    return isInFolders ? .foldersOfImages : .images
  }

  /// The shards of each split in the order of their numbers; splits as they are usually ordered.
  static func splits(
    _ material: SourceMaterial
  ) throws -> [(name: String, shards: [WebDatasetShard])] {
    let shards = try shards(material)
    return try Set(shards.map(\.name.split)).sorted(by: SplitName.precedes).map { split in
      let files = shards.filter { $0.name.split == split }
      // Of Kiln's own, the manifest says how many samples there are.
      if material.outputRecord == nil { try checkNoneLost(files) }
      return (split, try files.map { try WebDatasetShard(try $0.resource()) })
    }
  }

  /// Of a directory's shards, whose numbers follow each other, none must be lost in the middle.
  private static func checkNoneLost(_ shards: [Shard]) throws(StageError) {
    let listed = shards.filter { $0.listing != nil }
    guard let (first, second) = WebDatasetName.firstGap(in: listed.map(\.path)) else { return }
    throw StageError(
      .decode, file: listed.first { $0.path == first }?.listing,
      UnsupportedError(
        "lacks the shards between \(Path.lastComponent(first).printable) and"
          + " \(Path.lastComponent(second).printable)"
          + " (name the files themselves to go without these)"))
  }

  private static func shards(_ material: SourceMaterial) throws -> [Shard] {
    let names = material.recordedNames
    var found: [Shard] = []
    for item in material.items {
      switch item {
      case .word: return []
      case .file(let file):
        // An archive without members is known by its name alone.
        guard let name = name(of: file, names) else { return [] }
        found.append(Shard(name: name, path: file.file.path, listing: nil, resource: { file }))
      case .tree(let tree):
        if let archive = tree.archive {
          let file = Resource(
            file: archive.file, relativePath: Path.lastComponent(archive.file.path))
          let name = name(of: file, names) ?? .unnamed
          found.append(
            Shard(name: name, path: archive.file.path, listing: nil, resource: { file }))
        } else {
          found += try shards(in: tree, names)
        }
      }
    }
    let wanted = material.request.splits
    try checkNoneTwice(found.filter { wanted?.contains($0.name.split) ?? true })
    return found.sorted {
      ($0.name.split, $0.name.number ?? 0, $0.path) < ($1.name.split, $1.name.number ?? 0, $1.path)
    }
  }

  /// Refuses to read samples twice; but stores keep equal files once, and have links to it under the numbers of
  /// all that are equal.
  private static func checkNoneTwice(_ shards: [Shard]) throws(UsageError) {
    var known: [[UInt8]: (first: Shard, places: Set<[UInt8]>, numbers: Set<Int>)] = [:]
    for shard in shards {
      let target = Array(Path.resolved(shard.path).utf8)
      let place = Array(Path.place(of: shard.path).utf8)
      guard var same = known.removeValue(forKey: target) else {
        known[target] = (shard, [place], Set([shard.name.number].compactMap(\.self)))
        continue
      }
      let first = same.first
      guard same.places.insert(place).inserted else {
        throw .conflict("\(shard.path) is named twice, by itself or with its directory")
      }
      let directories = [shard, first].map { Path.resolved(Path.directory(of: $0.path)) }
      guard directories[0] == directories[1], shard.name.split == first.name.split,
        first.name.number != nil, let number = shard.name.number,
        same.numbers.insert(number).inserted
      else {
        throw .conflict(
          "\(shard.path) is the same file as \(first.path): its samples would be read twice"
            + " (name the shards that are to be read)")
      }
      known[target] = same
    }
  }

  /// What the name of a file says that is named by itself.
  private static func name(of file: Resource, _ names: RecordedNames) -> WebDatasetName? {
    WebDatasetName(
      parsing: file.fileName, in: splitName(of: Path.directory(of: file.file.path)), names)
  }

  /// The name of a directory that is called as a split.
  private static func splitName(of directory: String) -> String? {
    var name = Path.lastComponent(directory)
    if [".", ".."].contains(name) { name = Path.lastComponent(Path.resolved(directory)) }
    // Developers have all kinds of things in one of that name.
    return name.lowercased() == "dev" || SplitName.usual(name) == nil ? nil : name
  }

  /// The tar files of a directory, or of the directories in it that are named for splits.
  private static func shards(in tree: FileTree, _ names: RecordedNames) throws -> [Shard] {
    let files = try tree.files()
    let isShard = { (file: FileTree.Member) in WebDatasetName(parsing: file.fileName) != nil }
    let directories =
      files.contains(where: isShard)
      ? []
      : try tree.entries().filter {
        $0.kind == .directory && SplitName.usual($0.name) != nil
          && mayHoldShards(Path.join(tree.path, $0.name))
      }
    let all = try files + directories.flatMap { try tree.files(in: $0.name) }
    return all.compactMap { file in
      let directory = Path.directory(of: file.relativePath)
      guard
        let name = WebDatasetName(
          parsing: file.fileName, in: directory == "." ? splitName(of: tree.path) : directory,
          names)
      else { return nil }
      return Shard(
        name: name, path: Path.join(tree.path, file.relativePath), listing: tree.name,
        resource: { try file.resource() })
    }
  }

  /// Whether a tar file is among the first names of a directory.
  ///
  /// A directory of images has tens of thousands, which would all be listed for nothing.
  private static func mayHoldShards(_ path: String) -> Bool {
    var (count, isFound) = (0, false)
    try? DirectoryHandle(opening: path, shownAs: path).forEachEntry { name, kind in
      count += 1
      isFound = kind == .file && WebDatasetName(parsing: name.text) != nil
      return !isFound && count < probeCount
    }
    return isFound
  }

  // MARK: What is written beside the shards

  /// What Kiln has recorded beside shards that it wrote, and class names in `classes.json`.
  static func notes(_ material: SourceMaterial) throws -> PictureNotes {
    let tree = material.onlyTree
    let files = try tree.flatMap { $0.archive == nil ? try $0.files() : nil } ?? []
    return try PictureNotes(ofFormats: ["tar"]) { name, limit in
      guard let file = files.first(where: { $0.fileName == name }) else { return nil }
      let bytes = try file.resource().open().read(limit + 1)
      guard bytes.count <= limit else { throw UnsupportedError("has more than \(limit) bytes") }
      return bytes
    }
  }
}
