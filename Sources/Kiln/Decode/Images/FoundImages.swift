/// The images of a directory or archive, and what lies beside them, before anything is made of the names.
struct FoundImages {
  /// What messages call the directory or archive.
  let path: String
  /// The name of the directory that the images are listed from.
  let rootName: String
  let listing: ImageFolderListing
  let notes: PictureNotes
  let contents: ImageContents
  /// The paths of links in an archive, which nobody follows.
  private let links: [String]

  /// Lists what is there.
  /// - Parameters:
  ///   - tree: the directory or archive.
  ///   - formats: the formats whose notes on images are believed.
  ///   - material: what the user asked for.
  /// - Throws: ``StageError`` that names what cannot be read.
  init(in tree: FileTree, notedBy formats: [String], _ material: SourceMaterial) throws {
    if let archive = tree.archive {
      self = try at(.decode, archive.file.name) {
        try Self(in: archive, of: tree, notedBy: formats)
      }
    } else {
      try self.init(inDirectory: tree.path, notedBy: formats, material)
    }
  }

  private init(
    inDirectory path: String, notedBy formats: [String], _ material: SourceMaterial
  ) throws {
    let root = try at(.decode, nil) { try DirectoryHandle(opening: path, shownAs: path) }
    notes = try PictureNotes(ofFormats: formats) { name, limit in
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
    contents = .directories(try at(.decode, nil) { try OpenDirectories(root, listing) })
    (self.path, self.listing, links) = (path, listing, [])
    rootName = Path.lastComponent(Path.place(of: path))
  }

  private init(in archive: Archive, of tree: FileTree, notedBy formats: [String]) throws {
    let entries = try archive.entries()
    // Without them there would be fewer samples, and nobody would know.
    links = try archive.links().filter { !ImageFolderListing.isHidden(path: $0) }
    if let link = links.first(where: ImageFolderFormat.isImage) { throw ArchiveError.link(link) }
    let root = try Self.root(of: tree, entries)
    notes = try PictureNotes(ofFormats: formats) { name, limit in
      let path = root.isEmpty ? name : "\(root)/\(name)"
      guard let entry = entries.first(where: { $0.path == path }) else { return nil }
      guard entry.byteCount <= limit else {
        throw UnsupportedError("'\(entry.path)' has more than \(limit) bytes")
      }
      return try archive.open(entry).read(entry.byteCount)
    }
    var isPacked = false
    if case .tar? = entries.first?.place { isPacked = archive.depth > 0 }
    path = tree.path
    rootName = Path.lastComponent(root.isEmpty ? tree.path : root)
    listing = try ImageFolderListing(of: entries, below: root.pathComponents().count)
    contents = isPacked ? .stream(archive, entries) : .members(archive, entries)
  }

  /// The directory that an archive stands for: its own, or the only one in it, which is then the one that was
  /// packed.
  private static func root(of tree: FileTree, _ entries: [ArchiveEntry]) throws -> String {
    let innermost = try tree.loneRoot()
    // What Kiln has written may have been packed with its path around it.
    let isOurs = entries.contains { $0.path == "\(innermost)/\(StagedOutput.manifestName)" }
    return isOurs ? innermost : innermost.pathComponents().first ?? ""
  }

  // MARK: Splits and labels

  /// The index that directories give, or a pattern, with what a user should know of it.
  /// - Throws: ``StageError``, or ``UsageError`` for what is no pattern.
  func index(
    _ request: SourceRequest, pattern: String?
  ) throws -> (index: ImageFolderIndex, remarks: [String]) {
    let pattern = try pattern.map { try FolderTemplate(parsing: $0, .pattern) }
    return try at(.decode, path) {
      let classes = KnownClasses(recorded: notes.classNames, given: request.classNames)
      guard let template = pattern ?? notes.record?.template else {
        var index = try ImageFolderIndex(
          foldersOf: listing, root: rootName, classes: classes, splits: request.splits)
        try complete(&index)
        return (index, notes.record == nil ? Self.remarks(on: index) : [])
      }
      var index = try ImageFolderIndex(template, of: listing, root: rootName, classes: classes)
      if pattern == nil { try complete(&index) }
      return (index, [])
    }
  }

  /// Adds what Kiln has noted of its own pictures and their paths do not tell.
  private func complete(_ index: inout ImageFolderIndex) throws {
    if let name = notes.onlySplit, index.splits.count == 1 { index.splits[0].name = name }
    if let counts = notes.counts { try index.complete(counts) }
  }

  /// A folder around all images may be meant for their class, or for nothing.
  private static func remarks(on index: ImageFolderIndex) -> [String] {
    guard case .ofDirectories = index.labels, let range = index.range, range.count == 1 else {
      return []
    }
    let name = index.classNames.count == 1 ? index.classNames[0] : "\(range.lowerBound)"
    return ["all images are of one class, '\(name)', as their folder is called"]
  }

  /// The index with the labels of a table, and what a user should know of it.
  /// - Throws: ``StageError`` that names the table or the directory, or ``UsageError``.
  func index(
    labelledBy file: Resource, _ settings: OptionValues, _ material: SourceMaterial
  ) throws -> (index: ImageFolderIndex, remarks: [String]) {
    let splits = try at(.decode, path) {
      try FolderLevels(splitsOf: listing, root: rootName).splits
    }
    let used = splits.filter { material.request.splits?.contains($0.name) ?? true }
    let images = NamedImages(listing, used, root: rootName, material.cancellation)
    return try at(.decode, file.name) {
      let layout = try CSVSettings(settings)
      let rows = {
        try TableRows(file, delimiter: layout.delimiter, material.cancellation)
      }
      let columns = try LabelTableColumns(
        of: rows, layout, image: settings.text("image"), images)
      let table = try LabelTable(
        file, columns, of: images, given: material.request.classNames, try rows())
      let index = ImageFolderIndex(
        splits: splits, labels: .ofFiles(table.labels), range: table.range,
        classNames: table.classNames)
      return (index, table.remarks)
    }
  }

  // MARK: Remarks

  /// What lies among the images and is not read; Kiln's own outputs have nothing of that.
  /// - Parameters:
  ///   - table: the table that is read; nil where there is none.
  ///   - index: what the images are.
  /// - Returns: a sentence for each kind of it.
  func remarks(besides table: Resource?, _ index: ImageFolderIndex) -> [String] {
    guard notes.record == nil else { return [] }
    let read = (table?.file.path).map(Path.place)
    let unread = listing.tables.filter {
      read == nil || Path.place(of: Path.join(path, $0)) != read
    }
    let mayHoldLabels = !index.isLabelled && unread.contains { ImageFileName.mayHoldLabels($0) }
    let hint =
      switch (mayHoldLabels, contents.archive) {
      case (false, _): ""
      case (true, nil): " (for labels in a table, give --images and --labels)"
      case (true, _?): " (for labels in a table, unpack it, and give --images and --labels)"
      }
    return [
      unread.isEmpty ? nil : "not read, beside the images: \(Spelling.list(unread))\(hint)",
      links.isEmpty ? nil : "links, not followed: \(Spelling.list(links))",
    ].compactMap(\.self)
  }
}
