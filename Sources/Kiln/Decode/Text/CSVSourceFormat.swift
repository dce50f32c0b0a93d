extension SourceFormat {
  /// Tables of numbers: files, or a directory of one for each split.
  public static let csv = SourceFormat(
    name: "csv",
    summary: "tables with one row a sample, as files or a directory of train.csv, test.csv",
    options: CSVSettings.options + [.sourceShape],
    liesBesideImages: true,
    detect: { try !CSVSourceFormat.tables($0).found.isEmpty },
    open: { material, values in try CSVSourceFormat.open(material, values) })
}

/// Finds out which tables belong together.
private enum CSVSourceFormat {
  struct Table {
    let dataset: String
    let name: String
    let open: () throws -> Resource
  }

  /// What outputs of this format are called in their manifests.
  private static let outputName = "csv"

  static func open(_ material: SourceMaterial, _ values: OptionValues) throws -> any Source {
    let (found, passedOver) = try tables(material)
    let tables = try chosen(found, material).map { ($0.name, try $0.open()) }
    let files = SourceFile.distinct(tables.map(\.1.file))
    var settings = try CSVSettings(values)
    guard
      let record = OutputRecord.find(for: files, namedBy: material.request.paths),
      record.format == outputName
    else { return try source(tables, settings, passedOver, material, values) }
    // Whatever columns are called, they were written as labels.
    settings.mayNumberRows = false
    if settings.delimiter == nil, let text = record.options["delimiter"] {
      settings.delimiter = try? TableDelimiter.parse(text, option: "csv-delimiter")
    }
    // Without names, numbers do not tell several labels from pixels; names do not tell that all are labels.
    if settings.label == nil,
      record.options["header"] == "off" || record.sampleShape == Schema.noPixels
    {
      settings.label = .several(
        record.labelColumns?.count ?? 0, areLast: record.options["label"] == "last")
    }
    // A split without samples has an empty file where columns have no names.
    let known = try tables.map { name, file in
      let isEmpty = try record.splits[name]?.count == 0 && file.knownByteCount() == 0
      return (name, isEmpty ? nil : file)
    }
    guard known.contains(where: { $0.1 != nil }) else {
      return EmptyOutput(
        record, splits: tables.map(\.0), files: files, classNames: material.request.classNames)
    }
    return try source(known, settings, passedOver, material, values)
  }

  private static func source(
    _ splits: [(String, Resource?)], _ settings: CSVSettings, _ passedOver: [String],
    _ material: SourceMaterial, _ values: OptionValues
  ) throws -> CSVSource {
    try CSVSource(
      splits, settings, shape: try SourceShape.parse(values),
      classNames: material.request.classNames ?? [], passedOver: passedOver,
      wanted: material.request.splits, cancellation: material.cancellation)
  }

  /// The tables of a source, each with its split's name, and those beside them that are no splits.
  static func tables(
    _ material: SourceMaterial
  ) throws -> (found: [Table], passedOver: [String]) {
    if material.images != nil { return ([], []) }
    var (found, passedOver): ([Table], [String]) = ([], [])
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        let members = try tree.files(in: try tree.root())
          .filter { stem(of: $0.fileName) != nil }
        if let record = material.outputRecord, record.format == outputName {
          // What Kiln has written has a table for each split, whatever that is called.
          for member in members {
            guard let name = stem(of: member.fileName), record.splits[name] != nil else {
              passedOver.append(member.fileName)
              continue
            }
            found.append(Table(dataset: "", name: name, open: { try member.resource() }))
          }
          continue
        }
        // Beside them, a list of class names or of predictions is no split.
        let usual = members.filter { ArrayName.hasKnownSplit(stem(of: $0.fileName)?[...] ?? "") }
        if !usual.isEmpty {
          let names = Set(usual.map(\.fileName))
          passedOver += members.map(\.fileName).filter { !names.contains($0) }
        }
        for member in usual.isEmpty ? members : usual {
          let names = names(
            of: stem(of: member.fileName), isOnly: material.items.count == 1 && members.count == 1)
          found.append(
            Table(dataset: names.dataset, name: names.split, open: { try member.resource() }))
        }
      case .file(let file):
        let stem = stem(of: file.fileName)
        guard try stem != nil || looksLikeTable(file) else { return ([], []) }
        let names = names(of: stem, isOnly: material.items.count == 1)
        found.append(Table(dataset: names.dataset, name: names.split, open: { file }))
      }
    }
    guard !found.isEmpty else { return ([], []) }
    if material.trees.count > 0, material.outputRecord?.format != outputName,
      try !found.contains(where: { try looksLikeTable(try $0.open()) })
    {
      return ([], [])
    }
    return (found, passedOver)
  }

  /// What a table's name says; the only one of a source need not say its split.
  private static func names(
    of stem: String?, isOnly: Bool
  ) -> (dataset: String, split: String) {
    let name = (stem ?? "")[...]
    return isOnly && !ArrayName.hasKnownSplit(name) ? ("", "data") : ArrayName.split(of: name)
  }

  private static func chosen(_ tables: [Table], _ material: SourceMaterial) throws -> [Table] {
    let dataset = try DatasetChoice.choose(
      among: tables.map(\.dataset), wanted: material.request.dataset,
      source: material.description)
    let chosen = tables.filter { $0.dataset == dataset }
    for (position, table) in chosen.enumerated()
    where chosen[..<position].contains(where: { $0.name == table.name }) {
      throw StageError(
        .decode, file: material.description,
        UnsupportedError("has two tables for split '\(table.name)' (name the files one by one)"))
    }
    return chosen.sorted { SplitName.precedes($0.name, $1.name) }
  }

  /// A table's name without its extension; nil for other names.
  private static func stem(of name: String) -> String? {
    let unpacked = Compression.unpackedName(name)
    let isTable = [".csv", ".tsv"].contains(String(unpacked.suffix(4)).lowercased())
    return isTable ? String(unpacked.dropLast(4)) : nil
  }

  /// The first lines of a table of small pictures fit; of larger ones, the header alone takes more.
  private static let lookedAtByteCount = 64 << 10
  private static let lookedAtByteCountAtMost = 1 << 20

  /// Whether the first or second line is several numbers.
  private static func looksLikeTable(_ file: Resource) throws -> Bool {
    var start = (try? file.start(lookedAtByteCount)) ?? []
    if start.count == lookedAtByteCount, !start.contains(0x0A) {
      start = (try? file.start(lookedAtByteCountAtMost)) ?? []
    }
    let text = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
    guard text.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else { return false }
    let lines = text.split(separator: 0x0A, maxSplits: 2).prefix(2).map {
      Array($0.last == 0x0D ? $0.dropLast() : $0)
    }
    // The columns beside pixels that have names may hold texts.
    return lines.last.map(CSVHead.isRow) == true || lines.first.map(CSVHead.isHeader) == true
  }
}
