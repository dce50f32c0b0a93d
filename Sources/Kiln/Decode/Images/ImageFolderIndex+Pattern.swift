extension ImageFolderIndex {
  /// Reads splits, labels and the order of the samples out of the paths of the images.
  ///
  /// Samples are in the order of `{index}`, those of one index or without any in natural order of their
  /// paths. All images must match.
  /// - Parameters:
  ///   - template: the pattern of the paths.
  ///   - listing: all images.
  ///   - root: the name of the directory itself, which may be that of a split.
  ///   - classes: what is known of the classes.
  /// - Throws: ``UnsupportedError`` that names the first image that does not match.
  init(
    _ template: FolderTemplate, of listing: ImageFolderListing, root: String,
    classes: KnownClasses
  ) throws(UnsupportedError) {
    var found = FoundFields(template, listing)
    try found.match()
    var splits: [(name: String, files: [UInt32], numbers: [Int])] = found.splitNames.map {
      ($0.isEmpty ? SplitName.usual(root) ?? "data" : $0, [], [])
    }
    for (file, split) in found.splits.enumerated() {
      splits[Int(split)].files.append(UInt32(file))
      if template.uses(.index) { splits[Int(split)].numbers.append(found.indices[file]) }
    }
    self.splits = splits.map { split in
      Split(name: split.name, files: Self.sorted(split.files, by: split.numbers))
    }.sorted { SplitName.precedes($0.name, $1.name) }
    (labels, range, classNames) = try found.labels(classes)
  }

  private static func sorted(_ files: [UInt32], by numbers: [Int]) -> Files {
    if numbers.isEmpty || zip(numbers, numbers.dropFirst()).allSatisfy({ $0 <= $1 }) {
      return .list(files)
    }
    // Indices mostly are all those of the split: each has its place then.
    var places = [UInt32](repeating: .max, count: files.count)
    for (file, number) in zip(files, numbers) {
      guard number < places.count, places[number] == .max else {
        let order = zip(numbers, files).sorted { $0 < $1 }
        return .list(order.map(\.1))
      }
      places[number] = file
    }
    return .list(places)
  }
}

/// What the paths of a listing say by a template, file by file.
private struct FoundFields {
  private let template: FolderTemplate
  private let listing: ImageFolderListing
  /// The position of each file's split among the names.
  private(set) var splits: [UInt32] = []
  private(set) var splitNames: [String] = []
  /// The index of each file; empty where the template has none.
  private(set) var indices: [Int] = []
  /// The position of each file's class among the class texts or labels.
  private var classes: [UInt32] = []
  private var labelValues: [Int64] = []
  private var classTexts: [String] = []

  init(_ template: FolderTemplate, _ listing: ImageFolderListing) {
    self.template = template
    self.listing = listing
  }

  mutating func match() throws(UnsupportedError) {
    let pattern = FolderPattern(template)
    var splitTable = PositionTable<[UInt8]>()
    var labelTable = PositionTable<Int64>()
    var classTable = PositionTable<[UInt8]>()
    splits.reserveCapacity(listing.count)
    let (usesIndex, usesLabel) = (template.uses(.index), template.uses(.label))
    let usesClass = !usesLabel && template.uses(.class)
    for directory in listing.directories where !directory.files.isEmpty {
      let outer = pattern.fields(ofDirectory: directory.path)
      for file in directory.files {
        let fields = outer.flatMap { outer in
          listing.withName(of: file) {
            pattern.fields(ofName: $0.extracting(0..<$0.count - 1), in: outer)
          }
        }
        guard let fields else {
          throw UnsupportedError(
            "image \(listing.path(of: file)) does not match the pattern '\(template.text)'"
              + (usesLabel ? " ({label} is a number, {class} a name: " : " (")
              + "choose another --pattern, or move the image away)")
        }
        splits.append(splitTable.position(of: fields.split ?? []))
        if usesIndex { indices.append(fields.index ?? 0) }
        if usesLabel { classes.append(labelTable.position(of: fields.label ?? 0)) }
        if usesClass { classes.append(classTable.position(of: fields.className ?? [])) }
      }
    }
    splitNames = splitTable.values.map { String(decoding: $0, as: UTF8.self) }
    labelValues = labelTable.values
    classTexts = classTable.values.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The labels of all files, their range and the names of the classes.
  func labels(
    _ known: KnownClasses
  ) throws(UnsupportedError) -> (ImageFolderIndex.Labels, ClosedRange<Int64>?, [String]) {
    guard !classes.isEmpty else { return (.none, nil, []) }
    var values = labelValues
    var names = known.given ?? known.recorded ?? []
    if !classTexts.isEmpty {
      let table = try ClassTable(Set(classTexts), known, .namesFirst)
      values = classTexts.map { table.labels[$0] ?? 0 }
      names = table.names
    }
    let range = values.min().flatMap { least in values.max().map { least...$0 } }
    return (.ofFiles(classes.map { values[Int($0)] }), range, names)
  }
}
