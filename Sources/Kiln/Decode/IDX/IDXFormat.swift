extension SourceFormat {
  /// IDX files: one directory of them, files of one data set, or a pair named by hand.
  public static let idx = SourceFormat(
    name: "idx",
    summary:
      "IDX files (MNIST's format), plain or packed: a directory, files, or --images/--labels",
    detect: { material in
      if let images = material.images { return try IDXFormat.beginsAsIDX(images) }
      return try !IDXFormat.candidates(material).isEmpty
    },
    open: { material, _ in
      let pairs = try IDXFormat.pairs(material)
      return try IDXSource(
        pairs, classNames: material.request.classNames, wanted: material.request.splits,
        cancellation: material.cancellation)
    })
}

/// Finds out which files of a source belong together.
private enum IDXFormat {
  struct Candidate {
    let name: IDXFileName
    let path: String
    let open: () throws -> Resource
  }

  /// The IDX files of a source: by name in directories, by content or name else.
  static func candidates(_ material: SourceMaterial) throws -> [Candidate] {
    var found: [Candidate] = []
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        for file in try tree.files(in: try tree.root()) {
          guard let name = IDXFileName(parsing: file.fileName, material.recordedNames) else {
            continue
          }
          let path = Path.join(tree.name, file.relativePath)
          found.append(Candidate(name: name, path: path, open: { try file.resource() }))
        }
      case .file(let file):
        guard
          let name = try IDXFileName(parsing: file.fileName, material.recordedNames)
            ?? (beginsAsIDX(file) ? .unnamed : nil)
        else { continue }
        found.append(Candidate(name: name, path: file.file.path, open: { file }))
      }
    }
    return found
  }

  static func beginsAsIDX(_ file: Resource) throws -> Bool {
    // What cannot be unpacked is no IDX file, or one whose damage is reported when it is read by name.
    IDXHeader.isMagic((try? file.start(4)) ?? [])
  }

  static func pairs(_ material: SourceMaterial) throws -> [IDXSource.Pair] {
    if let images = material.images {
      let name = IDXFileName(parsing: images.fileName)
      return [
        IDXSource.Pair(split: name?.split ?? "data", images: images, labels: material.labels)
      ]
    }
    let candidates = try choose(material)
    // Labels alone can be looked at and tabulated; labels among images have lost theirs.
    let hasImages = candidates.contains { $0.name.role == .images }
    var pairs: [IDXSource.Pair] = []
    for split in Set(candidates.map(\.name.split)).sorted(by: SplitName.precedes) {
      let files = candidates.filter { $0.name.split == split }
      let images = try single(files.filter { $0.name.role == .images })
      let labels = try single(files.filter { $0.name.role == .labels })
      guard images != nil || !hasImages else {
        throw StageError(
          .decode, file: labels.map { Path.lastComponent($0.path) },
          UnsupportedError("labels of split '\(split)' have no image file beside them"))
      }
      try at(.decode, nil) {
        pairs.append(
          IDXSource.Pair(split: split, images: try images?.open(), labels: try labels?.open()))
      }
    }
    return pairs
  }

  /// The files of the one data set that is meant.
  private static func choose(_ material: SourceMaterial) throws -> [Candidate] {
    let candidates = try candidates(material)
    let chosen = try DatasetChoice.choose(
      among: candidates.map(\.name.dataset), wanted: material.request.dataset,
      source: material.description)
    return candidates.filter { $0.name.dataset == chosen }
  }

  /// The one file of a role; a plain file wins over a packed one.
  private static func single(_ files: [Candidate]) throws -> Candidate? {
    let plain = files.filter { !$0.name.isPacked }
    let chosen = plain.isEmpty ? files : plain
    guard chosen.count <= 1 else {
      throw StageError(
        .decode, file: chosen[0].path,
        UnsupportedError("could be the same as \(chosen[1].path) (name the files one by one)"))
    }
    return chosen.first
  }
}

extension IDXFileName {
  /// What a file is that only its content shows to be IDX.
  fileprivate static let unnamed = IDXFileName(
    dataset: "", split: "data", role: .images, isPacked: false)
}
