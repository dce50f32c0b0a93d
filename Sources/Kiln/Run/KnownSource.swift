// Sources that are named by a data set of the catalogue.

extension SourceFormat {
  /// Finds the format of a source and opens it.
  ///
  /// Nothing is fetched: the files of a known data set are where the request says.
  /// - Parameters:
  ///   - request: the source.
  ///   - formats: the formats to try, in order.
  ///   - jobs: how many workers may look through files, at least 1; nil for one a core.
  ///   - cancellation: asks to stop.
  /// - Returns: the format and the opened source.
  /// - Throws: ``StageError`` that says what cannot be read, ``UsageError`` or ``Interruption``.
  public static func open(
    _ request: SourceRequest, among formats: [SourceFormat] = all, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws -> (format: SourceFormat, source: any Source) {
    var request = request
    if let known = try request.knownDataset() {
      guard request.hasPlace else {
        throw StageError(.fetch, file: known.name, LocalFilesError.noPlace(known.name))
      }
      request = try request.reading(known, in: request.paths, cancellation)
    }
    return try openFiles(of: request, among: formats, jobs: jobs, cancellation: cancellation)
  }
}

extension SourceRequest {
  /// Whether it says where the files of its data set are.
  var hasPlace: Bool { known != nil && !paths.isEmpty }

  /// The data set of the catalogue that is named; nil where files are.
  /// - Throws: ``UsageError`` for a name that is none, or is of several data sets.
  func knownDataset() throws(UsageError) -> KnownDataset? {
    // As with `sample`, a name is a name wherever it is given; ./mnist is a path.
    guard let name = known ?? (paths.count == 1 ? paths[0] : nil) else { return nil }
    if KnownDataset.named(name) == nil, known == nil {
      guard KnownDataset.isName(name), Path.kind(of: name) == nil else { return nil }
    }
    let found = try KnownDataset.find(name)
    guard dataset == nil else {
      throw .conflict("--dataset chooses from a directory, and \(name) is one already")
    }
    return found
  }

  /// The splits of a known data set that will be used; nil for all of them, and where one is asked for that
  /// there is not, which whoever reads the others will say.
  func wantedSplits(of known: KnownDataset) -> [String]? {
    let names = known.splits.map(\.name)
    return splits.flatMap { $0.allSatisfy(names.contains) ? $0 : nil }
  }

  /// The same by the files of a known data set that lie in these places.
  /// - Throws: ``StageError`` for files that are missing or not as published; ``Interruption``.
  func reading(
    _ known: KnownDataset, in places: [String], _ cancellation: Cancellation
  ) throws -> SourceRequest {
    var request = self
    request.known = known.name
    request.paths = try LocalFiles.find(
      known, in: places, ofSplits: wantedSplits(of: known), cancellation)
    // Archives and directories hold the other members of the family, too.
    if known.family != known.name, request.paths.count == 1 { request.dataset = known.name }
    return request
  }
}
