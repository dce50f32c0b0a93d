import Kiln

extension SinkFormat {
  /// `pgm=DIR`: one Netpbm file for each split, its images one behind the other.
  static let pgm = SinkFormat(
    name: "pgm", summary: "Netpbm: SPLIT.pgm with all grey images of a split",
    output: .directory,
    options: [
      Option(
        flag: "pgm-paper", key: "paper", kind: .choice(["black", "white"]),
        defaultValue: "black", summary: "colour of the background")
    ],
    check: { dataset, _ in
      let schema = dataset.schema
      guard schema.elementType == .uint8, schema.imageDimensions?.channels == 1 else {
        throw UnsupportedError(
          "PGM takes grey images of type u8, these are \(schema.shapeText) \(schema.elementType)")
      }
    },
    open: { try PGMSink($0) })
}

/// Writes grey images as they are, or inverted, behind Netpbm's header.
final class PGMSink: Sink {
  private let header: [UInt8]
  private let files: [OutputFile]
  private let byteCount: Int
  private let mask: UInt8

  init(_ request: SinkRequest) throws {
    let schema = request.dataset.schema
    let (height, width, _) = schema.imageDimensions ?? (0, 0, 1)
    header = Array("P5\n\(width) \(height)\n255\n".utf8)
    files = try request.dataset.splits.map { try request.output.makeFile("\($0.name).pgm") }
    byteCount = request.dataset.count * (header.count + schema.sampleByteCount)
    mask = request.options.text("paper") == "white" ? 0xFF : 0
  }

  func write(_ batch: Batch) -> OrderedStep? {
    // Several batches at once: all that takes time is done here.
    let sampleByteCount = batch.sampleByteCount
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: batch.pixels.count, by: sampleByteCount) {
      bytes += header
      bytes += batch.pixels[start..<start + sampleByteCount].map { $0 ^ mask }
    }
    // One batch at a time, in the order of the samples.
    return { [file = files[batch.split], bytes] in try file.append(bytes) }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    for file in files { try file.flush() }
    return SinkReport(fileCount: files.count, byteCount: byteCount)
  }
}

/// Writes PGM and NumPy arrays in one pass.
func convertToPGM(_ source: String, into directory: String) throws -> RunReport {
  let pipeline = Pipeline(
    source: SourceRequest(paths: [source]),
    outputs: [
      try Pipeline.Output(.pgm, at: directory + "/pgm", options: ["paper": "white"]),
      try Pipeline.Output(.npy, at: directory + "/npy"),
    ])
  return try Runner(pipeline).run()
}

/// Reads a pipeline that may name `pgm` beside Kiln's own formats.
func pipelineWithPGM(inFile path: String) throws -> Pipeline {
  try PipelineFile(path: path).pipeline(sinks: SinkFormat.all + [.pgm])
}
