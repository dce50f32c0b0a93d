/// Which images make up each split, in order, and what their labels are.
struct ImageFolderIndex: Sendable {
  /// One split.
  struct Split: Sendable {
    let name: String
    let files: Files
  }

  /// Positions in the listing, in the order of the samples.
  enum Files: Sendable {
    case range(Range<Int>)
    case list([UInt32])

    var count: Int {
      switch self {
      case .range(let range): range.count
      case .list(let files): files.count
      }
    }

    subscript(index: Int) -> Int {
      switch self {
      case .range(let range): range.lowerBound + index
      case .list(let files): Int(files[index])
      }
    }
  }

  /// Where the label of an image is to be found.
  enum Labels: Sendable {
    case none
    /// One for each directory of the listing.
    case ofDirectories([Int64])
    /// For each file a position among the values.
    case ofFiles([UInt32], values: [Int64])
  }

  var splits: [Split]
  var labels: Labels
  /// The smallest and largest label.
  var range: ClosedRange<Int64>?
  var classNames: [String]

  /// The label of a file; 0 where there are none.
  func label(of file: Int, in listing: ImageFolderListing) -> Int64 {
    switch labels {
    case .none: 0
    case .ofDirectories(let labels): labels[listing.directory(of: file)]
    case .ofFiles(let positions, let values): values[Int(positions[file])]
    }
  }
}

// MARK: Folders that name splits and labels

extension ImageFolderIndex {
  /// Reads `split/label/file`, `label/file`, `split/file` or files alone from the directories' names.
  ///
  /// Directories that everything lies in are passed by. A first directory is a split where there are labels
  /// below it, or where all of them have a split's usual name.
  /// - Parameters:
  ///   - listing: all images.
  ///   - root: the name of the directory itself, which may be that of a split.
  ///   - classNames: names of the classes from 0, where they are known.
  /// - Throws: ``UnsupportedError`` where the directories are none of these.
  init(
    foldersOf listing: ImageFolderListing, root: String, classNames: [String]?
  ) throws(UnsupportedError) {
    let levels = try FolderLevels(listing, root: root)
    if let labels = levels.labels {
      try self.init(levels, labels, listing, classNames)
    } else {
      self.init(
        splits: levels.splits, labels: .none, range: nil, classNames: classNames ?? [])
    }
  }

  private init(
    _ levels: FolderLevels, _ labels: [String?], _ listing: ImageFolderListing,
    _ given: [String]?
  ) throws(UnsupportedError) {
    let classes = try ClassTable(Set(labels.compactMap { $0 }), given: given)
    var range: ClosedRange<Int64>?
    let values = labels.map { name -> Int64 in
      guard let label = name.flatMap({ classes.labels[$0] }) else { return 0 }
      range = min(range?.lowerBound ?? label, label)...max(range?.upperBound ?? label, label)
      return label
    }
    self.init(
      splits: levels.splits, labels: .ofDirectories(values), range: range,
      classNames: classes.names)
  }
}

/// The labels of classes that folders or files name.
///
/// Names that are all whole numbers are the labels themselves: folders 1, 2 and 5 stay 1, 2 and 5. Other
/// names have their place in the given list, as they are or as ``ClassSlug`` writes them; without a
/// list they are 0, 1, … in natural order.
struct ClassTable {
  /// The label of each name.
  let labels: [String: Int64]
  /// Names from 0; empty where numbers say it all.
  let names: [String]

  init(_ found: Set<String>, given: [String]?) throws(UnsupportedError) {
    if let numbers = try Self.numbers(found) {
      labels = numbers
      names = given ?? []
      return
    }
    let sorted = found.sorted(by: NaturalOrder.precedes)
    guard let given else {
      labels = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, Int64($0)) })
      names = sorted
      return
    }
    names = given
    var known: [String: Int64] = [:]
    for (label, name) in given.enumerated().reversed() {
      known[ClassSlug.make(name, label: Int64(label))] = Int64(label)
    }
    for (label, name) in given.enumerated().reversed() { known[name] = Int64(label) }
    var labels: [String: Int64] = [:]
    for name in sorted {
      guard let label = known[name] else {
        throw UnsupportedError(
          "class '\(name)' is not among the \(given.count) class names given"
            + " (by classes.json or --classes)")
      }
      labels[name] = label
    }
    self.labels = labels
  }

  private static func numbers(_ found: Set<String>) throws(UnsupportedError) -> [String: Int64]? {
    var numbers: [String: Int64] = [:]
    var names: [Int64: String] = [:]
    for name in found {
      let digits = name.hasPrefix("-") ? name.dropFirst() : name[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy(NaturalOrder.isDigit), let number = Int64(name)
      else { return nil }
      numbers[name] = number
      if let other = names.updateValue(name, forKey: number) {
        let pair = [other, name].sorted()
        throw UnsupportedError("folders '\(pair[0])' and '\(pair[1])' are the same number")
      }
    }
    return numbers
  }
}
