extension SourceFormat {
  /// IDX files: one directory of them, files of one data set, or a pair named by hand.
  public static let idx = SourceFormat(
    name: "idx",
    summary:
      "IDX files (MNIST's format), plain or packed: a directory, files, or --images/--labels",
    options: [.sourceShape],
    detect: { material in
      if let images = material.images { return IDXFile.isIDX(images) }
      return try !IDXFormat.candidates(material).isEmpty
    },
    open: { material, values in
      var interpretation = ArraySource.Interpretation(material)
      interpretation.sampleShape = try SourceShape.parse(values)
      // Numbers beside each other are columns, as QMNIST has them.
      interpretation.labelRule = .columns
      return try ArraySource(
        try IDXFormat.parts(material), interpretation, material.cancellation)
    })
}

/// Finds the IDX files of a source.
private enum IDXFormat {
  static func parts(_ material: SourceMaterial) throws -> [ArraySource.Part] {
    guard let images = material.images else {
      let known = withoutCopies(try candidates(material)).map { ($0.name.array, $0.candidate) }
      return try ArrayCandidate.parts(
        of: try ArrayCandidate.ofOneDataset(known, in: material), wanted: material.request.splits,
        remedy: "name the files one by one")
    }
    let name = IDXFileName(parsing: images.fileName, material.recordedNames)
    return [
      ArraySource.Part(
        split: name?.array.split ?? "data", images: try IDXFile.array(in: images),
        labels: try material.labels.map(IDXFile.array))
    ]
  }

  /// The IDX files of a source: by name in directories, by content or name else.
  static func candidates(
    _ material: SourceMaterial
  ) throws -> [(name: IDXFileName, candidate: ArrayCandidate)] {
    var found: [(name: IDXFileName, candidate: ArrayCandidate)] = []
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        for file in try tree.files(in: try tree.root()) {
          guard let name = IDXFileName(parsing: file.fileName, material.recordedNames) else {
            continue
          }
          let open = { @Sendable () throws -> SampleArray in
            try IDXFile.array(in: try at(.decode, nil) { try file.resource() })
          }
          // Directories may hold files of one name.
          let shown =
            material.trees.count == 1
            ? file.fileName : Path.join(tree.name, file.relativePath)
          found.append((name, ArrayCandidate(key: file.fileName, name: shown, open: open)))
        }
      case .file(let file):
        guard
          let name = IDXFileName(parsing: file.fileName, material.recordedNames)
            ?? (IDXFile.isIDX(file) ? .unnamed : nil)
        else { continue }
        found.append(
          (
            name,
            ArrayCandidate(
              key: file.fileName, name: file.name, open: { try IDXFile.array(in: file) })
          ))
      }
    }
    return found
  }

  /// A plain file wins over a packed one.
  private static func withoutCopies(
    _ found: [(name: IDXFileName, candidate: ArrayCandidate)]
  ) -> [(name: IDXFileName, candidate: ArrayCandidate)] {
    found.filter { file in
      !file.name.isPacked
        || !found.contains { !$0.name.isPacked && $0.name.array == file.name.array }
    }
  }
}

extension IDXFileName {
  /// What a file is that only its content shows to be IDX.
  fileprivate static let unnamed = IDXFileName(
    ArrayName(split: "data", role: .images), isPacked: false)
}
