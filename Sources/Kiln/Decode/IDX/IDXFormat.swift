extension SourceFormat {
  /// IDX files: one directory of them, files of one data set, or a pair named by hand.
  public static let idx = SourceFormat(
    name: "idx",
    summary:
      "IDX files (MNIST's format), plain or packed: a directory, files, or --images/--labels",
    detect: { material in
      if let images = material.images { return IDXFile.isIDX(images) }
      return try !IDXFormat.candidates(material).isEmpty
    },
    open: { material, _ in
      var interpretation = ArraySource.Interpretation(material)
      // Numbers beside each other are columns, as QMNIST has them.
      interpretation.labelRule = .columns
      return try ArraySource(
        try IDXFormat.parts(material), interpretation, material.cancellation)
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
          let name = IDXFileName(parsing: file.fileName, material.recordedNames)
            ?? (IDXFile.isIDX(file) ? .unnamed : nil)
        else { continue }
        found.append(Candidate(name: name, path: file.file.path, open: { file }))
      }
    }
    return found
  }

  static func parts(_ material: SourceMaterial) throws -> [ArraySource.Part] {
    if let images = material.images {
      let name = IDXFileName(parsing: images.fileName)
      return [
        ArraySource.Part(
          split: name?.split ?? "data", images: try IDXFile.array(in: images),
          labels: try material.labels.map(IDXFile.array))
      ]
    }
    let candidates = try choose(material)
    // Labels alone can be looked at and tabulated; labels among images have lost theirs.
    let hasImages = candidates.contains { $0.name.role == .images }
    var parts: [ArraySource.Part] = []
    for split in Set(candidates.map(\.name.split)).sorted(by: SplitName.precedes) {
      let files = candidates.filter { $0.name.split == split }
      let images = try single(files.filter { $0.name.role == .images })
      let labels = try single(files.filter { $0.name.role == .labels })
      guard images != nil || !hasImages else {
        throw StageError(
          .decode, file: labels.map { Path.lastComponent($0.path) },
          UnsupportedError("labels of split '\(split)' have no image file beside them"))
      }
      if let images {
        parts.append(
          ArraySource.Part(
            split: split, images: try array(images), labels: try labels.map(array)))
      } else if let labels {
        parts.append(ArraySource.Part(split: split, labels: try array(labels)))
      }
    }
    return parts
  }

  private static func array(_ candidate: Candidate) throws -> SampleArray {
    try IDXFile.array(in: try at(.decode, nil) { try candidate.open() })
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
