extension SourceFormat {
  /// PNG and JPEG files in folders that name splits and labels.
  public static let imageFolder = SourceFormat(
    name: "image-folder",
    summary: "PNG or JPEG files in split/label/, label/ or no folders, or named by --pattern",
    options: ImageFolderOptions.all,
    detect: { material in
      guard let tree = material.onlyTree else { return false }
      guard let archive = tree.archive else {
        return try ImageFolderFormat.holdsImages(tree.path, material.cancellation)
          || material.emptyOutput(of: ImageFolderFormat.outputs) != nil
      }
      return try archive.entries().contains { ImageFolderFormat.isImage($0.path) }
    },
    open: { material, settings in
      guard let tree = material.onlyTree else {
        throw UnsupportedError("is no directory of images")
      }
      if let record = material.emptyOutput(of: ImageFolderFormat.outputs),
        settings.text("pattern") == nil,
        try !ImageFolderFormat.holdsImages(tree.path, material.cancellation)
      {
        return EmptyOutput(record, classNames: material.request.classNames)
      }
      return try ImageFolderFormat.open(tree, material, settings)
    })
}

enum ImageFolderFormat {
  /// What outputs of this format are called in their manifests.
  static let outputs = Array(OutputRecord.folders.keys)

  /// Whether there are directories with images in a directory or archive.
  static func hasFoldersOfImages(_ material: SourceMaterial) throws -> Bool {
    guard let tree = material.onlyTree else { return false }
    if let archive = tree.archive {
      let root = try tree.loneRoot()
      return try archive.entries().contains { entry in
        let path = entry.path.utf8.dropFirst(root.isEmpty ? 0 : root.utf8.count + 1)
        return path.contains(UInt8(ascii: "/")) && isImage(entry.path)
      }
    }
    return try tree.entries().contains {
      try $0.kind == .directory && holdsImages(Path.join(tree.path, $0.name), material.cancellation)
    }
  }

  static func isImage(_ path: String) -> Bool {
    let name = Array(Path.lastComponent(path).utf8)
    return !DirectoryImages.isHidden(name.span) && ImageFileName.kind(of: name.span) == .image
  }

  /// Where so many directories hold no image, nobody means a data set: `/` has millions.
  private static let searchedDirectoryCount = 10_000

  /// Whether there is an image in a directory or those below it; the first one found ends the search.
  static func holdsImages(_ path: String, _ cancellation: Cancellation) throws -> Bool {
    try at(.decode, nil) {
      var left = searchedDirectoryCount
      let root = try DirectoryHandle(opening: path, shownAs: path)
      return try holdsImages(root, depth: 0, &left, cancellation)
    }
  }

  private static func holdsImages(
    _ directory: DirectoryHandle, depth: Int, _ left: inout Int, _ cancellation: Cancellation
  ) throws -> Bool {
    try cancellation.check()
    left -= 1
    var below: [String] = []
    var isFound = false
    try directory.forEachEntry { name, kind in
      guard !DirectoryImages.isHidden(name) else { return true }
      switch kind {
      case .directory: below.append(name.text)
      case .file: isFound = ImageFileName.kind(of: name) == .image
      case .other: break
      }
      return !isFound
    }
    if isFound || depth >= ImageFolderListing.maximumDepth { return isFound }
    // In their order: how a file system keeps names must not decide what is found.
    for name in below.sorted(by: NaturalOrder.precedes) where left > 0 {
      // What cannot be looked into is told where there are images beside it.
      do {
        let next = try directory.openDirectory(name)
        if try holdsImages(next, depth: depth + 1, &left, cancellation) { return true }
      } catch is FileError {}
    }
    return false
  }

  // MARK: Opening

  /// What has been found, before anything is made of the names.
  private struct Found {
    /// The name of the directory that the images are listed from.
    let rootName: String
    let listing: ImageFolderListing
    let notes: PictureNotes
    let contents: ImageContents
    /// The paths of links in an archive, which nobody follows.
    var links: [String] = []

    /// What lies among the images and is not read; Kiln's own outputs have nothing of that.
    var remarks: [String] {
      guard notes.record == nil else { return [] }
      return [("not read, beside the images", listing.tables), ("links, not followed", links)]
        .filter { !$0.1.isEmpty }.map { "\($0.0): \(Spelling.list($0.1))" }
    }
  }

  static func open(
    _ tree: FileTree, _ material: SourceMaterial, _ settings: OptionValues
  ) throws -> any Source {
    let rules = try ImageFolderOptions.rules(settings)
    let pattern = try settings.text("pattern").map { try FolderTemplate(parsing: $0, .pattern) }
    let found =
      try tree.archive.map { try look(into: $0, tree) } ?? look(into: tree.path, material)
    let listing = found.listing
    let index = try at(.decode, tree.path) {
      var index = try Self.index(
        of: listing, pattern, found.notes, root: found.rootName, material.request)
      guard pattern == nil else { return index }
      if let name = found.notes.onlySplit, index.splits.count == 1 { index.splits[0].name = name }
      if let counts = found.notes.counts { try index.complete(counts) }
      return index
    }
    guard let example = index.splits.first(where: { $0.files.count > 0 })?.files[0] else {
      throw StageError(.decode, file: tree.path, UnsupportedError("holds no PNG or JPEG file"))
    }
    let shape = try shape(of: example, rules, listing, found.contents)
    let images = FolderImages(
      listing, index, ImageTarget(shape: shape, rules: rules), example: example, found.contents)
    return try at(.decode, tree.path) {
      try ImageFolderSource(
        images, dataset(index, shape, found.notes), path: tree.archive == nil ? tree.path : nil,
        remarks: found.remarks + (found.notes.record == nil ? remarks(on: index) : []),
        material.cancellation)
    }
  }

