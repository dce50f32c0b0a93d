/// Images and labels in files that were named by hand: each an array, or an `.npz` of several.
enum ArrayPair {
  /// The one split of a pair; labels without a file of their own are in that of the images.
  /// - Throws: ``StageError`` that names a file, or ``UsageError`` for a key that it has no use for.
  static func part(
    images: Resource, _ material: SourceMaterial, _ values: OptionValues
  ) throws -> ArraySource.Part {
    let imagesKey = try ArrayKeys.only(.imagesKey, values)
    let labelsKey = try ArrayKeys.only(.labelsKey, values)
    let labels = material.labels ?? (labelsKey == nil ? nil : images)
    let name = material.recordedNames.array(stem(of: images.fileName))
    return ArraySource.Part(
      split: name?.split ?? "data", images: try array(in: images, imagesKey, .imagesKey),
      labels: try labels.map { try array(in: $0, labelsKey, .labelsKey) })
  }

  private static func stem(of name: String) -> String {
    NPZFormat.stem(of: name) ?? NPYFile.stem(of: name)
  }

  private static func array(
    in file: Resource, _ key: ArrayKeys.Path?, _ option: Option
  ) throws -> SampleArray {
    if NPYFile.isNPY(file) {
      if let key {
        throw UsageError.conflict(
          "--\(option.flag) \(key.text.printable) chooses among arrays, and"
            + " \(file.fileName.printable) is one")
      }
      return try NPYFile.array(in: file, named: file.name)
    }
    guard NPZFormat.isNPZ(file) else {
      throw StageError(
        .decode, file: file.name,
        UnsupportedError(
          "is no .npy or .npz, as the other file of the pair is (both must be: convert one of them first)"
        ))
    }
    let arrays = try NPZFormat.arrays(in: file)
    let wanted = arrays.filter { array in key.map { $0.text == array.key } ?? true }
    guard let array = wanted.first, wanted.count == 1 else {
      let expected = key.map { "'\($0.text.printable)'" } ?? "one array"
      throw StageError(
        .decode, file: file.name,
        UnsupportedError(
          "holds \(Spelling.list(arrays.map(\.key))), expected \(expected)"
            + " (choose with --\(option.flag))"))
    }
    return try array.open()
  }
}
