/// What Kiln has recorded beside the images that it wrote: `kiln.json`, or `classes.json` alone.
struct ImageFolderManifest {
  /// The template of the paths; nil where there is no `kiln.json` of an image folder.
  var template: FolderTemplate?
  /// Samples of each split; nil where duplicates share files.
  var counts: [String: Int]?
  /// The shape of a sample.
  var sampleShape: [Int]?
  /// The type of the labels.
  var labelType: ElementType?
  var classNames: [String]?

  /// More than any of these files has: 64 thousand class names of a kilobyte.
  private static let maximumByteCount = 64 << 20

  /// Reads what lies in a directory or archive.
  /// - Parameter read: reads a file of at most so many bytes by its name; nil where there is none.
  /// - Throws: an error that names the file, where it is damaged.
  init(_ read: (_ name: String, _ limit: Int) throws -> [UInt8]?) throws {
    if let bytes = try read(StagedOutput.manifestName, Self.maximumByteCount) {
      self = try at(.decode, StagedOutput.manifestName) {
        try Self.parsed(JSON(parsing: bytes))
      }
    }
    if classNames == nil, let bytes = try read("classes.json", Self.maximumByteCount) {
      classNames = try at(.decode, "classes.json") { try Self.names(JSON(parsing: bytes)) }
    }
  }

  private init() {}

  private static func parsed(_ manifest: JSON) throws -> ImageFolderManifest {
    var result = ImageFolderManifest()
    guard case .object(let fields) = manifest, case .text(let format)? = fields["format"],
      let fileExtension = ["png": "png", "jpeg": "jpg"][format]
    else { return result }
    var text = "{split}/{label}/{index}.\(fileExtension)"
    if case .object(let options)? = fields["options"], case .text(let given)? = options["template"]
    {
      text = given
    }
    let template = try Self.template(text)
    result.template = template
    if case .array(let shape)? = fields["shape"] {
      result.sampleShape = shape.compactMap {
        if case .integer(let size) = $0 { size } else { nil }
      }
    }
    if case .object(let labels)? = fields["labels"], case .text(let type)? = labels["dtype"] {
      result.labelType = ElementType(rawValue: type)
    }
    if let classes = fields["classes"] {
      let names = try Self.names(classes)
      result.classNames = names.isEmpty ? nil : names
    }
    guard !template.sharesDuplicates, case .object(let splits)? = fields["splits"] else {
      return result
    }
    var counts: [String: Int] = [:]
    for (name, split) in splits {
      if case .object(let facts) = split, case .integer(let count)? = facts["count"] {
        counts[name] = count
      }
    }
    result.counts = counts
    return result
  }

  private static func template(_ text: String) throws -> FolderTemplate {
    do {
      return try FolderTemplate(parsing: text)
    } catch {
      // The user has not written it.
      throw UnsupportedError(error.description)
    }
  }

  private static func names(_ list: JSON) throws -> [String] {
    guard case .array(let items) = list, items.count <= LabelSchema.maximumClassCount else {
      throw UnsupportedError("expected a list of class names")
    }
    return try items.map { item in
      guard case .text(let name) = item else {
        throw UnsupportedError("expected a list of class names, found something else in it")
      }
      return name
    }
  }

  /// The index with the splits that have no images; whatever else differs from what was written is an error.
  /// - Throws: ``UnsupportedError`` where images are missing or have been added.
  func completed(_ index: ImageFolderIndex) throws(UnsupportedError) -> ImageFolderIndex {
    guard let counts else { return index }
    var index = index
    let found = Set(index.splits.map(\.name))
    for name in counts.keys where !found.contains(name) {
      index.splits.append(ImageFolderIndex.Split(name: name, files: .list([])))
    }
    index.splits.sort { SplitName.precedes($0.name, $1.name) }
    for split in index.splits {
      let expected = counts[split.name] ?? 0
      guard split.files.count == expected else {
        throw UnsupportedError(
          "split '\(split.name)' has \(split.files.count) images, expected \(expected)"
            + " as in kiln.json (remove kiln.json to read what is there)")
      }
    }
    return index
  }
}
