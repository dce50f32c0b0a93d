// WebDataset shards (https://github.com/webdataset/webdataset): tar archives (Write/TarHeader.swift) in
// which the members of one sample follow each other and share a name up to the first dot:
//
//   train-000000.tar   00000.png, 00000.cls, 00001.png, 00001.cls, …
//
// A .cls member is the label in decimal digits.

extension SinkFormat {
  /// `tar=DIR`: shards as WebDataset reads them.
  public static let tar = SinkFormat(
    name: "tar",
    summary:
      "WebDataset shards: SPLIT-000000.tar, … with INDEX.png and INDEX.cls, and classes.json",
    output: .directory,
    options: [
      Option(
        flag: "tar-shard-size", key: "shard-size", kind: .integer(1...maximumShardSize),
        defaultValue: "10000", summary: "samples in a shard"),
      PNGLevel.option,
    ],
    check: { dataset, _ in
      _ = try ImagePixels(dataset.schema, allows16Bit: true)
      guard let labels = dataset.schema.labels else { return }
      guard labels.columns.count == 1, !labels.isOneHot else {
        throw UnsupportedError(
          labels.isOneHot
            ? "a .cls member holds a class, not one-hot labels (leave out --one-hot)"
            : "a .cls member holds one label, found \(labels.columns.count) columns"
              + " (choose one: --label-column \(labels.columns[0]))")
      }
    },
    open: { try TarSink($0) })

  /// More samples than any data set has: all of a split in one shard.
  private static let maximumShardSize = 1_000_000_000_000
}

/// Encodes images beside each other and appends them to the shards in order.
private final class TarSink: Sink {
  private struct State {
    /// The shard that is being written.
    var file: OutputFile?
    var cursor: SplitCursor
    /// Samples of that shard's split so far.
    var index = 0
    var fileCount = 0
    var byteCount = 0
    var header = TarHeader()
  }

  /// The PNG files of a batch, one behind the other.
  private struct Images: Sendable {
    var bytes: [UInt8] = []
    var ends: [Int] = []

    func range(of position: Int) -> Range<Int> {
      (position == 0 ? 0 : ends[position - 1])..<ends[position]
    }
  }

  /// The bytes of several members are written at once; more would only hold memory.
  private static let chunkByteCount = 1 << 20
  /// Digits of a shard's number, as WebDataset's own writer has them.
  private static let shardDigitCount = 6

  var keepsPixels: Bool { pixels.isLossless }
  private let splits: [Split]
  private let hasLabels: Bool
  private let pixels: ImagePixels
  private let shardSize: Int
  private let indexDigitCount: Int
  private let level: PNGLevel
  private let output: StagedOutput
  private let classes: ClassesFile?
  private let encoders = Locked<ReusePool<PNGEncoder>?>(nil)
  private let chunks = BufferPool()
  private let state: Locked<State>

  init(_ request: SinkRequest) throws {
    splits = request.dataset.splits
    hasLabels = request.dataset.schema.labels != nil
    pixels = try ImagePixels(request.dataset.schema, allows16Bit: true)
    shardSize = request.options.integer("shard-size")
    indexDigitCount = String(max(0, (splits.map(\.count).max() ?? 0) - 1)).count
    level = PNGLevel(request.options)
    output = request.output
    classes = ClassesFile(request.dataset.schema)
    state = Locked(State(cursor: SplitCursor(request.dataset)))
  }

