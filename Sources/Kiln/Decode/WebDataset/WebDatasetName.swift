/// What the name of a shard says, such as `imagenet-train-000017.tar.gz`: the split and the place in it.
struct WebDatasetName: Sendable, Equatable {
  /// The usual name of the split.
  let split: String
  /// The number of the shard; nil where its name ends in none.
  let number: Int?

  /// How packed tar files end that say it in one word.
  private static let shortEndings = [".tgz", ".txz", ".tbz2"]
  /// As long as `.tar.bz2`.
  private static let longestEnding = 8

  /// A tar file that has another name.
  static let unnamed = WebDatasetName(split: "data", number: nil)

  private init(split: String, number: Int?) {
    self.split = split
    self.number = number
  }

  /// Reads a file name; nil where it is none of a tar file.
  /// - Parameters:
  ///   - name: the last component of its path.
  ///   - directory: the name of the directory that the file is in, which may say the split.
  ///   - names: what the splits were called when they were written.
  init?(
    parsing name: String, in directory: String? = nil, _ names: RecordedNames = RecordedNames(nil)
  ) {
    // Names of images, of which there may be tens of thousands, have no t in their endings.
    guard name.utf8.suffix(Self.longestEnding).contains(where: { $0 | 0x20 == UInt8(ascii: "t") })
    else { return nil }
    guard !name.hasPrefix("."), let stem = Self.stem(of: name) else { return nil }
    let digits = stem.reversed().prefix { $0.isASCII && $0.isNumber }.count
    number = Int(stem.suffix(digits))
    if let known = names.split(stem.dropLast(digits + 1)) {
      split = known
      return
    }
    let words = stem.dropLast(digits).split { "-_. ".contains($0) }.map(String.init)
    let folder = directory.map { [Path.lastComponent($0)] } ?? []
    split =
      (folder + words).reversed().lazy.compactMap { SplitName.usual($0) }.first
      ?? (words.isEmpty ? folder.first ?? Self.unnamed.split : words.joined(separator: "-"))
  }

  /// The name without what says that it is a tar file; nil where nothing does.
  private static func stem(of name: String) -> Substring? {
    let unpacked = Compression.unpackedName(name)
    if unpacked.lowercased().hasSuffix(".tar") { return unpacked.dropLast(4) }
    let lowercase = name.lowercased()
    return shortEndings.first { lowercase.hasSuffix($0) }.map { name.dropLast($0.count) }
  }

  /// Whether the name is one that writers of shards give: it ends in a number of several digits.
  static func isShard(_ name: String) -> Bool {
    Self(parsing: name) != nil && digits(of: name).count >= 4
  }

  /// The first two shards of a series that have others of it between them, which are not there.
  ///
  /// A series counts from 0 or 1 and has most of its numbers: others are dates, or what somebody has chosen.
  static func firstGap(in paths: [String]) -> (String, String)? {
    let shards = paths.filter { isShard(Path.lastComponent($0)) }
    let series = Dictionary(grouping: shards) { path in
      let name = Path.lastComponent(path)
      return Path.join(Path.directory(of: path), String(name[..<digits(of: name).startIndex]))
    }
    for (_, paths) in series.sorted(by: { $0.key < $1.key }) {
      let numbered = paths.compactMap { path in
        Int(digits(of: Path.lastComponent(path))).map { (number: $0, path: path) }
      }.sorted { $0.number < $1.number }
      guard let first = numbered.first?.number, let last = numbered.last?.number, first <= 1,
        last - first + 1 < 2 * numbered.count
      else { continue }
      let gap = zip(numbered, numbered.dropFirst()).first { $1.number > $0.number + 1 }
      if let (one, next) = gap { return (one.path, next.path) }
    }
    return nil
  }

  private static func digits(of name: String) -> Substring {
    let stem = name.prefix { $0 != "." }
    return stem.suffix(stem.reversed().prefix { $0.isASCII && $0.isNumber }.count)
  }
}
