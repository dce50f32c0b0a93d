/// A format that Kiln reads: one file and one line in ``all``.
public struct SourceFormat: Sendable {
  /// The name in reports, such as `idx`.
  public let name: String
  /// One line of help.
  public let summary: String
  /// The settings of its own, beside ``SourceRequest/generalOptions``.
  public let options: [Option]
  /// Whether its files also lie beside images, as lists, labels and features; the images are the data set then.
  public let liesBesideImages: Bool
  /// Whether a source looks like this format: from its content, then its name.
  public let detect: @Sendable (SourceMaterial) throws -> Bool
  /// Opens a source that ``detect`` has recognised.
  public let open: @Sendable (SourceMaterial, OptionValues) throws -> any Source

  /// Describes a format.
  public init(
    name: String, summary: String, options: [Option] = [], liesBesideImages: Bool = false,
    detect: @escaping @Sendable (SourceMaterial) throws -> Bool,
    open: @escaping @Sendable (SourceMaterial, OptionValues) throws -> any Source
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.liesBesideImages = liesBesideImages
    self.detect = detect
    self.open = open
  }

  /// Every format that Kiln reads, in the order in which sources are tried.
  public static let all: [SourceFormat] = [
    .sample,
    .tar,
    .idx,
    .pickle,
    .npy,
    .cache,
    .npz,
    .cifar,
    .stl,
    .mat,
    .libsvm,
    .csv,
    .imageFolder,
  ]

  /// Finds the format of a source whose files are on this machine, and opens it.
  /// - Parameters:
  ///   - request: the source; its paths are of files and directories, or what a format knows by name, as
  ///     `sample` is.
  ///   - formats: the formats to try, in order.
  ///   - jobs: how many workers may look through files, at least 1; nil for one a core.
  ///   - cancellation: asks to stop.
  /// - Returns: the format and the opened source.
  /// - Throws: ``StageError`` that says what cannot be read, ``UsageError`` or ``Interruption``.
  static func openFiles(
    of request: SourceRequest, among formats: [SourceFormat], jobs: Int?,
    cancellation: Cancellation
  ) throws -> (format: SourceFormat, source: any Source) {
    // What goes with none of the splits that are asked for may be left out.
    let named = request.known == nil && request.splits == nil ? request.paths : []
    return try at(.decode, request.paths.first ?? request.images) {
      // As bytes: texts that look the same to Swift may be two files.
      var places: Set<[UInt8]> = []
      for path in request.paths where !places.insert(Array(Path.place(of: path).utf8)).inserted {
        throw UsageError.conflict("\(path.printable) is named twice")
      }
      let material = try SourceMaterial(
        request, workerCount: WorkerPool.workerCount(for: jobs), cancellation: cancellation)
      try checkNoPages(material)
      let (format, source) = try open(material, among: formats)
      try checkAllRead(named, by: source, format)
      try check(source.dataset)
      let corrected = try CorrectedSource.wrapping(source, request)
      try check(corrected.dataset)
      try ClassNames.check(request.classNames, of: corrected.dataset.schema.labels)
      return (format, corrected)
    }
  }

  /// Refuses pages that a server has sent in the place of a file, whatever they are called.
  private static func checkNoPages(_ material: SourceMaterial) throws(StageError) {
    for file in material.files + [material.images, material.labels].compactMap(\.self) {
      // What cannot be unpacked is no page.
      let start = (try? file.start(WebPage.startByteCount)) ?? []
      guard WebPage.isUnexpected(start, name: file.fileName) else { continue }
      throw StageError(
        .decode, file: file.name,
        UnsupportedError("is a web page, expected data (the address was wrong: get it again)"))
    }
  }

