extension KnownDataset {
  /// The data set that a label file belongs to, by its digest; nil where none is known.
  static func recognised(bySHA256 digest: String) -> KnownDataset? { digests[digest] }

  /// Whether the digest of such a file could tell which data set it belongs to.
  ///
  /// Only files of a known file's size are worth hashing, not a folder of thousands of pictures.
  static func isTelling(name: String, byteCount: Int) -> Bool {
    byteCount <= maximumByteCount && (sizes.contains(byteCount) || names.contains(name))
  }

  /// The data set that names of files are unmistakable for; nil where there is none, or more than one.
  /// - Parameter paths: of the files, or of members of an archive.
  /// - Returns: the one that all names which tell anything are of.
  static func recognised(byNames paths: some Sequence<String>) -> KnownDataset? {
    var found: KnownDataset?
    for path in paths.prefix(maximumFileCount) {
      let words = Array(path.lowercased().pathComponents().suffix(2))
      guard let known = all.first(where: { $0.isNamed(by: words) }) else { continue }
      if let found, found.name != known.name { return nil }
      found = known
    }
    return found
  }

  private func isNamed(by words: [String]) -> Bool {
    guard let name = words.last else { return false }
    return fileNames.contains { pattern in
      if pattern.hasSuffix("/") { return words.count == 2 && words[0] + "/" == pattern }
      return Self.matches(name, pattern)
    }
  }

  /// Whether a name is the pattern, with any text in the place of each `*`.
  private static func matches(_ name: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else {
      return name == pattern
    }
    guard name.hasPrefix(first), name.hasSuffix(last), name.count >= first.count + last.count
    else { return false }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }

  /// Known data sets have a dozen files at most; what has more is looked at as far as that.
  static let maximumFileCount = 16
  /// The largest known label file, unpacked, has 13 MB; hashing this much takes a tenth of a second.
  private static let maximumByteCount = 64 << 20

  /// Files whose digest is worth making: those that tell what the others are.
  private static let tellingFiles: [(known: KnownDataset, file: KnownFile)] = all.flatMap { known in
    let files = known.editions.flatMap { $0.files + $0.members }
    let telling = files.filter { $0.role == .labels || $0.role == .samples }
    return telling.map { (known: known, file: $0) }
  }

  private static let digests: [String: KnownDataset] = {
    var digests: [String: KnownDataset] = [:]
    for (known, file) in tellingFiles {
      for digest in [file.sha256, file.unpacked?.sha256].compactMap(\.self) {
        digests[digest] = known
      }
    }
    return digests
  }()

  private static let sizes: Set<Int> = {
    var sizes: Set<Int> = []
    for (_, file) in tellingFiles where file.sha256 != nil {
      sizes.formUnion([file.byteCount, file.unpacked?.byteCount].compactMap(\.self))
    }
    return sizes
  }()

  /// The names of files whose size is not on record.
  private static let names: Set<String> = Set(
    tellingFiles.map(\.file).filter { $0.byteCount == nil && $0.sha256 != nil }.map(\.name))
}
