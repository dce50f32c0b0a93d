// The opcodes and an array's form: Write/PickleOpcodes.swift. The two layouts:
//
//   scratch  {'train_img': images, 'train_label': labels, 'test_img': …, …}
//   lisa     ((images, labels), (images, labels), (images, labels)) of train, val, test

extension SinkFormat {
  /// `pickle=FILE`: NumPy arrays for Python's `pickle.load`.
  public static let pickle = SinkFormat(
    name: "pickle",
    summary: "one Python pickle of NumPy arrays: train_img, train_label, …; gzip as FILE.pkl.gz",
    output: .file, fileExtension: "pkl", otherExtensions: ["pickle", "pkl.gz", "pickle.gz"],
    options: [
      Option(
        flag: "pickle-layout", key: "layout", kind: .choice(PickleLayout.allCases.map(\.rawValue)),
        defaultValue: PickleLayout.scratch.rawValue,
        summary: "scratch: a dict of arrays; lisa: a tuple of (images, labels) for train, val, test"
      ),
      Option(
        flag: "pickle-protocol", key: "protocol", kind: .integer(PickleOpcodes.protocols),
        defaultValue: "4", summary: "2 for Python 2 as well, 3 for Python 3.0, 4 for 3.4, 5 for 3.8"
      ),
    ],
    check: { dataset, options in
      try PickleLayout(options).check(dataset, version: options.integer("protocol"))
    }, open: { try PickleSink($0) })
}

/// How the arrays of a pickle are put together.
private enum PickleLayout: String, CaseIterable {
  /// A dict, as in the book "Deep Learning from Scratch".
  case scratch
  /// The tuples of the LISA lab's mnist.pkl.
  case lisa

  private static let lisaSplits = ["train", "val", "test"]

  init(_ options: OptionValues) {
    self = options.text("layout").flatMap(PickleLayout.init) ?? .scratch
  }

  func check(_ dataset: Dataset, version: Int) throws {
    let schema = dataset.schema
    let limit = PickleOpcodes.maximumByteCount(ofArrayIn: version)
    let labelByteCount =
      schema.labels.map { $0.columns.count * $0.elementType.byteCount } ?? 0
    for split in dataset.splits {
      let (byteCount, overflow) = max(schema.sampleByteCount, labelByteCount)
        .multipliedReportingOverflow(by: split.count)
      guard !overflow, byteCount <= limit else {
        throw UnsupportedError(
          "arrays of pickle protocol \(version) have at most \(limit) bytes,"
            + " those of split '\(split.name)' more (use --pickle-protocol 4)")
      }
    }
    guard !schema.sampleShape.isEmpty else {
      throw UnsupportedError(
        "samples of one number each cannot be told from labels in a pickle (choose npy)")
    }
    guard self == .lisa else { return }
    let names = dataset.splits.map(\.name)
    guard names == Self.lisaSplits else {
      throw UnsupportedError(
        "LISA's pickle has the splits train, val and test in this order, found"
          + " \(names.joined(separator: ", ")) (use --splits and --holdout val=10000)")
    }
    guard schema.labels != nil else {
      throw UnsupportedError("LISA's pickle has labels, and this source has none")
    }
    guard !schema.isLabelsAlone else {
      throw UnsupportedError(
        "LISA's pickle has images, and there are labels alone (use --pickle-layout scratch)")
    }
  }
}

/// Appends images as they come; a split's labels wait until its images are complete.
private final class PickleSink: Sink {
  private struct State: ~Copyable {
    var cursor: SplitCursor
    /// The labels of the split whose images are being written, encoded.
    var labels: PieceSpool
    /// The length of the text that is being written, in protocol 2.
    var length: (gap: EncodedFile.Gap, byteCount: Int)?
  }

  private let dataset: Dataset
  /// Whether there is more than labels.
  private let hasImages: Bool
  private let layout: PickleLayout
  private let version: Int
  private let file: EncodedFile
  private let pixelEncoding: EncodedFile.Encoding
  private let otherEncoding: EncodedFile.Encoding
  private let state: Locked<State>

