extension SourceFormat {
  /// Pickles: a file that holds a data set, or the files of a CIFAR data set.
  public static let pickle = SourceFormat(
    name: "pickle",
    summary: "Python pickles, read as data: LISA's mnist.pkl.gz, CIFAR for Python, dicts of arrays",
    options: [.imagesKey, .labelsKey, .sourceShape],
    liesBesideImages: true,
    detect: { try !PickleFormat.files($0).isEmpty },
    open: { material, values in try PickleFormat.open(material, values) })
}

/// Finds the pickles of a source and the data set in them.
enum PickleFormat {
  /// A pickle that was read, with its file.
  private struct File {
    let resource: Resource
    let arrays: PickleArrays

    var fileName: String { resource.fileName }
  }

  static func open(_ material: SourceMaterial, _ values: OptionValues) throws -> any Source {
    let shape = try SourceShape.parse(values)
    let corrections: PickleArrays.Corrections =
      shape == nil && material.request.correction != .none ? .applied : .none
    let files = try files(material).map { resource in
      try at(.decode, resource.name) { try read(resource, corrections, material.recordedNames) }
    }
    guard let first = files.first else { preconditionFailure("a source without pickles") }
    let keys = try ArrayKeys(values)
    var dataset: PickleDataset
    var interpretation = ArraySource.Interpretation(material)
    if let keys {
      guard files.count == 1 else {
        throw UsageError.conflict("--images-key chooses in one file, and there are \(files.count)")
      }
      dataset = try first.arrays.named(keys)
    } else if files.count == 1, try first.arrays.batch(first.arrays.rootPlace, fileName: "") == nil
    {
      guard let found = try first.arrays.recognised(dataset: material.request.dataset) else {
        throw StageError(.decode, file: first.resource.name, PickleOutline(first.arrays))
      }
      dataset = found
    } else {
      dataset = try batches(files)
      if dataset.isInterleaved {
        interpretation.corrections = Corrections(channels: .planar).descriptions
      } else if let shape, shape.count == 3, shape[2] == 3,
        try dataset.parts[0].images.first?.array.interleaved() != nil
      {
        interpretation.remarks = [
          "colours are read as side by side, as --source-shape says; in CIFAR's files they are planes"
        ]
      }
    }
    interpretation.remarks += BatchGaps.remarks(files.compactMap { batchNumber($0.fileName) })
    if let names = material.request.classNames { dataset.classNames = names }
    interpretation.classNames = dataset.classNames
    interpretation.labelColumns = dataset.labelColumns
    interpretation.sampleShape = shape
    if material.request.correction != .none {
      interpretation.pixelScale =
        try dataset.parts[0].images.first?.array.likelyScale() ?? .undeclared
    }
    let sources = SourceFile.distinct(files.map(\.resource.file))
    return try ArraySource(
      try dataset.parts.map { try $0.arrays() }, interpretation, in: sources, material.cancellation)
  }

  private static func read(
    _ resource: Resource, _ corrections: PickleArrays.Corrections, _ names: RecordedNames
  ) throws -> File {
    let document = try document(in: resource)
    return File(
      resource: resource,
      arrays: PickleArrays(
        name: resource.name, values: document.values, root: document.root,
        corrections: corrections, names: names))
  }

  /// Reads one pickle: in place where its file is not packed.
  static func document(in resource: Resource) throws -> PickleDocument {
    if let file = try resource.map() { return try PickleMachine.read(.mapped(file)) }
    // To come to an entry of an archive again, all before it would have to be unpacked, too.
    let again =
      resource.isWholeFile ? PickleInput.Again(content: { try resource.open() }) : nil
    let stream = try resource.open()
    do {
      return try PickleMachine.read(
        .stream(stream, packedByteCount: resource.file.byteCount, again: again))
    } catch let fault as PickleError where fault.canBeDamage {
      // Of damaged data the checksum behind it tells more than what has come of it.
      try stream.readToEnd()
      throw fault
    }
  }

  private static func batches(_ files: [File]) throws -> PickleDataset {
    var batches: [PickleBatch] = []
    var names: [String]?
    for file in files {
      if let batch = try file.arrays.batch(file.arrays.rootPlace, fileName: file.fileName) {
        batches.append(batch)
        names = names ?? file.arrays.classNames
      } else if let found = file.arrays.classNames,
        ["meta", "batches.meta"].contains(file.fileName) || !file.arrays.hasArrays
      {
        names = found
      } else {
        throw StageError(
          .decode, file: file.resource.name,
          UnsupportedError(
            "is no batch of a data set in several pickles (name one pickle, or convert them singly)"
          ))
      }
    }
    guard !batches.isEmpty else {
      throw StageError(
        .decode, file: files[0].resource.name,
        UnsupportedError("holds class names, and no file with images is beside it"))
    }
    return try PickleBatches.dataset(batches, meta: names)
  }

