/// Says of a source that no format knows what helps more than that.
struct UnknownSource {
  let material: SourceMaterial
  /// The formats that were tried.
  let formats: [SourceFormat]

  /// Why no format knows the source, and what to do.
  /// - Throws: what is wrong with a file that was named, or ``Interruption``.
  func reason() throws -> any Error {
    if let word = material.words.first { return reason(for: word) }
    // A damaged file looks like nothing; what is wrong with it helps more.
    for file in material.files + [material.images, material.labels].compactMap(\.self) {
      try at(.decode, file.name) { try check(file) }
    }
    if material.items.count > 1, !material.trees.isEmpty {
      return fault("are no data set together (convert directories and archives one by one)")
    }
    if let images = material.images {
      return StageError(
        .decode, file: images.name,
        UnsupportedError(
          "is no IDX, npy or npz file, which --images takes (name other files as the source)"))
    }
    return try material.onlyTree.flatMap(reason)
      ?? fault("holds no format that Kiln knows (kiln formats lists them)")
  }

  private func fault(_ sentence: String) -> StageError {
    StageError(.decode, file: material.description, UnsupportedError(sentence))
  }

  /// A word that no format knows must be a path, then.
  private func reason(for word: String) -> any Error {
    let names = KnownDataset.all.map(\.name) + ["sample"]
    guard word.lastSlash == nil, let nearest = Spelling.nearest(to: word, among: names) else {
      return FileError.missing(word)
    }
    return StageError(
      .decode, file: nil,
      UnsupportedError(
        "there is no file and no data set '\(word.printable)' (did you mean '\(nearest)'?)"))
  }

  private func check(_ file: Resource) throws {
    let start = try file.start(ForeignFormat.startByteCount)
    if start.isEmpty { throw UnsupportedError("is empty") }
    if let format = ForeignFormat(beginning: start) { throw format.reason }
    if ImageFileName.kind(of: file.fileName).isImage {
      throw UnsupportedError("is one image (name the directory of images that it lies in)")
    }
    let inner = String(Compression.unpackedName(file.fileName))
    if inner != file.fileName, Self.isReadInPlace(inner) {
      throw UnsupportedError("is read in place and cannot be packed (unpack it first)")
    }
  }

  private func reason(_ tree: FileTree) throws -> StageError? {
    let root = try tree.root()
    let entries = try tree.entries(of: root)
    guard !entries.isEmpty else { return fault("holds no files") }
    let directories = entries.filter { $0.kind == .directory }.map {
      root.isEmpty ? $0.name : "\(root)/\($0.name)"
    }
    let found =
      tree.archive != nil
      ? []
      : try directories.prefix(Self.lookedAtCount).filter {
        try material.cancellation.check()
        return isKnown(Path.join(tree.path, $0))
      }
    if !found.isEmpty {
      let named = found.first { Path.lastComponent($0) == material.request.dataset }
      return fault(
        "holds data sets in directories: \(Spelling.list(found))"
          + " (\(named.map { "give \(shown(Path.join(tree.path, $0)))" } ?? "name one of them"))"
      )
    }
    // Images by themselves, or in folders by class.
    for directory in [root] + directories.prefix(Self.lookedAtCount) {
      // What cannot be listed is no reason.
      let files = (try? tree.files(in: directory)) ?? []
      guard let image = files.first(where: { ImageFileName.kind(of: $0.fileName) == .foreignImage })
      else { continue }
      return StageError(.decode, file: image.relativePath, ImageError.foreign)
    }
    for file in try tree.files(in: root).prefix(Self.lookedAtCount) {
      // What cannot be opened is no reason either.
      guard let start = try? file.resource().start(ForeignFormat.startByteCount),
        let format = ForeignFormat(beginning: start)
      else { continue }
      return StageError(.decode, file: file.relativePath, format.reason)
    }
    guard tree.archive != nil else { return nil }
    if let file = entries.first(where: { $0.kind == .file && Self.isArchive($0.name) }) {
      return fault("holds \(file.name), which is not read inside of an archive (unpack it)")
    }
    if entries.count > 1, !directories.isEmpty {
      return fault(
        "holds no data set, only directories such as \(Spelling.list(directories)) (if one of them is meant,"
          + " unpack the archive and name it)")
    }
    return nil
  }

  /// A path that is not taken for the name of a data set.
  private func shown(_ path: String) -> String {
    (KnownDataset.isName(path) ? "./" + path : path).printable
  }

  /// Whether a name is that of a file whose parts are looked up where they lie.
  private static func isReadInPlace(_ name: String) -> Bool {
    ["npz", "safetensors", "zip"].contains { name.lowercased().hasSuffix(".\($0)") }
  }

  private static func isArchive(_ name: String) -> Bool {
    isReadInPlace(name) || Compression.unpackedName(name).lowercased().hasSuffix(".tar")
  }

  /// Whoever names a directory of so many others has not meant one of them.
  private static let lookedAtCount = 20

  private func isKnown(_ path: String) -> Bool {
    // What cannot be opened is told when it is named.
    guard
      let material = try? SourceMaterial(
        SourceRequest(paths: [path]), cancellation: material.cancellation)
    else { return false }
    return formats.contains { (try? $0.detect(material)) == true }
  }
}
