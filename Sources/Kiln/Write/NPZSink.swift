// .npz: a zip file (Write/ZIPArchive.swift) whose members are .npy files (Write/NPYSink.swift).

extension SinkFormat {
  /// `npz=FILE`: one file with all arrays, named as Keras names them.
  public static let npz = SinkFormat(
    name: "npz",
    summary: "one NumPy archive: x_train, y_train, x_test, y_test, other splits x_SPLIT",
    output: .file, fileExtension: "npz",
    options: [
      Option(
        flag: "npz-compression", key: "compression", kind: .choice(["stored", "deflated"]),
        defaultValue: "stored", summary: "as np.savez (stored) or np.savez_compressed (deflated)")
    ],
    open: { try NPZSink($0) })
}

/// Appends images as they come; a split's labels wait, packed, until its images are complete.
private final class NPZSink: Sink {
  private struct State: ~Copyable {
    var archive: ZIPArchive
    var cursor: SplitCursor
    /// The labels of the split whose images are being written.
    var labels: PieceSpool
  }

  private let dataset: Dataset
  /// Whether there is more than labels.
  private let hasImages: Bool
  private let pixelCompressors: ReusePool<DeflateCompressor>?
  private let otherCompressors: ReusePool<DeflateCompressor>?
  private let state: Locked<State>

  init(_ request: SinkRequest) throws {
    dataset = request.dataset
    hasImages = !dataset.schema.isLabelsAlone
    let content = DeflateCompressor.Content(dataset.schema)
    let isStored = request.options.text("compression") == "stored"
    pixelCompressors = isStored ? nil : ReusePool { try DeflateCompressor(content) }
    otherCompressors = isStored ? nil : ReusePool { try DeflateCompressor(.other) }
    state = Locked(
      State(
        archive: ZIPArchive(try request.output.makeFile(), isStored ? .stored : .deflated),
        cursor: SplitCursor(dataset), labels: PieceSpool(request.output)))
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let pixels = try piece(batch.pixels, pixelCompressors)
    let labels = try dataset.schema.labels.map {
      try piece($0.elementType.bytes(of: batch.labels), otherCompressors)
    }
    return { [hasImages] in
      try self.state.withLock { state in
        try self.take(state.cursor.turns(to: batch.split), &state)
        if hasImages { try state.archive.append(pixels) }
        if let labels { try state.labels.append(labels) }
      }
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    try state.withLock { state in
      try take(state.cursor.turnsToEnd(), &state)
      try state.archive.finish()
      return SinkReport(fileCount: 1, byteCount: state.archive.byteCount)
    }
  }

  private func piece(
    _ bytes: [UInt8], _ compressors: ReusePool<DeflateCompressor>?
  ) throws -> StoredPiece {
    guard let compressors else { return StoredPiece(storing: bytes) }
    return try StoredPiece(bytes, by: compressors)
  }

  private func take(_ turns: [SplitCursor.Turn], _ state: inout State) throws {
    for turn in turns {
      switch turn {
      case .start(let split):
        guard hasImages else { continue }
        try begin("x", split, &state, dataset.schema.elementType, dataset.schema.sampleShape)
      case .end(let split):
        if hasImages { try state.archive.end() }
        try writeLabels(ofSplit: split, &state)
      }
    }
  }

  private func writeLabels(ofSplit split: Int, _ state: inout State) throws {
    guard let labels = dataset.schema.labels else { return }
    let columns = labels.columns.count
    try begin("y", split, &state, labels.elementType, columns == 1 ? [] : [columns])
    while let piece = try state.labels.next() { try state.archive.append(piece) }
    try state.archive.end()
  }

  private func begin(
    _ letter: String, _ position: Int, _ state: inout State, _ type: ElementType,
    _ sampleShape: [Int]
  ) throws {
    let split = dataset.splits[position]
    let shape = [split.count] + sampleShape
    let header = NPYHeader.bytes(type: type, shape: shape)
    try state.archive.begin(
      "\(letter)_\(split.name).npy",
      byteCount: header.count + shape.reduce(type.byteCount, *))
    try state.archive.append(try piece(header, otherCompressors))
  }
}
