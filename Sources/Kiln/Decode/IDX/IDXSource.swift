/// Images and labels in IDX files, plain or packed, streamed; labels alone are a data set without pixels.
final class IDXSource: Source {
  /// One split's files: at least one of them.
  struct Pair: Sendable {
    let split: String
    let images: Resource?
    let labels: Resource?
  }

  let dataset: Dataset
  let files: [SourceFile]
  var memberNames: [String] {
    splits.flatMap { $0.files.map(\.file.relativePath) }
  }
  private let splits: [SplitFiles]

  private struct SplitFiles: Sendable {
    let images: IDXFile?
    let labels: IDXFile?

    var files: [IDXFile] { [images, labels].compactMap(\.self) }
  }

  /// Reads the headers and looks through the labels.
  /// - Throws: ``StageError`` that names the file.
  init(
    _ pairs: [Pair], classNames: [String]?, wanted: [String]? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    let pairs = try LabelledSplits.positions(
      pairs.map {
        LabelledSplits.Candidate(
          name: $0.split, file: ($0.images ?? $0.labels)?.name, hasLabels: $0.labels != nil)
      }, wanted: wanted
    ).map { pairs[$0] }
    var splits: [SplitFiles] = []
    var described: [Split] = []
    for pair in pairs {
      let images = try pair.images.map { try IDXFile($0) }
      let labels = try pair.labels.map { try IDXFile($0) }
      if let labels { try Self.check(labels, of: images) }
      if let images, let first = splits.first?.images { try Self.check(images, against: first) }
      splits.append(SplitFiles(images: images, labels: labels))
      described.append(
        Split(name: pair.split, count: (images ?? labels)?.header.count ?? 0))
    }
    self.splits = splits
    files = SourceFile.distinct(splits.flatMap { $0.files.map(\.file.file) })
    guard let first = splits.first else { preconditionFailure("a data set without a split") }
    dataset = Dataset(
      schema: Schema(
        elementType: first.images?.header.elementType ?? .uint8,
        sampleShape: first.images?.header.sampleShape ?? Schema.noPixels,
        labels: try Self.labelSchema(
          of: splits, classNames: classNames ?? [], cancellation)),
      splits: described)
  }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    let files = splits[split]
    return IDXReader(
      images: try files.images?.open(background), labels: try files.labels?.open(background))
  }

  private static func check(_ labels: IDXFile, of images: IDXFile?) throws {
    let rank = labels.header.dimensions.count
    guard rank <= 2 else {
      throw StageError(.decode, file: labels.file.name, IDXError.labelRank(rank))
    }
    guard let images else { return }
    guard images.header.count == labels.header.count else {
      throw StageError(
        .decode, file: labels.file.name,
        MismatchError(
          what: "labels", found: labels.header.count, expected: images.header.count,
          other: images.file.name))
    }
  }

  private static func check(_ images: IDXFile, against first: IDXFile) throws {
    let (shape, expected) = (images.header.sampleText, first.header.sampleText)
    guard shape == expected else {
      throw StageError(
        .decode, file: images.file.name,
        UnsupportedError(
          "samples are \(shape), expected \(expected) as in \(first.file.name)"
            + " (convert the splits one by one)"))
    }
  }

  private static func labelSchema(
    of splits: [SplitFiles], classNames: [String], _ cancellation: Cancellation
  ) throws -> LabelSchema? {
    let labels = splits.compactMap(\.labels)
    guard let first = labels.first else { return nil }
    for other in labels where other.header.sampleText != first.header.sampleText {
      throw StageError(
        .decode, file: other.file.name,
        UnsupportedError(
          "labels are \(other.header.sampleText),"
            + " expected \(first.header.sampleText) as in \(first.file.name)"))
    }
    let columnCount = first.header.sampleShape.first ?? 1
    guard columnCount <= LabelSchema.maximumColumnCount else {
      throw StageError(
        .decode, file: first.file.name,
        UnsupportedError(
          "has \(columnCount) label columns, expected at most \(LabelSchema.maximumColumnCount)"))
    }
    var schema = LabelSchema(
      columns: columnCount == 1 ? ["label"] : (0..<columnCount).map { "label\($0)" },
      elementType: first.header.elementType, range: nil, classNames: classNames)
    schema.ranges = Array(repeating: nil, count: columnCount)
    for file in labels { try file.widen(&schema.ranges, cancellation) }
    return schema
  }
}

extension IDXHeader {
  /// Type and shape of a sample, such as `u8 28x28`; `i32` alone for single numbers.
  fileprivate var sampleText: String {
    let shape = sampleShape.map(String.init).joined(separator: "x")
    return shape.isEmpty ? elementType.rawValue : "\(elementType) \(shape)"
  }
}

