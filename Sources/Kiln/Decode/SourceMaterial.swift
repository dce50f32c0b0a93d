/// What a request names, looked at as far as finding its format takes.
public struct SourceMaterial: Sendable {
  /// One of the names of a request.
  enum Item: Sendable {
    /// Nothing has this path: a word that only one format knows, such as `sample:100`.
    case word(String)
    /// A file that is no archive.
    case file(Resource)
    /// A directory, or an archive, which is one.
    case tree(FileTree)
  }

  /// What was asked for.
  public let request: SourceRequest
  /// What it names by position, in that order.
  let items: [Item]
  /// The image file of a pair named by hand.
  let images: Resource?
  /// The directory or archive of images, where the pair has that in the place of a file.
  let imageTree: FileTree?
  /// The label file of that pair.
  let labels: Resource?
  /// How many workers may look through files, where these are many.
  let workerCount: Int
  /// Asks to stop opening the source, which may look through whole files.
  let cancellation: Cancellation
  /// The manifest of the output that the source is, or is a part of; nil where there is none.
  let ownRecord: OutputRecord?
  /// What the splits were called when that was written.
  let recordedNames: RecordedNames

  /// Looks at what a request names.
  /// - Throws: ``StageError`` when a file cannot be read.
  init(
    _ request: SourceRequest, workerCount: Int = 1, cancellation: Cancellation = Cancellation()
  ) throws {
    self.request = request
    self.workerCount = workerCount
    self.cancellation = cancellation
    items = try request.paths.map { path in
      try at(.decode, nil) { try Item(path, cancellation) }
    }
    switch try request.images.map({ try Item(ofPair: $0, cancellation) }) {
    case .file(let file)?: (images, imageTree) = (file, nil)
    case .tree(let tree)?: (images, imageTree) = (nil, tree)
    case .word?, nil: (images, imageTree) = (nil, nil)
    }
    labels = try request.labels.map { path in
      if case .file(let file) = try Item(ofPair: path, cancellation) { return file }
      throw StageError(
        .decode, file: path,
        UnsupportedError(
          "is no file, and no archive of a single one, expected labels (name that file)"))
    }
    ownRecord = Self.record(items, images)
    recordedNames = RecordedNames(ownRecord)
  }

  private static func record(_ items: [Item], _ images: Resource?) -> OutputRecord? {
    let manifest: String?
    switch items.first {
    case .tree(let tree) where tree.archive == nil:
      guard items.count == 1 else { return nil }
      manifest = OutputRecord.manifestPath(of: nil, namedBy: [tree.path])
    case .tree(let tree): manifest = OutputRecord.manifestPath(of: tree.path, namedBy: [])
    case .file(let file): manifest = OutputRecord.manifestPath(of: file.file.path, namedBy: [])
    case .word: manifest = nil
    case nil: manifest = images.flatMap { OutputRecord.manifestPath(of: $0.file.path, namedBy: []) }
    }
    return manifest.flatMap { try? OutputRecord(path: $0) }
  }

  /// The names that are no path.
  var words: [String] {
    items.compactMap { if case .word(let word) = $0 { word } else { nil } }
  }

  /// The files named one by one.
  var files: [Resource] {
    items.compactMap { if case .file(let file) = $0 { file } else { nil } }
  }

  /// The directories and archives.
  var trees: [FileTree] {
    items.compactMap { if case .tree(let tree) = $0 { tree } else { nil } }
  }

  /// The one file that is the whole source; nil where the source is something else.
  var onlyFile: Resource? {
    if case .file(let file) = items.first, items.count == 1 { file } else { nil }
  }

  /// The one directory or archive that is the whole source; nil where it is something else.
  var onlyTree: FileTree? {
    if case .tree(let tree) = items.first, items.count == 1 { tree } else { nil }
  }

  /// What messages call it.
  var description: String {
    (request.paths + [request.images, request.labels].compactMap(\.self)).joined(separator: " ")
  }
}

extension SourceMaterial.Item {
  fileprivate init(_ path: String, _ cancellation: Cancellation) throws {
    switch Path.kind(of: path) {
    case nil: self = .word(path)
    case .directory: self = .tree(FileTree(directory: path, cancellation: cancellation))
    case .file:
      let file = try Resource(path: path, cancellation: cancellation)
      self = try Archive(tree: file.file).map { .tree(FileTree($0)) } ?? .file(file)
    }
  }

  /// A part of a pair named by hand: what is packed alone in an archive, and is no image, is that file.
  fileprivate init(ofPair path: String, _ cancellation: Cancellation) throws {
    self = try at(.decode, nil) {
      let item = try Self(path, cancellation)
      switch item {
      case .word: throw FileError.missing(path)
      case .file: return item
      case .tree(let tree):
        guard let archive = tree.archive else { return item }
        let entries = try archive.entries().filter { !ImageFolderListing.isHidden(path: $0.path) }
        guard entries.count == 1, !ImageFolderFormat.isImage(entries[0].path) else { return item }
        return .file(Resource(entries[0], of: archive))
      }
    }
  }
}