  init(_ request: SinkRequest) throws {
    dataset = request.dataset
    hasImages = !dataset.schema.isLabelsAlone
    layout = PickleLayout(request.options)
    version = request.options.integer("protocol")
    let isGzip = request.output.path.hasSuffix(".gz")
    pixelEncoding = EncodedFile.Encoding(
      gzip: isGzip, version == 2 ? .other : DeflateCompressor.Content(request.dataset.schema))
    otherEncoding = EncodedFile.Encoding(gzip: isGzip, .other)
    file = try EncodedFile(try request.output.makeFile(), otherEncoding)
    state = Locked(State(cursor: SplitCursor(dataset), labels: PieceSpool(request.output)))
    try append { pickle in
      pickle.start()
      guard layout == .scratch else { return }
      pickle.emptyDict()
      pickle.mark()
    }
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let pickle = PickleOpcodes(version: version)
    let pixels = try pixelEncoding.piece(pickle.elements(batch.pixels))
    let labels = try dataset.schema.labels.map {
      try otherEncoding.piece(pickle.elements($0.elementType.bytes(of: batch.labels)))
    }
    return { [hasImages] in
      try self.state.withLock { state in
        try self.take(state.cursor.turns(to: batch.split), &state)
        if hasImages { try self.appendElements(pixels, &state) }
        if let labels { try state.labels.append(labels) }
      }
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    try state.withLock { try take($0.cursor.turnsToEnd(), &$0) }
    try append { pickle in
      switch layout {
      case .scratch: pickle.setItems()
      case .lisa: pickle.tupleOfThree()
      }
      pickle.stop()
    }
    return SinkReport(fileCount: 1, byteCount: try file.finish())
  }

  private func take(_ turns: [SplitCursor.Turn], _ state: inout State) throws {
    for turn in turns {
      switch turn {
      case .start(let split):
        guard hasImages else { continue }
        try startArray(
          "img", split, dataset.schema.elementType, dataset.schema.sampleShape, &state)
      case .end(let split):
        if hasImages { try endArray(&state) }
        try writeLabels(ofSplit: split, &state)
      }
    }
  }

  private func writeLabels(ofSplit split: Int, _ state: inout State) throws {
    guard let labels = dataset.schema.labels else { return }
    let columns = labels.columns.count
    try startArray("label", split, labels.elementType, columns == 1 ? [] : [columns], &state)
    while let piece = try state.labels.next() { try appendElements(piece, &state) }
    try endArray(&state)
    if layout == .lisa { try append { $0.tupleOfTwo() } }
  }

  private func startArray(
    _ key: String, _ position: Int, _ type: ElementType, _ sampleShape: [Int],
    _ state: inout State
  ) throws {
    let split = dataset.splits[position]
    try append { pickle in
      if layout == .scratch { pickle.text("\(split.name)_\(key)") }
      pickle.startArray(type, shape: [split.count] + sampleShape)
    }
    guard version == 2 else { return }
    state.length = (try file.appendGap(byteCount: PickleOpcodes.textLengthByteCount), 0)
  }

  private func appendElements(_ piece: StoredPiece, _ state: inout State) throws {
    try file.append(piece)
    state.length?.byteCount += piece.checksum.byteCount
  }

  private func endArray(_ state: inout State) throws {
    if let (gap, byteCount) = state.length {
      // The check lets no longer text pass.
      let length = UInt32(byteCount)
      try file.fill(gap, makeBytes(capacity: 4) { $0.append(littleEndian: length) })
      state.length = nil
    }
    try append { $0.endArray() }
  }

  private func append(_ write: (inout PickleOpcodes) -> Void) throws {
    var pickle = PickleOpcodes(version: version)
    write(&pickle)
    try file.append(try file.piece(pickle.bytes))
  }
}
