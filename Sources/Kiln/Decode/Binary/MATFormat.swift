extension SourceFormat {
  /// MATLAB's files of level 5, such as SVHN's.
  public static let mat = SourceFormat(
    name: "mat",
    summary: "MATLAB files of version 5 to 7, such as SVHN's train_32x32.mat: files or a directory",
    options: [.imagesKey, .labelsKey, .sourceShape],
    detect: { try !MATFormat.files($0).isEmpty },
    open: { material, values in
      let keys = try ArrayKeys(values)
      let files = try MATFormat.splits(of: try MATFormat.files(material))
      let parts = try files.map { name, file in
        try at(.decode, file.name) {
          try MATFormat.parts(of: file, split: files.count == 1 && keys != nil ? nil : name, keys)
        }
      }
      var interpretation = ArraySource.Interpretation(material)
      interpretation.sampleShape = try SourceShape.parse(values)
      interpretation.remarks = parts.flatMap(\.self).compactMap(\.remark)
      return try ArraySource(
        parts.flatMap(\.self).map(\.part).sorted { SplitName.precedes($0.split, $1.split) },
        interpretation, material.cancellation)
    })
}

/// Finds images and labels among the variables of MAT-files.
private enum MATFormat {
  /// The files of a source.
  static func files(_ material: SourceMaterial) throws -> [Resource] {
    if material.images != nil { return [] }
    var files: [Resource] = []
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        for file in try tree.files(in: try tree.root())
        where file.fileName.lowercased().hasSuffix(".mat") {
          files.append(try file.resource())
        }
      case .file(let file):
        if MATFile.isMagic((try? file.start(MATFile.magicByteCount)) ?? []) { files.append(file) }
      }
    }
    return files
  }

  /// Each file with the split that its name tells.
  static func splits(
    of files: [Resource]
  ) throws(StageError) -> [(split: String, file: Resource)] {
    let found = files.map { (split: split(of: $0.fileName), file: $0) }
    for (position, file) in found.enumerated() {
      guard let other = found[..<position].first(where: { $0.split == file.split }) else {
        continue
      }
      throw StageError(
        .decode, file: file.file.name,
        UnsupportedError(
          "could be the same split as \(other.file.name) (name the files one by one)")
      )
    }
    return found
  }

  /// The split of a file such as `train_32x32.mat`.
  private static func split(of name: String) -> String {
    let words = name.split(separator: ".").first?.split(separator: "_") ?? []
    let isSize = words.last?.allSatisfy { $0.isNumber || $0 == "x" } ?? false
    let stem = (isSize ? words.dropLast() : words[...]).joined(separator: "_")
    return ArrayName.hasKnownSplit(stem[...]) ? ArrayName.split(of: stem[...]).split : "data"
  }

  static func parts(
    of file: Resource, split: String?, _ keys: ArrayKeys?
  ) throws -> [(part: ArraySource.Part, remark: String?)] {
    let mat = try MATFile(file)
    guard !mat.variables.isEmpty else { throw MATError.noArrays(hasOthers: mat.hasOthers) }
    if let keys {
      return try keys.parts.map { part in
        try self.part(
          part.split ?? split ?? "data", try variable(part.images.text, of: mat),
          try part.labels.map { try variable($0.text, of: mat) }, mat, file)
      }
    }
    let named = mat.variables.compactMap { variable in
      ArrayName(parsing: variable.name).map { (name: $0, variable: variable) }
    }
    let images = named.filter { $0.name.role == .images }
    guard !images.isEmpty, Set(images.map(\.name.split)).count == images.count else {
      throw MATError.noImages(list(mat))
    }
    // A vector of an unusual name may be the labels: that they are left out would be noticed too late.
    let isLabelled = named.contains { $0.name.role == .labels }
    let others = mat.variables.filter { ArrayName(parsing: $0.name) == nil }
    if !isLabelled,
      others.contains(where: { vector in
        images.contains { isVector(vector, along: $0.variable) }
      })
    {
      throw MATError.noImages(list(mat))
    }
    return try images.map { name, variable in
      let labels = named.first { $0.name.role == .labels && $0.name.split == name.split }
      return try part(
        name.split == "data" ? split ?? "data" : name.split, variable, labels?.variable, mat, file)
    }
  }

  private static func variable(_ name: String, of mat: MATFile) throws -> MATFile.Variable {
    guard let found = mat.variables.first(where: { $0.name == name }) else {
      throw UnsupportedError("has no variable '\(name)'; there are \(list(mat))")
    }
    return found
  }

  /// More would fill the screen.
  private static let listed = 12

  private static func list(_ mat: MATFile) -> String {
    mat.variables.prefix(listed).map {
      "\($0.name.printable) (\($0.elementType) \(MATError.text($0.dimensions)))"
    }.joined(separator: ", ")
  }

  /// Whether a variable is one number for each place along the first or the last axis of another one.
  ///
  /// Of any type: to MATLAB every number is a float unless it is told otherwise.
  private static func isVector(
    _ variable: MATFile.Variable, along images: MATFile.Variable
  ) -> Bool {
    let count = variable.dimensions.reduce(1, *)
    return count > 1 && variable.dimensions.contains(count)
      && [images.dimensions.first, images.dimensions.last].contains(count)
  }

  private static func part(
    _ split: String, _ images: MATFile.Variable, _ labels: MATFile.Variable?, _ mat: MATFile,
    _ file: Resource
  ) throws -> (part: ArraySource.Part, remark: String?) {
    let (first, last) = (images.dimensions.first, images.dimensions.last)
    // Vectors lie either way; one row of one-hot labels looks like one.
    let shape = labels.map { labels in
      let count = labels.dimensions.reduce(1, *)
      let isVector = labels.dimensions.contains(1) && (count == first || count == last)
      return isVector ? [count] : labels.dimensions
    }
    // Pictures are usually stacked along the last axis, rows of numbers along the first.
    let prefersLast = images.dimensions.count > 2
    let isLast: Bool
    if let count = shape?.first {
      guard first == count || last == count else {
        throw MATError.axes(images: images.dimensions, labels: labels?.dimensions ?? [])
      }
      isLast = prefersLast ? last == count : first != count
    } else {
      isLast = prefersLast
    }
    // Where no label counts the samples, only what is usual tells them from rows.
    let isTold = shape?.first.map { _ in first != last } ?? false
    let remark =
      isTold
      ? nil
      : "samples are along the \(isLast ? "last" : "first") axis of \(images.name)"
        + " (\(MATError.text(images.dimensions)))"
    let part = ArraySource.Part(
      split: split,
      images: try SampleArray(
        "\(file.name): \(images.name.printable)",
        isLast ? .stream(stream(images, mat)) : .array(try whole(images, mat, images.dimensions)),
        of: file, readsWholeFile: false),
      labels: try labels.map { labels in
        try SampleArray(
          "\(file.name): \(labels.name.printable)",
          .array(try whole(labels, mat, shape ?? labels.dimensions)),
          of: file, readsWholeFile: false)
      })
    return (part, remark)
  }

  /// Column by column, the last axis is the slowest: each sample lies in one piece, its axes turned
  /// round.
  private static func stream(_ variable: MATFile.Variable, _ mat: MATFile) -> SampleArray.Stream {
    let rank = variable.dimensions.count - 1
    return SampleArray.Stream(
      variable.elementType, mat.byteOrder, storedShape: variable.dimensions.reversed(),
      axes: Array((0..<rank).reversed())
    ) { _ in try mat.open(variable) }
  }

  private static func whole(
    _ variable: MATFile.Variable, _ mat: MATFile, _ shape: [Int]
  ) throws -> NumericArray {
    guard variable.byteCount <= SampleArray.maximumWholeByteCount else {
      throw ArrayError.mustBeWhole(byteCount: variable.byteCount)
    }
    let stream = try mat.open(variable)
    let bytes = try stream.read(variable.byteCount)
    // Reading on compares what is behind the numbers.
    _ = try stream.read(1)
    return try NumericArray(
      variable.elementType, mat.byteOrder, shape: shape, order: .columnMajor, in: .owned(bytes))
  }
}
