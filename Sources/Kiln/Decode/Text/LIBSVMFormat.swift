extension SourceFormat {
  /// LIBSVM's sparse text, such as that of USPS.
  public static let libsvm = SourceFormat(
    name: "libsvm",
    summary: "LIBSVM's text, LABEL INDEX:VALUE ..., such as usps.bz2 and usps.t.bz2",
    options: [
      .sourceShape,
      Option(
        flag: "source-first-index", key: "firstIndex", kind: .choice(["0", "1"]), defaultValue: nil,
        summary: "what LIBSVM's indices count from; as a rule from 1 where none is 0"),
    ],
    detect: { try !LIBSVMFormat.files($0).isEmpty },
    open: { material, values in
      try LIBSVMSource(
        try LIBSVMFormat.splits(of: try LIBSVMFormat.files(material), material),
        shape: try SourceShape.parse(values),
        firstIndex: values.text("firstIndex").flatMap { Int($0) },
        classNames: material.request.classNames ?? [], cancellation: material.cancellation)
    })
}

/// Finds the texts of a source.
private enum LIBSVMFormat {
  /// A directory with more files is looked at by name alone, and these files have no name of their own.
  private static let maximumFileCount = 16
  private static let extensions = [".libsvm", ".svm", ".svmlight"]
  private static let endings = Set(extensions + [".txt", ".dat"])
  /// Enough for a label and some values.
  private static let lookedAtByteCount = 4096

  /// The texts of a source.
  static func files(_ material: SourceMaterial) throws -> [Resource] {
    if material.images != nil { return [] }
    var files: [Resource] = []
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        let members = try tree.files(in: try tree.root())
        guard members.count <= maximumFileCount else { continue }
        // A file that cannot be read may be nobody's concern.
        files += members.filter { !$0.fileName.hasSuffix(".json") }
          .compactMap { try? $0.resource() }.filter(isText)
      case .file(let file): if isText(file) || isCalledText(file) { files.append(file) }
      }
    }
    return files
  }

  /// Each file with the split that its name tells.
  static func splits(
    of files: [Resource], _ material: SourceMaterial
  ) throws(StageError) -> [(split: String, file: Resource)] {
    let found = files.map { (split: split(of: $0.fileName), file: $0) }
    for (position, file) in found.enumerated() {
      guard let other = found[..<position].first(where: { $0.split == file.split }) else {
        continue
      }
      throw StageError(
        .decode, file: material.description,
        UnsupportedError(
          "has two texts for split '\(file.split)', \(other.file.fileName) and \(file.file.fileName)"
            + " (convert them singly, or call them NAME-train.libsvm and NAME-test.libsvm)"))
    }
    return found.sorted { SplitName.precedes($0.split, $1.split) }
  }

  private static func isText(_ file: Resource) -> Bool {
    let start = (try? file.start(lookedAtByteCount)) ?? []
    return LIBSVMFile.begins(start, isWhole: start.count < lookedAtByteCount)
  }

  /// Whether the name says so and the first line has INDEX:VALUE in it: what is wrong there is told, then.
  private static func isCalledText(_ file: Resource) -> Bool {
    let name = Compression.unpackedName(file.fileName.lowercased())
    guard extensions.contains(where: name.hasSuffix) else { return false }
    return ((try? file.start(lookedAtByteCount)) ?? []).prefix { $0 != 0x0A }.contains(0x3A)
  }

  /// As LIBSVM's authors name them: NAME, NAME.t for tests, NAME.val and NAME.tr of one that is split; or by
  /// what the name says before its ending.
  private static func split(of name: String) -> String {
    var words = Compression.unpackedName(name.lowercased()).split(separator: ".")
    if words.count > 1, let last = words.last, endings.contains("." + last) { words.removeLast() }
    switch words.last {
    case "t": return "test"
    case "val": return "val"
    default:
      let stem = words.joined(separator: ".")
      return ArrayName.hasKnownSplit(stem[...]) ? ArrayName.split(of: stem[...]).split : "train"
    }
  }
}

/// Sparse texts, one for each split, read as rows of all values.
private final class LIBSVMSource: Source {
  let dataset: Dataset
  let files: [SourceFile]
  let memberNames: [String]
  private let tables: [LIBSVMFile]
  let remarks: [String]
  /// The indices of a row's values.
  private let columns: Range<Int>

  init(
    _ splits: [(split: String, file: Resource)], shape: [Int]?, firstIndex: Int?,
    classNames: [String], cancellation: Cancellation
  ) throws {
    tables = try splits.map { try LIBSVMFile($0.file, cancellation) }
    var all = CSVStatistics(labelCount: 1)
    for table in tables { all.add(table.statistics) }
    let indices = tables.compactMap(\.indices)
    // A file in which the first value is always zero counts as the others do.
    let hasZero = indices.contains { $0.lowerBound == 0 }
    let first = firstIndex ?? (hasZero ? 0 : 1)
    let highest = indices.map(\.upperBound).max() ?? 0
    let count = highest + 1 - first
    let sampleShape = shape ?? CSVLayout.side(count).map { [$0, $0] } ?? [count]
    let width = sampleShape.reduce(1, *)
    columns = first..<first + width
    // Where the last value of a square is there, they cannot have been counted from 0.
    let isTold = firstIndex != nil || !hasZero && count == width && CSVLayout.side(count) != nil
    let guess =
      "indices are taken to count from 1, since none is 0"
      + " (--source-first-index 0 where scikit-learn wrote them)"
    remarks = isTold ? [] : [hasZero ? "indices count from 0" : guess]
    if first == 1, hasZero {
      throw StageError(
        .decode, file: tables.first?.file.name,
        UnsupportedError("has values of index 0 (leave out --source-first-index 1)"))
    }
    guard !indices.isEmpty, count <= width, width <= CSVLayout.maximumColumnCount else {
      throw StageError(
        .decode, file: tables.first?.file.name,
        UnsupportedError(
          "has values of index \(highest), which are no sample of"
            + " \(sampleShape.map(String.init).joined(separator: "x")) (see --source-shape)"))
    }
    files = SourceFile.distinct(tables.map(\.file.file))
    memberNames = tables.map(\.file).map {
      $0.isWholeFile ? $0.file.path : Path.join($0.file.path, $0.relativePath)
    }
    let labels = LabelSchema(
      elementType: all.labelType, ranges: all.labelRanges, classNames: classNames)
    dataset = Dataset(
      schema: Schema(
        elementType: all.elementType, sampleShape: sampleShape,
        channelOrder: ArraySource.likelyOrder(of: sampleShape), labels: labels),
      splits: zip(splits, tables).map { Split(name: $0.split, count: $1.statistics.rowCount) })
  }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    try tables[split].reader(as: dataset.schema.elementType, columns: columns, background)
  }
}