  func begin(_ first: Batch) throws {
    let sample = try pixels.convert(first)
    var compression = PNGEncoder.Compression.small
    if level == .fast {
      compression = .fast(try PNGHuffmanTables(sampling: sample.span, shape: pixels.shape))
    }
    encoders.withLock { [shape = pixels.shape, compression] in
      $0 = ReusePool { try PNGEncoder(shape: shape, compression: compression) }
    }
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    guard let encoders = encoders.withLock({ $0 }) else {
      preconditionFailure("write(_:) before begin(_:)")
    }
    let values = try pixels.convert(batch)
    let size = pixels.shape.byteCount
    var images = Images()
    images.ends.reserveCapacity(batch.count)
    images.bytes = try encoders.with { encoder in
      try makeBytes(capacity: batch.count * encoder.maxEncodedByteCount) { cursor in
        for position in 0..<batch.count {
          let image = values.span.extracting(position * size..<(position + 1) * size)
          try encoder.encode(image, into: &cursor)
          images.ends.append(cursor.count)
        }
      }
    }
    let (split, labels) = (batch.split, batch.labels)
    return { [images] in
      try self.state.withLock { state in
        try self.take(state.cursor.turns(to: split), &state)
        try self.append(images, labels, ofSplit: split, &state)
      }
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    try state.withLock { state in
      try take(state.cursor.turnsToEnd(), &state)
      let classesByteCount = try classes?.write(to: output) ?? 0
      return SinkReport(
        fileCount: state.fileCount + (classes == nil ? 0 : 1),
        byteCount: state.byteCount + classesByteCount, isLossless: keepsPixels)
    }
  }

  // MARK: Shards

  private func take(_ turns: [SplitCursor.Turn], _ state: inout State) throws {
    for turn in turns {
      switch turn {
      case .start(let split):
        state.index = 0
        // A split without samples has a shard, too: it would be forgotten else.
        try startShard(ofSplit: split, &state)
      case .end: try endShard(&state)
      }
    }
  }

  private func startShard(ofSplit split: Int, _ state: inout State) throws {
    let number = String(state.index / shardSize)
    let zeros = String(repeating: "0", count: max(0, Self.shardDigitCount - number.count))
    state.file = try output.makeFile("\(splits[split].name)-\(zeros)\(number).tar")
    state.fileCount += 1
  }

  private func endShard(_ state: inout State) throws {
    guard let file = state.file else { return }
    try file.append(TarHeader.end)
    try file.flush()
    state.byteCount += TarHeader.end.count
    state.file = nil
  }

  /// Appends the samples of a batch, in chunks that end with a shard or where there is enough.
  private func append(
    _ images: Images, _ labels: [Int64], ofSplit split: Int, _ state: inout State
  ) throws {
    var position = 0
    while position < images.ends.count {
      if state.index > 0, state.index % shardSize == 0 {
        try endShard(&state)
        try startShard(ofSplit: split, &state)
      }
      let left = min(images.ends.count - position, shardSize - state.index % shardSize)
      var (end, capacity) = (position, 0)
      while end < position + left, end == position || capacity < Self.chunkByteCount {
        // Header and padding of the image, header and digits of the label.
        capacity += images.range(of: end).count + 4 * TarHeader.blockByteCount
        end += 1
      }
      let chunk = chunks.makePiece(capacity: capacity) { cursor in
        for sample in position..<end {
          appendSample(
            images, sample, label: labels.isEmpty ? nil : labels[sample], &state, to: &cursor)
        }
      }
      try chunk.withBytes { try state.file?.append($0) }
      state.byteCount += chunk.count
      position = end
    }
  }

  private func appendSample(
    _ images: Images, _ position: Int, label: Int64?, _ state: inout State,
    to cursor: inout ByteCursor
  ) {
    let digits = String(state.index)
    let key =
      [UInt8](repeating: 0x30, count: max(0, indexDigitCount - digits.utf8.count))
      + Array(digits.utf8)
    let image = images.bytes.span.extracting(images.range(of: position))
    append(key + Self.imageSuffix, image, &state.header, to: &cursor)
    if let label {
      append(key + Self.labelSuffix, Array(String(label).utf8).span, &state.header, to: &cursor)
    }
    state.index += 1
  }

  private func append(
    _ name: [UInt8], _ data: Span<UInt8>, _ header: inout TarHeader, to cursor: inout ByteCursor
  ) {
    header.append(name: name, byteCount: data.count, to: &cursor)
    cursor.append(data)
    cursor.append(repeating: 0, count: TarHeader.padding(of: data.count))
  }

  private static let imageSuffix = Array(".png".utf8)
  private static let labelSuffix = Array(".cls".utf8)
}
