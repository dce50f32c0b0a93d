extension SourceFormat {
  /// NumPy arrays in files of their own: a directory of them, files, or a pair named by hand.
  public static let npy = SourceFormat(
    name: "npy",
    summary:
      "NumPy arrays: a directory of SPLIT-images.npy and SPLIT-labels.npy, or --images/--labels",
    options: [.imagesKey, .labelsKey, .sourceShape],
    liesBesideImages: true,
    detect: { material in
      if let images = material.images { return NPYFile.isNPY(images) }
      return try !NPYFormat.candidates(material).isEmpty
    },
    open: { material, values in
      var interpretation = ArraySource.Interpretation(material)
      interpretation.sampleShape = try SourceShape.parse(values)
      let (parts, remarks) = try NPYFormat.parts(material, values)
      interpretation.remarks = remarks
      return try ArraySource(parts, interpretation, material.cancellation)
    })
}

/// Finds the arrays of a source that are files.
private enum NPYFormat {
  static func parts(
    _ material: SourceMaterial, _ values: OptionValues
  ) throws -> (parts: [ArraySource.Part], remarks: [String]) {
    if let images = material.images {
      return ([try ArrayPair.part(images: images, material, values)], [])
    }
    return try ArrayCandidate.parts(
      of: try candidates(material), try ArrayKeys(values), in: material)
  }

  /// The arrays of a source: by name in directories, by content else.
  static func candidates(_ material: SourceMaterial) throws -> [ArrayCandidate] {
    var found: [ArrayCandidate] = []
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        let files = try tree.files(in: try tree.root()).filter { NPYFile.isName($0.fileName) }
        let plain = Set(files.map(\.fileName))
        for file in files {
          let name = file.fileName
          // A plain file wins over its own `.gz`.
          let usual = NPYFile.stem(of: name) + ".npy"
          if name != usual, plain.contains(usual) { continue }
          found.append(
            ArrayCandidate(
              key: NPYFile.stem(of: name), name: name,
              open: {
                try NPYFile.array(in: try at(.decode, name) { try file.resource() }, named: name)
              }))
        }
      case .file(let file):
        guard NPYFile.isNPY(file) else { continue }
        found.append(
          ArrayCandidate(
            key: NPYFile.stem(of: file.fileName), name: file.name,
            open: { try NPYFile.array(in: file, named: file.name) }))
      }
    }
    return found
  }
}