  /// A folder around all images may be meant for their class, or for nothing.
  private static func remarks(on index: ImageFolderIndex) -> [String] {
    guard case .ofDirectories = index.labels, let range = index.range, range.count == 1 else {
      return []
    }
    let name = index.classNames.count == 1 ? index.classNames[0] : "\(range.lowerBound)"
    return ["all images are of one class, '\(name)', as their folder is called"]
  }

  private static func look(into path: String, _ material: SourceMaterial) throws -> Found {
    let root = try at(.decode, nil) { try DirectoryHandle(opening: path, shownAs: path) }
    let notes = try PictureNotes(ofFormats: outputs) { name, limit in
      let file = Array(name.utf8) + [0]
      guard root.contains(file.span) else { return nil }
      return try at(.decode, nil) {
        var bytes: [UInt8] = []
        let count = try root.readFile(file.span, into: &bytes, limit: limit)
        return Array(bytes[..<count])
      }
    }
    let listing = try ImageFolderListing(
      of: root, shownAs: path, workerCount: material.workerCount,
      cancellation: material.cancellation)
    let directories = try at(.decode, nil) { try OpenDirectories(root, listing) }
    return Found(
      rootName: Path.lastComponent(path), listing: listing, notes: notes,
      contents: .directories(directories))
  }

  private static func look(into archive: Archive, _ tree: FileTree) throws -> Found {
    try at(.decode, archive.file.name) {
      let entries = try archive.entries()
      // Without them there would be fewer samples, and nobody would know.
      let links = try archive.links().filter { !ImageFolderListing.isHidden(path: $0) }
      if let link = links.first(where: isImage) { throw ArchiveError.link(link) }
      let root = try root(of: tree, entries)
      let notes = try PictureNotes(ofFormats: outputs) { name, limit in
        let path = root.isEmpty ? name : "\(root)/\(name)"
        guard let entry = entries.first(where: { $0.path == path }) else { return nil }
        guard entry.byteCount <= limit else {
          throw UnsupportedError("'\(entry.path)' has more than \(limit) bytes")
        }
        return try archive.open(entry).read(entry.byteCount)
      }
      var isPacked = false
      if case .tar? = entries.first?.place { isPacked = archive.depth > 0 }
      return Found(
        rootName: Path.lastComponent(root.isEmpty ? tree.path : root),
        listing: try ImageFolderListing(of: entries, below: root.pathComponents().count),
        notes: notes,
        contents: isPacked ? .stream(archive, entries) : .members(archive, entries), links: links)
    }
  }

  /// The directory that an archive stands for: its own, or the only one in it, which is then the one that was
  /// packed.
  private static func root(of tree: FileTree, _ entries: [ArchiveEntry]) throws -> String {
    let innermost = try tree.loneRoot()
    // What Kiln has written may have been packed with its path around it.
    let isOurs = entries.contains { $0.path == "\(innermost)/\(StagedOutput.manifestName)" }
    return isOurs ? innermost : innermost.pathComponents().first ?? ""
  }

  private static func index(
    of listing: ImageFolderListing, _ pattern: FolderTemplate?, _ notes: PictureNotes,
    root: String, _ request: SourceRequest
  ) throws(UnsupportedError) -> ImageFolderIndex {
    let classes = KnownClasses(recorded: notes.classNames, given: request.classNames)
    guard let template = pattern ?? notes.record?.template else {
      return try ImageFolderIndex(
        foldersOf: listing, root: root, classes: classes, splits: request.splits)
    }
    return try ImageFolderIndex(template, of: listing, root: root, classes: classes)
  }

  private static func dataset(
    _ index: ImageFolderIndex, _ shape: ImageShape, _ notes: PictureNotes
  ) -> Dataset {
    var labels: LabelSchema?
    if case .none = index.labels {
    } else {
      labels = LabelSchema(
        elementType: notes.record?.labelType ?? ElementType.smallest(for: index.range),
        range: index.range, classNames: index.classNames)
    }
    var sampleShape = [shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
    // A single channel is not to be seen in a picture.
    if notes.record?.sampleShape == sampleShape + [1] { sampleShape.append(1) }
    return Dataset(
      schema: Schema(
        elementType: shape.bitDepth == 8 ? .uint8 : .uint16, sampleShape: sampleShape,
        labels: labels),
      splits: index.splits.map { Split(name: $0.name, count: $0.files.count) })
  }

  /// The shape that an image has by the rules.
  private static func shape(
    of file: Int, _ rules: ImageRules, _ listing: ImageFolderListing, _ contents: ImageContents
  ) throws -> ImageShape {
    var buffer: [UInt8] = []
    let byteCount = try contents.read(file, of: listing, into: &buffer)
    return try at(.decode, contents.name(of: file, in: listing)) {
      try rules.image(buffer.span.extracting(0..<byteCount)).shape
    }
  }
}
