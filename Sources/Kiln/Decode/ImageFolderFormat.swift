extension SourceFormat {
  /// PNG and JPEG files in folders that name splits and labels.
  public static let imageFolder = SourceFormat(
    name: "image-folder",
    summary: "PNG or JPEG files in split/label/, label/ or no folders, or named by --pattern",
    options: ImageFolderOptions.all,
    detect: { material in
      guard let path = material.onlyTree?.path else { return false }
      return try ImageFolderFormat.holdsImages(path)
    },
    open: { material, settings in
      guard let path = material.onlyTree?.path else {
        throw UnsupportedError("is no directory of images")
      }
      return try ImageFolderFormat.open(path, material.request, settings)
    })
}

private enum ImageFolderFormat {
  /// Whether there is an image in a directory or those below it; the first one found ends the search.
  static func holdsImages(_ path: String) throws -> Bool {
    try at(.decode, nil) {
      try holdsImages(DirectoryHandle(opening: path, shownAs: path), depth: 0)
    }
  }

  private static func holdsImages(_ directory: DirectoryHandle, depth: Int) throws -> Bool {
    var below: [String] = []
    var isFound = false
    try directory.forEachEntry { name, kind in
      guard !ImageFolderListing.isHidden(name) else { return true }
      switch kind {
      case .directory: below.append(name.text)
      case .file: isFound = ImageFileName.kind(of: name) == .image
      case .other: break
      }
      return !isFound
    }
    if isFound || depth >= ImageFolderListing.maximumDepth { return isFound }
    for name in below {
      if try holdsImages(directory.openDirectory(name), depth: depth + 1) { return true }
    }
    return false
  }

  static func open(
    _ path: String, _ request: SourceRequest, _ settings: OptionValues
  ) throws -> any Source {
    let rules = try ImageFolderOptions.rules(settings)
    let pattern = try settings.text("pattern").map { try FolderTemplate(parsing: $0, .pattern) }
    let root = try at(.decode, nil) { try DirectoryHandle(opening: path, shownAs: path) }
    let manifest = try ImageFolderManifest(in: root)
    let listing = try ImageFolderListing(of: root, shownAs: path)
    let index = try at(.decode, path) {
      let index = try Self.index(
        of: listing, pattern, manifest, root: Path.lastComponent(path), request.classNames)
      if pattern == nil { return try manifest.completed(index) }
      return index
    }
    let directories = try at(.decode, nil) { try OpenDirectories(root, listing) }
    guard let example = index.splits.first(where: { $0.files.count > 0 })?.files[0] else {
      throw StageError(.decode, file: path, UnsupportedError("holds no PNG or JPEG file"))
    }
    let shape = try shape(of: example, rules, listing, directories)
    let images = FolderImages(
      listing, index, ImageTarget(shape: shape, rules: rules), example: example, directories)
    return ImageFolderSource(images, dataset(index, shape, manifest), path: path)
  }

  private static func index(
    of listing: ImageFolderListing, _ pattern: FolderTemplate?, _ manifest: ImageFolderManifest,
    root: String, _ classNames: [String]?
  ) throws(UnsupportedError) -> ImageFolderIndex {
    let classes = KnownClasses(recorded: manifest.classNames, given: classNames)
    guard let template = pattern ?? manifest.template else {
      return try ImageFolderIndex(foldersOf: listing, root: root, classes: classes)
    }
    return try ImageFolderIndex(template, of: listing, root: root, classes: classes)
  }

  private static func dataset(
    _ index: ImageFolderIndex, _ shape: ImageShape, _ manifest: ImageFolderManifest
  ) -> Dataset {
    var labels: LabelSchema?
    if case .none = index.labels {
    } else {
      labels = LabelSchema(
        elementType: manifest.labelType ?? ElementType.smallest(for: index.range),
        range: index.range, classNames: index.classNames)
    }
    var sampleShape = [shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
    // A single channel is not to be seen in a picture.
    if manifest.sampleShape == sampleShape + [1] { sampleShape.append(1) }
    return Dataset(
      schema: Schema(
        elementType: shape.bitDepth == 8 ? .uint8 : .uint16, sampleShape: sampleShape,
        labels: labels),
      splits: index.splits.map { Split(name: $0.name, count: $0.files.count) })
  }

  /// The shape that an image has by the rules.
  private static func shape(
    of file: Int, _ rules: ImageRules, _ listing: ImageFolderListing,
    _ directories: OpenDirectories
  ) throws -> ImageShape {
    var buffer: [UInt8] = []
    let byteCount = try at(.decode, nil) {
      try directories.read(file, of: listing, into: &buffer)
    }
    return try at(.decode, listing.path(of: file)) {
      try rules.image(buffer.span.extracting(0..<byteCount)).shape
    }
  }
}
