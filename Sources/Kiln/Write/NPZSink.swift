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

/// Appends images as they come; a split's labels are kept, packed, until its images are complete.
private final class NPZSink: Sink {
  private struct State: ~Copyable {
    var archive: ZIPArchive
    /// The split whose images are being written; one before the first at the start.
    var split = -1
    var labels: [StoredPiece] = []
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
      State(archive: ZIPArchive(try request.output.makeFile(), isStored ? .stored : .deflated)))
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let pixels = try piece(batch.pixels, pixelCompressors)
    let labels = try dataset.schema.labels.map {
      try piece($0.elementType.bytes(of: batch.labels), otherCompressors)
    }
    return { [hasImages] in
      try self.state.withLock { state in
        try self.advance(&state, to: batch.split)
        if hasImages { try state.archive.append(pixels) }
        if let labels { state.labels.append(labels) }
      }
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    try state.withLock { state in
      try advance(&state, to: dataset.splits.count)
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

  /// Completes the splits before `split`, also those without samples, and starts it.
  private func advance(_ state: inout State, to split: Int) throws {
    while state.split < split {
      if state.split >= 0 {
        if hasImages { try state.archive.end() }
        try writeLabels(&state)
      }
      state.split += 1
      guard state.split < dataset.splits.count else { return }
      guard hasImages else { continue }
      try begin("x", &state, dataset.schema.elementType, dataset.schema.sampleShape)
    }
  }

  private func writeLabels(_ state: inout State) throws {
    guard let labels = dataset.schema.labels else { return }
    let columns = labels.columns.count
    try begin("y", &state, labels.elementType, columns == 1 ? [] : [columns])
    for piece in state.labels { try state.archive.append(piece) }
    state.labels = []
    try state.archive.end()
  }

  private func begin(
    _ letter: String, _ state: inout State, _ type: ElementType, _ sampleShape: [Int]
  ) throws {
    let split = dataset.splits[state.split]
    let shape = [split.count] + sampleShape
    let header = NPYHeader.bytes(type: type, shape: shape)
    try state.archive.begin(
      "\(letter)_\(split.name).npy",
      byteCount: header.count + shape.reduce(type.byteCount, *))
    try state.archive.append(try piece(header, otherCompressors))
  }
}
