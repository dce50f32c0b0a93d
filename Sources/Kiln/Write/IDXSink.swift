// IDX: layout and link in Decode/IDX/IDXHeader.swift; gzip around it in Write/EncodedFile.swift.

extension SinkFormat {
  /// `idx=DIR`: the files of MNIST, under their usual names.
  public static let idx = SinkFormat(
    name: "idx",
    summary: "IDX files as MNIST names them: train-images-idx3-ubyte, train-labels-idx1-ubyte, …",
    output: .directory,
    options: [
      Option(
        flag: "idx-gzip", key: "gzip", kind: .toggle, defaultValue: "off",
        summary: "compress the files and add .gz to their names")
    ],
    check: { dataset, _ in try IDXLayout.check(dataset) }, open: { try IDXSink($0) })
}

/// Which files a data set becomes, and what is in them.
private enum IDXLayout {
  static func check(_ dataset: Dataset) throws {
    let schema = dataset.schema
    guard IDX.code(of: schema.elementType) != nil else {
      throw UnsupportedError(
        "IDX has no pixels of type \(schema.elementType)"
          + " (use --dtype \(remedy(for: schema.elementType)))")
    }
    guard schema.sampleElementCount > 0 || schema.isLabelsAlone else {
      throw UnsupportedError("IDX has no images without pixels")
    }
    let rank = 1 + schema.sampleShape.count
    guard rank <= IDX.maximumRank else {
      throw UnsupportedError(
        "IDX files have at most \(IDX.maximumRank) dimensions, these images \(rank)"
          + " (use --flatten)")
    }
    let longest = (schema.sampleShape + dataset.splits.map(\.count)).max() ?? 0
    guard longest <= Int(UInt32.max) else {
      throw UnsupportedError(
        "IDX dimensions end at \(UInt32.max), found \(longest) (use --limit or --splits)")
    }
    let prefixes = dataset.splits.map { prefix(ofSplit: $0.name) }
    guard Set(prefixes).count == prefixes.count else {
      throw UnsupportedError(
        "IDX names the split 'test' t10k, and a split of that name is there, too (use --splits)")
    }
    if let labels = schema.labels, let range = labels.range {
      let type = labelType(labels)
      for label in [range.lowerBound, range.upperBound] where !type.holds(label) {
        throw UnsupportedError("IDX labels are at most 32 bits wide, found label \(label)")
      }
    }
  }

  private static func remedy(for type: ElementType) -> ElementType {
    switch type {
    case .bool: .uint8
    case .float16: .float32
    case .uint16: .int32
    default: .float64
    }
  }

  /// The labels' own type, or where IDX has none: bytes if class labels fit, i32 otherwise.
  static func labelType(_ labels: LabelSchema) -> ElementType {
    if IDX.code(of: labels.elementType) != nil { return labels.elementType }
    if labels.elementType == .bool { return .uint8 }
    guard labels.columns.count == 1, let range = labels.range else { return .int32 }
    return range.lowerBound >= 0 && range.upperBound <= UInt8.max ? .uint8 : .int32
  }

  /// MNIST calls its test images so: the 10 thousand of the test set.
  static func prefix(ofSplit name: String) -> String { name == "test" ? "t10k" : name }

  static func fileName(
    _ split: String, _ role: String, _ type: ElementType, _ dimensions: [Int], isGzip: Bool
  ) -> String {
    "\(prefix(ofSplit: split))-\(role)-idx\(dimensions.count)-\(word(for: type))"
      + (isGzip ? ".gz" : "")
  }

  private static func word(for type: ElementType) -> String {
    switch type {
    case .int8: "byte"
    case .int16: "short"
    case .int32: "int"
    case .float32: "float"
    case .float64: "double"
    default: "ubyte"
    }
  }

  static func header(_ type: ElementType, _ dimensions: [Int]) -> [UInt8] {
    makeBytes(capacity: 4 + 4 * dimensions.count) { cursor in
      cursor.append(bigEndian: UInt16(0))
      // The check lets only types with a code pass.
      cursor.append(IDX.code(of: type) ?? 0)
      cursor.append(UInt8(dimensions.count))
      for dimension in dimensions { cursor.append(bigEndian: UInt32(dimension)) }
    }
  }

  static func bigEndian(_ bytes: [UInt8], _ type: ElementType) -> [UInt8] {
    ByteOrder.big == .native ? bytes : swappedElements(bytes, width: type.byteCount)
  }
}

/// Writes pixels and labels in IDX's byte order, each split to its own files.
private final class IDXSink: Sink {
  private struct Files: Sendable {
    /// Missing where there are labels alone.
    let images: EncodedFile?
    let labels: EncodedFile?

    var all: [EncodedFile] { [images, labels].compactMap(\.self) }
  }

  private let splits: [Files]
  private let pixelType: ElementType
  private let labelType: ElementType?
  private let columnCount: Int

  init(_ request: SinkRequest) throws {
    let schema = request.dataset.schema
    let isGzip = request.options.isOn("gzip")
    let pixels = EncodedFile.Encoding(gzip: isGzip, DeflateCompressor.Content(schema))
    let others = EncodedFile.Encoding(gzip: isGzip, .other)
    let labelType = schema.labels.map { IDXLayout.labelType($0) }
    let columnCount = schema.labelColumnCount
    splits = try request.dataset.splits.map { split in
      func output(
        _ role: String, _ type: ElementType, _ shape: [Int], _ encoding: EncodedFile.Encoding
      ) throws -> EncodedFile {
        let dimensions = [split.count] + shape
        let name = IDXLayout.fileName(split.name, role, type, dimensions, isGzip: isGzip)
        let file = try EncodedFile(try request.output.makeFile(name), encoding)
        try file.append(try file.piece(IDXLayout.header(type, dimensions)))
        return file
      }
      return Files(
        images: schema.isLabelsAlone
          ? nil : try output("images", schema.elementType, schema.sampleShape, pixels),
        labels: try labelType.map {
          try output("labels", $0, columnCount == 1 ? [] : [columnCount], others)
        })
    }
    pixelType = schema.elementType
    self.labelType = labelType
    self.columnCount = columnCount
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let files = splits[batch.split]
    let pixels = try files.images?.piece(IDXLayout.bigEndian(batch.pixels, pixelType))
    let appendImages: OrderedStep = { if let pixels { try files.images?.append(pixels) } }
    guard let labelType, let output = files.labels else { return appendImages }
    if let position = batch.labels.firstIndex(where: { !labelType.holds($0) }) {
      throw SampleError(
        index: batch.firstIndex + position / columnCount,
        reason: "label \(batch.labels[position]) does not fit into IDX's \(labelType)")
    }
    let labels = try output.piece(
      IDXLayout.bigEndian(labelType.bytes(of: batch.labels), labelType))
    return {
      try appendImages()
      try output.append(labels)
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    let outputs = splits.flatMap(\.all)
    return SinkReport(
      fileCount: outputs.count, byteCount: try outputs.reduce(0) { try $0 + $1.finish() })
  }
}
