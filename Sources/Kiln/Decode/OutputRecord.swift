/// What the manifest of an output says about its samples: facts that the output's own format may not hold.
struct OutputRecord: Sendable, Equatable {
  /// The name of the output's format.
  let format: String
  /// The published data set that it was made from, where that was known.
  let knownName: String?
  /// The type of a pixel.
  let elementType: ElementType
  /// The dimensions of a sample.
  let sampleShape: [Int]
  /// Where channels are.
  let channelOrder: ChannelOrder
  /// How pixels relate to 0…255.
  let pixelScale: PixelScale
  /// What is in each split.
  let splits: [String: Split]
  /// Whether the output holds its pixels exactly.
  let isLossless: Bool
  /// Whether its paths keep the order of the samples, and their labels where there are such.
  let keepsOrder: Bool
  /// The settings of its format that were given as words.
  let options: [String: String]
  /// The template of its paths, where it is a folder of pictures.
  let template: FolderTemplate?
  /// Samples that share the file of an equal one.
  let duplicateCount: Int
  /// The label columns; nil where there are no labels.
  let labelColumns: [String]?
  /// The type of a label, where it is recorded.
  let labelType: ElementType?
  /// Whether the columns are the 0s and 1s of one-hot labels.
  let isOneHot: Bool
  /// The name of each class.
  let classNames: [String]

  /// What a manifest says about a split.
  struct Split: Sendable, Equatable {
    let count: Int
    /// The content digest; nil for what is lossy.
    let digest: String?
    /// Samples of each label; nil where they were not counted.
    let labelCounts: [Int64: Int]?
  }

  /// Formats that are folders of pictures, and the endings of these.
  static let folders = ["png": "png", "jpeg": "jpg"]
  private static let pictures = ["png", "jpeg", "tar"]
  /// Whether there is no sample in any split.
  var isEmpty: Bool { !splits.isEmpty && splits.values.allSatisfy { $0.count == 0 } }
  /// Whether its format has channels last, and no axis for a single one.
  var holdsPictures: Bool { Self.pictures.contains(format) }
  /// Formats that hold digits and no types.
  private static let texts = ["csv"]

  /// More than any manifest has: 64 thousand class names of a kilobyte.
  static let maximumByteCount = 64 << 20

  /// The record of the output that files belong to; nil where they are none, or it cannot be understood.
  /// - Parameters:
  ///   - files: what a source is read from.
  ///   - paths: how the source was named.
  /// - Returns: what the manifest says, whether it fits or not.
  static func find(for files: [SourceFile], namedBy paths: [String]) -> OutputRecord? {
    guard let path = manifestPath(of: files.first?.path, namedBy: paths) else { return nil }
    return try? OutputRecord(path: path)
  }

  /// The manifest of an output: beside its file, in its directory, or in the directory that was named.
  static func manifestPath(of file: String?, namedBy paths: [String]) -> String? {
    var places: [String] = []
    if let file {
      places.append(file + "." + StagedOutput.manifestName)
      places.append(Path.join(Path.directory(of: file), StagedOutput.manifestName))
    }
    if paths.count == 1 { places.append(Path.join(paths[0], StagedOutput.manifestName)) }
    return places.first { Path.kind(of: $0) == .file }
  }

  /// Reads a manifest.
  /// - Throws: ``FileError``, or an error that says why it is none.
  init(path: String) throws {
    let stream = try SourceFile(path: path).open()
    try self.init(parsing: try JSON(parsing: try stream.read(Self.maximumByteCount)))
  }

