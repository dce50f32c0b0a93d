extension SourceFormat {
  /// IDX files: one directory of them, files of one data set, or a pair named by hand.
  public static let idx = SourceFormat(
    name: "idx",
    summary: "IDX files (MNIST's format), plain or gzip: a directory, files, or --images/--labels",
    detect: { request in
      if request.images != nil { return true }
      return try !IDXFormat.candidates(request.paths).isEmpty
    },
    open: { request in
      let pairs = try IDXFormat.pairs(request)
      return try IDXSource(pairs, classNames: request.classNames)
    })
}

/// Finds out which files of a source belong together.
private enum IDXFormat {
  struct Candidate {
    let path: String
    let name: IDXFileName
  }

  /// The IDX files among these paths: by name in directories, by content or name else.
  static func candidates(_ paths: [String]) throws -> [Candidate] {
    var found: [Candidate] = []
    for path in paths {
      if Path.kind(of: path) == .directory {
        for entry in try Path.contents(of: path).sorted() {
          guard let name = IDXFileName(parsing: entry) else { continue }
          let file = Path.join(path, entry)
          // Some archives unpack each file into a directory of its name.
          guard Path.kind(of: file) == .file else { continue }
          found.append(Candidate(path: file, name: name))
        }
      } else if let name = IDXFileName(parsing: Path.lastComponent(path)) {
        found.append(Candidate(path: path, name: name))
      } else if try Path.kind(of: path) == .file && beginsAsIDX(path) {
        let name = IDXFileName(dataset: "", split: "data", role: .images, isGzip: false)
        found.append(Candidate(path: path, name: name))
      }
    }
    return found
  }

  private static func beginsAsIDX(_ path: String) throws -> Bool {
    let file = try SourceFile(path: path)
    var start = try file.open().read(4)
    if start.starts(with: GzipStream.magic) {
      start = (try? GzipStream(try file.open()).read(4)) ?? []
    }
    return IDXHeader.isMagic(start)
  }

  static func pairs(_ request: SourceRequest) throws -> [IDXSource.Pair] {
    if let images = request.images {
      let name = IDXFileName(parsing: Path.lastComponent(images))
      return [try pair(name?.split ?? "data", images, request.labels)]
    }
    let candidates = try choose(request)
    var pairs: [IDXSource.Pair] = []
    for split in Set(candidates.map(\.name.split)).sorted(by: IDXFileName.precedes) {
      let files = candidates.filter { $0.name.split == split }
      let images = try single(files.filter { $0.name.role == .images })
      let labels = try single(files.filter { $0.name.role == .labels })
      guard let images else {
        throw StageError(
          .decode, file: labels.map(Path.lastComponent),
          UnsupportedError("labels of split '\(split)' have no image file beside them"))
      }
      pairs.append(try pair(split, images, labels))
    }
    return pairs
  }

  /// The files of the one data set that is meant.
  private static func choose(_ request: SourceRequest) throws -> [Candidate] {
    let candidates = try candidates(request.paths)
    let names = Set(candidates.map(\.name.dataset)).sorted()
    if let wanted = request.dataset {
      guard names.contains(wanted) else {
        throw UsageError.unknown(
          what: "data set", name: wanted, nearest: Spelling.nearest(to: wanted, among: names))
      }
      return candidates.filter { $0.name.dataset == wanted }
    }
    guard names.count == 1 else {
      let list = names.map { $0.isEmpty ? "(no prefix)" : $0 }.joined(separator: ", ")
      throw StageError(
        .decode, file: request.paths.joined(separator: " "),
        UnsupportedError("holds \(names.count) data sets: \(list) (choose one with --dataset)"))
    }
    return candidates
  }

  /// The one file of a role; a plain file wins over its own `.gz`.
  private static func single(_ files: [Candidate]) throws -> String? {
    let plain = files.filter { !$0.name.isGzip }
    let chosen = plain.isEmpty ? files : plain
    guard chosen.count <= 1 else {
      throw StageError(
        .decode, file: chosen[0].path,
        UnsupportedError("could be the same as \(chosen[1].path) (name the files one by one)"))
    }
    return chosen.first?.path
  }

  private static func pair(
    _ split: String, _ images: String, _ labels: String?
  ) throws -> IDXSource.Pair {
    try at(.decode, nil) {
      IDXSource.Pair(
        split: split, images: try SourceFile(path: images),
        labels: try labels.map { try SourceFile(path: $0) })
    }
  }
}
