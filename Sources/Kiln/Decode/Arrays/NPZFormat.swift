// .npz: a zip file, stored or deflated, in which every entry KEY.npy is an array
// (https://numpy.org/doc/stable/reference/generated/numpy.savez.html).

extension SourceFormat {
  /// NumPy arrays in `.npz` files: one that holds all, or one for each array.
  public static let npz = SourceFormat(
    name: "npz",
    summary: "NumPy's .npz, stored or deflated: x_train y_train x_test y_test, or one array a file",
    options: [.imagesKey, .labelsKey, .sourceShape],
    liesBesideImages: true,
    detect: { material in
      if let images = material.images { return NPZFormat.isNPZ(images) }
      return try !NPZFormat.files(material).isEmpty
    },
    open: { material, values in
      var interpretation = ArraySource.Interpretation(material)
      interpretation.sampleShape = try SourceShape.parse(values)
      let (parts, remarks) = try NPZFormat.parts(material, values)
      interpretation.remarks = remarks
      return try ArraySource(parts, interpretation, material.cancellation)
    })
}

/// Finds the arrays in `.npz` files.
enum NPZFormat {
  /// What zip files begin with.
  private static let magic = Array("PK".utf8)

  /// Whether a file is a zip file of the name `.npz`, or one whose first entry is an array.
  static func isNPZ(_ file: Resource) -> Bool {
    guard file.isWholeFile, (try? file.start(magic.count)) == magic else { return false }
    if stem(of: file.fileName) != nil { return true }
    guard let archive = try? Archive(file.file), let entries = try? archive.entries() else {
      return false
    }
    return entries.contains { NPYFile.isName(Path.lastComponent($0.path)) }
  }

  /// A file's name without `.npz`; nil for other names.
  static func stem(of name: String) -> String? {
    name.lowercased().hasSuffix(".npz") ? String(name.dropLast(4)) : nil
  }

  /// The `.npz` files of a source: by name in directories, by content else.
  static func files(_ material: SourceMaterial) throws -> [Resource] {
    var found: [Resource] = []
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        // An archive in an archive cannot be read at any place.
        guard tree.archive == nil else { continue }
        for file in try tree.files(in: try tree.root()) where stem(of: file.fileName) != nil {
          found.append(try file.resource())
        }
      case .file(let file):
        if isNPZ(file) { found.append(file) }
      }
    }
    return found
  }

  fileprivate static func parts(
    _ material: SourceMaterial, _ values: OptionValues
  ) throws -> (parts: [ArraySource.Part], remarks: [String]) {
    if let images = material.images {
      return ([try ArrayPair.part(images: images, material, values)], [])
    }
    let keys = try ArrayKeys(values)
    let files = try files(material)
    var candidates: [ArrayCandidate] = []
    for file in files {
      let arrays = try arrays(in: file)
      let stem = stem(of: file.fileName) ?? file.fileName
      for array in arrays {
        // Where each file has one array, the files have the names.
        let key =
          files.count == 1 ? array.key : (arrays.count == 1 ? stem : "\(stem)/\(array.key)")
        candidates.append(ArrayCandidate(key: key, name: array.name, open: array.open))
      }
    }
    return try ArrayCandidate.parts(of: candidates, keys, in: material)
  }

  /// The arrays of an `.npz` file.
  /// - Throws: ``StageError`` for what is none, or has no array.
  static func arrays(in file: Resource) throws -> [ArrayCandidate] {
    let entries = try at(.decode, file.name) {
      guard let archive = try Archive(file.file) else {
        throw UnsupportedError("expected a zip file of .npy files, found something else")
      }
      let entries = try archive.entries()
        .filter { NPYFile.isName(Path.lastComponent($0.path)) }
        .map { Resource($0, of: archive) }
      guard !entries.isEmpty else { throw UnsupportedError("holds no .npy files") }
      return entries
    }
    return entries.map { entry in
      ArrayCandidate(
        key: NPYFile.stem(of: entry.relativePath), name: entry.name,
        open: { try NPYFile.array(in: entry, named: entry.name) })
    }
  }
}
