/// Which images make up each split, in order, and what their labels are.
struct ImageFolderIndex: Sendable {
  /// One split.
  struct Split: Sendable {
    var name: String
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
    /// One for each file of the listing.
    case ofFiles([Int64])
  }

  var splits: [Split]
  var labels: Labels
  /// The smallest and largest label.
  var range: ClosedRange<Int64>?
  var classNames: [String]

  var isLabelled: Bool { if case .none = labels { false } else { true } }

  /// The label of a file; 0 where there are none.
  func label(of file: Int, in listing: ImageFolderListing) -> Int64 {
    switch labels {
    case .none: 0
    case .ofDirectories(let labels): labels[listing.directory(of: file)]
    case .ofFiles(let labels): labels[file]
    }
  }
}

// MARK: Folders that name splits and labels

extension ImageFolderIndex {
  /// Reads `split/label/file`, `label/file`, `split/file` or files alone from the directories' names.
  ///
  /// Directories that everything lies in are passed by. A first directory is a split where there are labels
  /// below it, or where all of them have a split's usual name. A single directory of images in the
  /// directory is a class or a split; images that lie in the directory itself have no labels. An archive with
  /// a single directory at its top is that directory.
  /// - Parameters:
  ///   - listing: all images.
  ///   - root: the name of the directory itself, which may be that of a split.
  ///   - classes: what is known of the classes.
  ///   - splits: the splits that will be used, where that is known.
  /// - Throws: ``UnsupportedError`` where the directories are none of these.
  init(
    foldersOf listing: ImageFolderListing, root: String, classes: KnownClasses,
    splits: [String]? = nil
  ) throws(UnsupportedError) {
    let levels = try FolderLevels(listing, root: root, classes: classes, splits: splits)
    if let labels = levels.labels {
      try self.init(levels, labels, classes)
    } else {
      self.init(
        splits: levels.splits, labels: .none, range: nil, classNames: [])
    }
  }

  private init(
    _ levels: FolderLevels, _ labels: [String?], _ known: KnownClasses
  ) throws(UnsupportedError) {
    let classes = try ClassTable(Set(labels.compactMap { $0 }), known, .numbersFirst)
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

extension ImageFolderIndex {
  /// Adds the splits that have no images; whatever else differs from what was written is an error.
  /// - Parameter counts: the samples of each split.
  /// - Throws: ``UnsupportedError`` where images are missing or have been added.
  mutating func complete(_ counts: [String: Int]) throws(UnsupportedError) {
    let found = Set(splits.map(\.name))
    for name in counts.keys where !found.contains(name) {
      splits.append(Split(name: name, files: .list([])))
    }
    splits.sort { SplitName.precedes($0.name, $1.name) }
    for split in splits {
      let expected = counts[split.name] ?? 0
      guard split.files.count == expected else {
        throw UnsupportedError(
          "split '\(split.name)' has \(split.files.count) images, expected \(expected)"
            + " as in kiln.json (to convert what is there, remove kiln.json)")
      }
    }
  }
}