/// An IDX file whose header has been read.
private struct IDXFile: Sendable {
  let file: Resource
  let header: IDXHeader

  init(_ file: Resource) throws {
    self.file = file
    header = try at(.decode, file.name) {
      let header = try IDXHeader(parsing: try file.open())
      if let byteCount = try file.knownByteCount() {
        try Self.check(byteCount, header)
      } else {
        try file.checkPromise(byteCount: header.dataByteCount)
      }
      return header
    }
  }

  /// A file that is not packed shows before anything is written whether it is whole.
  private static func check(_ byteCount: Int, _ header: IDXHeader) throws(IDXError) {
    let (promised, overflow) = header.byteCount.addingReportingOverflow(header.dataByteCount)
    guard !overflow else { throw .tooLarge(header.dimensions) }
    if byteCount < promised { throw .dataEnds(at: byteCount, promised: promised) }
    if byteCount > promised { throw .dataContinues(after: promised) }
  }

  /// Opens the data behind the header.
  func open(_ background: Background?) throws -> IDXData {
    try at(.decode, file.name) {
      let stream = try file.open(digestingOn: background)
      _ = try stream.read(header.byteCount)
      return IDXData(file: file, header: header, stream: stream)
    }
  }

  /// Widens the range of each column to hold the file's values.
  func widen(_ ranges: inout [ClosedRange<Int64>?], _ cancellation: Cancellation) throws {
    guard !ranges.isEmpty else { return }
    let data = try open(nil)
    var done = 0
    while done < header.count {
      try cancellation.check()
      let count = min(
        header.count - done, Batch.preferredCount(sampleByteCount: header.sampleByteCount))
      let values = try at(.decode, file.name) {
        try header.integers(try data.read(count), firstSample: done)
      }
      for column in ranges.indices {
        var (low, high) = (Int64.max, Int64.min)
        for index in stride(from: column, to: values.count, by: ranges.count) {
          low = min(low, values[index])
          high = max(high, values[index])
        }
        let before = ranges[column] ?? low...high
        ranges[column] = min(low, before.lowerBound)...max(high, before.upperBound)
      }
      done += count
    }
  }
}

/// The elements of an IDX file, as a stream of whole samples.
private final class IDXData {
  let file: Resource
  let header: IDXHeader
  private let stream: any ByteStream
  private var position: Int

  init(file: Resource, header: IDXHeader, stream: any ByteStream) {
    self.file = file
    self.header = header
    self.stream = stream
    position = header.byteCount
  }

  /// Reads the elements of whole samples, big-endian as they are in the file.
  func read(_ count: Int) throws -> [UInt8] {
    let expected = count * header.sampleByteCount
    return try at(.decode, file.name) {
      let bytes = try stream.read(expected)
      position += bytes.count
      guard bytes.count == expected else {
        throw IDXError.dataEnds(at: position, promised: header.byteCount + header.dataByteCount)
      }
      return bytes
    }
  }

  /// Makes sure that the file ends here; a gzip file's checksum is compared on the way.
  func finish() throws {
    try at(.decode, file.name) {
      guard try stream.read(1).isEmpty else { throw IDXError.dataContinues(after: position) }
    }
  }
}

extension IDXHeader {
  var sampleByteCount: Int { sampleShape.reduce(elementType.byteCount, *) }

  /// Elements in native order.
  fileprivate func native(_ bytes: [UInt8]) -> [UInt8] {
    swappedElements(bytes, width: UInt16(1).bigEndian == 1 ? 1 : elementType.byteCount)
  }

  /// Elements as label values.
  fileprivate func integers(_ bytes: [UInt8], firstSample: Int) throws(IDXError) -> [Int64] {
    do {
      return try elementType.integers(in: native(bytes))
    } catch {
      let columnCount = max(1, sampleShape.reduce(1, *))
      throw .labelNotWhole(sample: firstSample + error.position / columnCount, value: error.value)
    }
  }
}

/// Reads images and labels side by side.
private final class IDXReader: SampleReader {
  private let images: IDXData?
  private let labels: IDXData?
  private var position = 0

  init(images: IDXData?, labels: IDXData?) {
    self.images = images
    self.labels = labels
  }

  func read(_ count: Int) throws -> PendingSamples {
    let pixels = try images.map { (header: $0.header, bytes: try $0.read(count)) }
    let labels = try labels.map {
      (header: $0.header, file: $0.file.name, bytes: try $0.read(count))
    }
    let first = position
    position += count
    return PendingSamples {
      let native = pixels.map { $0.header.native($0.bytes) } ?? []
      guard let labels else { return (native, []) }
      return try at(.decode, labels.file) {
        (native, try labels.header.integers(labels.bytes, firstSample: first))
      }
    }
  }

  func finish() throws {
    try images?.finish()
    try labels?.finish()
  }
}