  // MARK: Detection

  /// The pickles of a source; none where it is something else.
  static func files(_ material: SourceMaterial) throws -> [Resource] {
    guard material.images == nil, material.words.isEmpty else { return [] }
    if let tree = material.onlyTree { return try files(in: tree) }
    let files = material.files
    guard !files.isEmpty, files.count == material.items.count, files.allSatisfy(isPickle) else {
      return []
    }
    return files.sorted { precedes($0.fileName, $1.fileName) }
  }

  /// The files of a CIFAR data set in a directory or archive, or its one pickle.
  private static func files(in tree: FileTree) throws -> [Resource] {
    let members = try tree.files(in: try tree.root())
    let usual = members.filter { isBatchName($0.fileName) }
    let chosen = usual.isEmpty ? members.filter { hasPickleName($0.fileName) } : usual
    guard !chosen.isEmpty, !usual.isEmpty || chosen.count == 1 else { return [] }
    let resources = try chosen.map { try $0.resource() }
    let files = resources.filter(isPickle)
    // Where there is none at all, the names are those of something else; so may be words, beside one pickle.
    if !files.isEmpty,
      let other = resources.first(where: { file in
        !isPickle(file)
          && (files.count > 1 || isOfCIFAR(file.fileName) || (try? file.start(1).isEmpty) == true)
      })
    {
      throw StageError(
        .decode, file: other.name,
        UnsupportedError(
          "is no pickle, unlike the files beside it (fetch it again, or remove it)"))
    }
    return files.sorted { precedes($0.fileName, $1.fileName) }
  }

  private static let batchNames: Set = ["test_batch", "batches.meta", "train", "test", "meta"]

  private static func isBatchName(_ name: String) -> Bool {
    batchNames.contains(name) || batchNumber(name) != nil
  }

  /// Whether a name is that of no other data set's files: CIFAR-100 has `train`, `test` and `meta`.
  private static func isOfCIFAR(_ name: String) -> Bool {
    isBatchName(name) && !["train", "test", "meta"].contains(name)
  }

  private static func batchNumber(_ name: String) -> Int? {
    name.hasPrefix("data_batch_") ? Int(name.dropFirst("data_batch_".count)) : nil
  }

  /// `data_batch_10` comes behind `data_batch_9`.
  private static func precedes(_ first: String, _ second: String) -> Bool {
    let names = [first, second].map { name in
      let digits = name.reversed().prefix { ("0"..."9").contains($0) }
      return (name.dropLast(digits.count), Int(String(digits.reversed())) ?? -1)
    }
    return names[0] < names[1]
  }

  /// Whether a name is that of a pickle, also with more behind it, such as `x.pkl.bak`.
  private static func hasPickleName(_ name: String) -> Bool {
    let parts = Compression.unpackedName(name).lowercased().split(separator: ".").dropFirst()
    let others: Set = ["npz", "npy", "safetensors", "csv", "tsv", "mat", "json", "tar", "zip"]
    return parts.contains { ["pkl", "pickle", "pck", "p"].contains($0) }
      && !(parts.last.map { others.contains(String($0)) } ?? false)
  }

  /// Whether a file begins as a pickle of protocol 2 or later, or is called one and begins as one of
  /// the older ones, which have no mark of their own.
  private static func isPickle(_ resource: Resource) -> Bool {
    guard let start = try? resource.start(4) else { return false }
    if start.count > 2, start[0] == PickleOpcode.proto.rawValue, start[1] <= 5,
      PickleOpcode(rawValue: start[2]) != nil
    {
      return true
    }
    return hasPickleName(resource.fileName) || beginsAsOldPickle(resource)
  }

  /// Protocols 0 and 1: a mark, a dict, list or name of a module, and sensible opcodes behind it.
  private static func beginsAsOldPickle(_ resource: Resource) -> Bool {
    guard let start = try? resource.start(512), let first = start.first else { return false }
    switch PickleOpcode(rawValue: first) {
    case .mark?: return start.count > 1 && [0x6C, 0x64, 0x74, 0x28, 0x63].contains(start[1])
    case .global?:
      let lines = start.dropFirst().split(separator: 0x0A, maxSplits: 2)
      // The header of a table may begin with a c, too.
      return lines.count == 3 && lines.prefix(2).allSatisfy(isName)
    default: return false
    }
  }

  /// Whether a line is the name of a module or of something in one, such as `numpy.core.multiarray`.
  private static func isName(_ line: ArraySlice<UInt8>) -> Bool {
    line.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { word in
      let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
      return word.first.map { !isDigit($0) } == true
        && word.allSatisfy { isDigit($0) || $0 == 0x5F || (0x61...0x7A).contains($0 | 0x20) }
    }
  }
}
