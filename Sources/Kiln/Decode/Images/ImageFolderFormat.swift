extension SourceFormat {
  /// PNG and JPEG files in folders that name splits and labels, or with a table of labels.
  public static let imageFolder = SourceFormat(
    name: "image-folder",
    summary: "PNG or JPEG files in split/label/, label/ or no folders; or by --pattern, --labels",
    options: ImageFolderOptions.all + ImageFolderOptions.ofTables,
    detect: { material in
      if material.imageTree != nil { return true }
      guard let tree = material.onlyTree else { return false }
      guard let archive = tree.archive else {
        return try ImageFolderFormat.holdsImages(tree.path, material.cancellation)
          || material.emptyOutput(of: ImageFolderFormat.outputs) != nil
      }
      return try archive.entries().contains { ImageFolderFormat.isImage($0.path) }
    },
    open: { material, settings in
      guard let tree = material.imageTree ?? material.onlyTree else {
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

  static func open(
    _ tree: FileTree, _ material: SourceMaterial, _ settings: OptionValues
  ) throws -> any Source {
    let rules = try ImageFolderOptions.rules(settings)
    try ImageFolderOptions.check(settings, material)
    let table = material.labels
    // Kiln's own notes say what the labels are, and a table says otherwise.
    let found = try FoundImages(in: tree, notedBy: table == nil ? outputs : [], material)
    let (index, remarks) =
      try table.map {
        try found.index(labelledBy: $0, settings, material)
      } ?? found.index(material.request, pattern: settings.text("pattern"))
    guard let example = index.splits.first(where: { $0.files.count > 0 })?.files[0] else {
      throw StageError(.decode, file: tree.path, UnsupportedError("holds no PNG or JPEG file"))
    }
    let shape = try shape(of: example, rules, found.listing, found.contents)
    let images = FolderImages(
      found.listing, index, ImageTarget(shape: shape, rules: rules), example: example,
      found.contents)
    return try at(.decode, tree.path) {
      try ImageFolderSource(
        images, dataset(index, shape, found.notes), path: tree.archive == nil ? tree.path : nil,
        table: table?.file,
        remarks: found.remarks(besides: table, index) + remarks,
        material.cancellation)
    }
  }

  private static func dataset(
    _ index: ImageFolderIndex, _ shape: ImageShape, _ notes: PictureNotes
  ) -> Dataset {
    var labels: LabelSchema?
    if index.isLabelled {
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