  init(parsing json: JSON) throws(UnsupportedError) {
    guard json["kiln"]?.asText != nil,
      let elementType = json["dtype"]?.asText.flatMap({ ElementType(rawValue: $0) }),
      let shape = json["shape"]?.sizes,
      let sampleByteCount = elementType.byteCount(of: shape),
      sampleByteCount <= Schema.maximumSampleByteCount,
      case .object(let splits)? = json["splits"]
    else { throw UnsupportedError("is no manifest of an output") }
    self.elementType = elementType
    sampleShape = shape
    channelOrder = json["layout"]?.asText.flatMap { ChannelOrder(rawValue: $0) } ?? .last
    pixelScale = json["pixel_scale"]?.asText.flatMap { PixelScale(text: $0) } ?? .undeclared
    format = json["format"]?.asText ?? ""
    knownName = json["dataset"]?.asText
    self.splits = splits.compactMapValues(Split.init)
    guard self.splits.count == splits.count else {
      throw UnsupportedError("is no manifest of an output: a split has no count")
    }
    isLossless = json["lossless"] != .boolean(false)
    classNames = json["classes"]?.texts ?? []
    options = Self.words(json["options"])
    template = try Self.template(options["template"], ofFormat: format)
    duplicateCount = json["duplicates"]?.asInteger ?? 0
    let isOrdered = template?.uses(.index) ?? true
    guard let labels = json["labels"], labels != .null else {
      keepsOrder = isOrdered
      labelColumns = nil
      labelType = nil
      isOneHot = false
      return
    }
    keepsOrder = isOrdered && template.map { $0.uses(.label) || $0.uses(.class) } ?? true
    let columns = labels["columns"]?.texts
    guard columns.map({ (1...LabelSchema.maximumColumnCount).contains($0.count) }) ?? true else {
      throw UnsupportedError("is no manifest of an output: it has no label column, or too many")
    }
    labelColumns = columns
    labelType = labels["dtype"]?.asText.flatMap { ElementType(rawValue: $0) }
    isOneHot = labels["one_hot"] == .boolean(true)
  }

  private static func words(_ json: JSON?) -> [String: String] {
    guard case .object(let fields)? = json else { return [:] }
    return fields.compactMapValues(\.asText)
  }

  private static func template(
    _ text: String?, ofFormat format: String
  ) throws(UnsupportedError) -> FolderTemplate? {
    guard let fileExtension = folders[format] else { return nil }
    do {
      return try FolderTemplate(parsing: text ?? FolderTemplate.usualText(fileExtension))
    } catch {
      // The user has not written it.
      throw UnsupportedError(error.description)
    }
  }

  /// The splits of a source by the names that the record has for them: file names give only what is usual.
  func named(_ found: [Kiln.Split]) -> [Kiln.Split] {
    found.map { split in
      guard splits[split.name] == nil else { return split }
      let names = splits.keys.filter { name in
        Self.usualName(name) == split.name && !found.contains { $0.name == name }
      }
      return names.count == 1 ? Kiln.Split(name: names[0], count: split.count) : split
    }
  }

  private static func usualName(_ name: String) -> String {
    SplitName.usual(name) ?? name.lowercased()
  }

  /// Whether this is a record of such samples, and not of other files that lie in the same place.
  func fits(_ dataset: Dataset) -> Bool {
    let type = dataset.schema.elementType
    // Labels alone have no pixel that could be of another type.
    return (elementType == type || cast(from: type) != nil || dataset.schema.isLabelsAlone)
      && dataset.splits.allSatisfy { splits[$0.name]?.count == $0.count }
  }

  /// What gives pixels their type back where the output holds texts; nil where nothing has to be done.
  func cast(from type: ElementType) -> ElementCast? {
    guard type != elementType, Self.texts.contains(format) else { return nil }
    return ElementCast(from: type, to: elementType)
  }

  /// Adds to what a source says what it has lost on its way through the output's format.
  func complete(
    _ dataset: inout Dataset, givenNames: [String]?, givenShape: [Int]? = nil
  ) {
    var schema = dataset.schema
    schema.elementType = elementType
    // Pictures are always interleaved; tables and arrays may have lost how pixels are ordered.
    if givenShape == nil, sampleShape.reduce(1, *) == schema.sampleElementCount,
      !holdsPictures
    {
      schema.sampleShape = sampleShape
      schema.channelOrder = channelOrder
    }
    // A reader that looks for the scale in the pixels has guessed.
    schema.pixelScale = pixelScale
    if var labels = schema.labels, !labels.isOneHot, let labelColumns,
      labels.columns.count == labelColumns.count
    {
      labels.columns = labelColumns
      labels.isOneHot = isOneHot
      if givenNames == nil, labels.classNames.isEmpty { labels.classNames = classNames }
      schema.labels = labels
    }
    dataset.schema = schema
  }
}

extension OutputRecord.Split {
  fileprivate init?(_ json: JSON) {
    guard let count = json["count"]?.asInteger else { return nil }
    self.count = count
    digest = json["digest"]?.asText
    guard case .object(let counts)? = json["labels"] else {
      labelCounts = nil
      return
    }
    var labelCounts: [Int64: Int] = [:]
    for case (let label?, .integer(let count)) in counts.map({ (Int64($0), $1) }) {
      labelCounts[label] = count
    }
    self.labelCounts = labelCounts
  }
}