  /// Of several files that were named, none must be left out in silence.
  private static func checkAllRead(
    _ paths: [String], by source: any Source, _ format: SourceFormat
  ) throws(StageError) {
    guard paths.count > 1 else { return }
    let read = source.files.map(\.path) + source.folders.map(\.path)
    for path in paths {
      let directory = path.hasSuffix("/") ? path : path + "/"
      if read.contains(where: { $0 == path || ($0 + "/").hasPrefix(directory) }) { continue }
      let isPair = paths.count == 2 && Path.kind(of: path) == .file
      throw StageError(
        .decode, file: path,
        UnsupportedError(
          "does not belong to the other files, read as \(format.name) (convert it by itself"
            + (isPair ? ", or name a pair as --images and --labels)" : ")")))
    }
  }

  /// What every data set has, whatever its format: nobody behind need ask again.
  private static func check(_ dataset: Dataset) throws(UnsupportedError) {
    let schema = dataset.schema
    // A size of zero does not make the others harmless: they are multiplied with each other, too.
    let byteCount = schema.elementType.byteCount(of: schema.sampleShape.map { max(1, $0) })
    guard let byteCount, byteCount <= Schema.maximumSampleByteCount else {
      throw UnsupportedError(
        "has samples of \(schema.shapeText) \(schema.elementType), expected at most"
          + " \(Schema.maximumSampleByteCount) bytes (damaged header?)")
    }
    guard schema.labels?.columns.isEmpty != true else {
      throw UnsupportedError("has labels of no column, expected at least one (damaged header?)")
    }
    // To Swift, texts that look the same are the same, whatever their bytes.
    guard Set(dataset.splits.map(\.name)).count == dataset.splits.count else {
      throw UnsupportedError(
        "has splits of one name: \(Spelling.list(dataset.splits.map(\.name))) (rename them)")
    }
  }

  /// Opens what a source seems to be.
  ///
  /// A table of labels alone that lies among images is about these.
  private static func open(
    _ material: SourceMaterial, among formats: [SourceFormat]
  ) throws -> (SourceFormat, any Source) {
    let format = try find(for: material, among: formats)
    let source = try format.open(material, try format.settings(of: material.request))
    guard format.liesBesideImages, material.outputRecord == nil,
      source.dataset.schema.isLabelsAlone,
      formats.contains(where: { $0.name == imageFolder.name }),
      try imageFolder.detect(material)
    else { return (format, source) }
    return (
      imageFolder, try imageFolder.open(material, try imageFolder.settings(of: material.request))
    )
  }

  private static func find(
    for material: SourceMaterial, among formats: [SourceFormat]
  ) throws -> SourceFormat {
    if material.items.count > 1, let word = material.words.first {
      let isName = { KnownDataset.named($0) != nil || SampleSource.isName($0) }
      guard material.words.allSatisfy(isName) else {
        throw FileError.missing(material.words.first { !isName($0) } ?? word)
      }
      throw UsageError.conflict("'\(word)' is a whole source: convert it by itself")
    }
    if let format = try formats.first(where: { try $0.detect(material) }) {
      guard format.liesBesideImages, material.outputRecord == nil,
        formats.contains(where: { $0.name == imageFolder.name }),
        try ImageFolderFormat.hasFoldersOfImages(material)
      else { return format }
      return .imageFolder
    }
    throw try UnknownSource(material: material, formats: formats).reason()
  }

  /// The settings that this format takes; others mean that the source is not what the user thinks.
  private func settings(of request: SourceRequest) throws(UsageError) -> OptionValues {
    for key in request.settings.keys.sorted() where !options.contains(where: { $0.key == key }) {
      let others = Self.all.filter { $0.options.contains { $0.key == key } }
      let flag = others.first?.options.first { $0.key == key }?.flag
      throw .conflict(
        (flag.map { "--\($0)" } ?? "'\(key)'")
          + " is no setting of \(name), the format of this source"
          + (others.isEmpty ? "" : " (it is one of \(Spelling.series(others.map(\.name))))"))
    }
    return try OptionValues(options, given: request.settings)
  }
}
