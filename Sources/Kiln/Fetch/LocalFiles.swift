/// Finds the files of a known data set on this machine.
///
/// What is missing is named, with the place where it can be had.
enum LocalFiles {
  /// Finds and checks the files of a data set.
  /// - Parameters:
  ///   - known: the data set.
  ///   - places: directories, or the files themselves.
  ///   - splits: the splits that are wanted; nil for all that are there.
  ///   - cancellation: asks to stop.
  /// - Returns: the paths to read: published files, or the directory that their archive unpacks to.
  /// - Throws: ``StageError`` for files that are missing or not as published; ``Interruption``.
  static func find(
    _ known: KnownDataset, in places: [String], ofSplits splits: [String]? = nil,
    _ cancellation: Cancellation = Cancellation()
  ) throws -> [String] {
    try at(.fetch, known.name) {
      try paths(of: known, in: places, ofSplits: splits, cancellation)
    }
  }

  private static func paths(
    of known: KnownDataset, in places: [String], ofSplits splits: [String]?,
    _ cancellation: Cancellation
  ) throws -> [String] {
    for place in places where Path.kind(of: place) == nil { throw FileError.missing(place) }
    var lacking: [(edition: KnownEdition, files: [KnownFile])] = []
    for edition in known.editions {
      let (found, missing) = look(for: edition.files, ofSplits: splits, in: directories(places))
      if missing.isEmpty {
        try found.forEach { try check($0, cancellation) }
        return found.map(\.path)
      }
      let inside = directories(places, named: edition.directory)
      let unpacked = look(for: edition.members, ofSplits: splits, in: inside)
      if !edition.members.isEmpty, unpacked.missing.isEmpty {
        try unpacked.found.forEach { try check($0, cancellation) }
        return unpackedPaths(unpacked.found, edition)
      }
      lacking.append((edition, found.count >= unpacked.found.count ? missing : unpacked.missing))
    }
    // The form that is nearest to being complete is the one that is meant.
    let nearest = lacking.min { $0.files.count < $1.files.count }
    guard let (edition, files) = nearest else { preconditionFailure("a data set without files") }
    throw LocalFilesError.missing(
      files.map { file in
        let isMember = !edition.files.contains(file)
        return (file.name, isMember ? nil : edition.addresses(of: file).first)
      }, in: places.joined(separator: ", "), dataset: known.name)
  }

  /// The directory of unpacked files where it has its usual name, as their format knows it; else the files.
  private static func unpackedPaths(_ found: [Found], _ edition: KnownEdition) -> [String] {
    let directories = Set(found.map { Path.directory(of: $0.path) })
    if directories.count == 1, let directory = directories.first,
      Path.lastComponent(directory) == edition.directory
    {
      return [directory]
    }
    return found.map(\.path)
  }

  // MARK: Looking

  /// A published file, or the same without its compression.
  private struct Found {
    let file: KnownFile
    let path: String
    let form: Form

    enum Form { case published, unpacked }
  }

  /// The places to look in, directories with what they can hold first.
  private static func directories(_ places: [String], named name: String? = nil) -> [String] {
    places.flatMap { place in name.map { [Path.join(place, $0), place] } ?? [place] }
  }

  private static func look(
    for files: [KnownFile], ofSplits splits: [String]?, in directories: [String]
  ) -> (found: [Found], missing: [KnownFile]) {
    var found: [Found] = []
    var missing: [KnownFile] = []
    for file in files where file.isOf(splits) {
      if let place = directories.lazy.compactMap({ look(for: file, in: $0) }).first {
        found.append(place)
      } else if file.isNeeded(forSplits: splits) {
        missing.append(file)
      }
    }
    return (withoutHalves(found, of: files), missing)
  }

  private static func look(for file: KnownFile, in place: String) -> Found? {
    // A file can be named itself.
    if Path.lastComponent(place) == file.name, Path.kind(of: place) == .file {
      return Found(file: file, path: place, form: .published)
    }
    let path = Path.join(place, file.name)
    if Path.kind(of: path) == .file { return Found(file: file, path: path, form: .published) }
    guard file.unpacked != nil, let dot = path.lastIndex(of: ".") else { return nil }
    let unpacked = String(path[..<dot])
    guard Path.kind(of: unpacked) == .file else { return nil }
    return Found(file: file, path: unpacked, form: .unpacked)
  }

  /// Optional labels without their images, or the other way round, are left out.
  private static func withoutHalves(_ found: [Found], of files: [KnownFile]) -> [Found] {
    found.filter { one in
      guard one.file.need == .optional, let other = one.file.role.counterpart else { return true }
      let isOther = { (file: KnownFile) in file.role == other && file.split == one.file.split }
      // Some are published without the other half.
      return !files.contains(where: isOther) || found.contains { isOther($0.file) }
    }
  }

  // MARK: Checking

  /// Compares a file with what is on record about it.
  private static func check(_ found: Found, _ cancellation: Cancellation) throws {
    let file = try SourceFile(path: found.path, cancellation: cancellation)
    try at(.fetch, file.name) {
      switch found.form {
      case .published:
        try check(file, found.file.byteCount, sha256: found.file.sha256, md5: found.file.md5)
      case .unpacked:
        try check(
          file, found.file.unpacked?.byteCount, sha256: found.file.unpacked?.sha256, md5: nil)
      }
    }
  }

  private static func check(
    _ file: SourceFile, _ byteCount: Int?, sha256: String?, md5: String?
  ) throws {
    if let byteCount, byteCount != file.byteCount {
      throw LocalFilesError.size(
        found: file.byteCount, expected: byteCount, isWebPage: try isWebPage(file))
    }
    if let sha256 {
      let digest = try file.sha256()
      guard digest == sha256 else {
        throw LocalFilesError.digest("SHA-256", found: digest, expected: sha256)
      }
    } else if let md5, let digest = try file.md5() {
      guard digest == md5 else {
        throw LocalFilesError.digest("MD5", found: digest, expected: md5)
      }
    }
  }

  /// Whether a server has sent a page that says why it does not send the file.
  private static func isWebPage(_ file: SourceFile) throws -> Bool {
    WebPage.isUnexpected(try file.open().read(WebPage.startByteCount), name: file.name)
  }
}

extension KnownFile.Role {
  /// What a file of this role is nothing without.
  fileprivate var counterpart: KnownFile.Role? {
    switch self {
    case .images: .labels
    case .labels: .images
    case .samples, .archive, .names: nil
    }
  }
}

/// What is wrong with the files of a known data set.
enum LocalFilesError: Error, Sendable, CustomStringConvertible {
  case noPlace(String)
  case missing([(name: String, address: String?)], in: String, dataset: String)
  case size(found: Int, expected: Int, isWebPage: Bool)
  case digest(String, found: String, expected: String)

  var description: String {
    switch self {
    case .noPlace(let name):
      "its files are not here (kiln fetch \(name) brings them; a directory of this name is ./\(name))"
    case .missing(let files, let place, let dataset):
      "\(place) lacks "
        + files.map { $0.name + ($0.address.map { " (from \($0))" } ?? "") }.joined(separator: ", ")
        + "; kiln datasets \(dataset) lists more mirrors"
    case .size(let found, let expected, let isWebPage):
      "is \(found) bytes long, expected \(expected)"
        + (isWebPage
          ? " (it is a web page: the server did not send the file)"
          : " (download cut short, or another file?)")
    case .digest(let algorithm, let found, let expected):
      "has the \(algorithm) \(found), expected \(expected) (damaged, or another file: get it again)"
    }
  }
}
