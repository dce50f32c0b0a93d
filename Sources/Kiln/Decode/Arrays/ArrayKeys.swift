extension Option {
  /// Where the images are in a file that holds several arrays.
  static let imagesKey = Option(
    flag: "images-key", key: "images-key", kind: .text, defaultValue: nil,
    summary: "images in a file of several arrays: x_train, 0.1, train/data, or train=KEY,test=KEY")
  /// Where the labels are in a file that holds several arrays.
  static let labelsKey = Option(
    flag: "labels-key", key: "labels-key", kind: .text, defaultValue: nil,
    summary: "labels in a file of several arrays, named like --images-key")
}

/// Which arrays of a file are the data set, as named by hand.
struct ArrayKeys: Sendable, Equatable {
  /// The way to a value: a key, or keys of nested values separated by `.` or `/`.
  struct Path: Sendable, Equatable, CustomStringConvertible {
    /// As it was given: where it is itself a key, it means that one.
    let text: String
    /// The keys from the outermost value; numbers are positions in lists and tuples.
    let components: [String]

    init?(_ text: String) {
      let components = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
      guard components.allSatisfy({ !$0.isEmpty }) else { return nil }
      self.text = text
      self.components = components.map(String.init)
    }

    var description: String { text }
  }

  /// One split's arrays.
  struct Part: Sendable, Equatable {
    /// The split's name; nil where none was given.
    let split: String?
    let images: Path
    let labels: Path?
  }

  /// The splits in the order in which their images were named.
  let parts: [Part]

  /// Reads the settings; nil where neither was given.
  /// - Throws: ``UsageError`` for words that are no keys, or that do not go together.
  init?(_ values: OptionValues) throws(UsageError) {
    try self.init(
      images: values.text(Option.imagesKey.key), labels: values.text(Option.labelsKey.key))
  }

  /// Reads `KEY` or `SPLIT=KEY,SPLIT=KEY`; nil where neither was given.
  /// - Throws: ``UsageError`` for words that are no keys, or that do not go together.
  init?(images: String?, labels: String?) throws(UsageError) {
    guard let images else {
      guard labels == nil else { throw .missing(what: "--images-key to go with --labels-key") }
      return nil
    }
    let imagePaths = try Self.paths(images, of: .imagesKey)
    let labelPaths = try labels.map { text throws(UsageError) in
      try Self.paths(text, of: .labelsKey)
    }
    if let labelPaths, Set(labelPaths.map(\.split)) != Set(imagePaths.map(\.split)) {
      throw .conflict(
        "--images-key \(images.printable) and --labels-key \((labels ?? "").printable) name other"
          + " splits: give each SPLIT=KEY in both, or one key for all in both")
    }
    parts = imagePaths.map { split, path in
      Part(split: split, images: path, labels: labelPaths?.first { $0.split == split }?.path)
    }
  }

  /// The one key that chooses in a file named by hand; nil where none was given.
  /// - Throws: ``UsageError`` for words that are no key, or keys for several splits.
  static func only(_ option: Option, _ values: OptionValues) throws(UsageError) -> Path? {
    guard let text = values.text(option.key) else { return nil }
    let paths = try Self.paths(text, of: option)
    guard paths.count == 1, paths[0].split == nil else {
      throw .conflict("--\(option.flag) \(text.printable) names splits, and --images only one")
    }
    return paths[0].path
  }

  private static func paths(
    _ text: String, of option: Option
  ) throws(UsageError) -> [(split: String?, path: Path)] {
    let expected = "a key, or SPLIT=KEY for each split, separated by commas"
    guard text.contains("=") else {
      guard let path = Path(text) else {
        throw .badValue(option: option.flag, value: text, expected: expected)
      }
      return [(nil, path)]
    }
    var paths: [(split: String?, path: Path)] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = word.firstIndex(of: "="), equals > word.startIndex,
        let path = Path(String(word[word.index(after: equals)...]))
      else { throw .badValue(option: option.flag, value: text, expected: expected) }
      let split = String(word[..<equals])
      guard !paths.contains(where: { $0.split == split }) else {
        throw .conflict("--\(option.flag) names split '\(split)' twice")
      }
      paths.append((split, path))
    }
    return paths
  }
}
