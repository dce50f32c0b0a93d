// .npy, version 1.0 (numpy/lib/_format_impl.py):
//
//   offset  bytes  content
//   0       6      93 "NUMPY"
//   6       2      version: 1, 0
//   8       2      header length h, little-endian
//   10      h      Python dict of descr, fortran_order, shape; spaces, then \n: data is 64-byte aligned
//   10 + h  ...    elements, row-major

extension SinkFormat {
  /// `npy=DIR`: one array of images and one of labels for each split.
  public static let npy = SinkFormat(
    name: "npy",
    summary: "NumPy arrays: SPLIT-images.npy (n,28,28) and SPLIT-labels.npy (n,)",
    output: .directory, options: [], open: { try NPYSink($0) })
}

/// The header of an .npy file.
enum NPYHeader {
  /// The type code with byte order, such as `<f4`.
  static func descriptor(of type: ElementType) -> String {
    (type.byteCount == 1 ? "|" : "<") + type.numPyCode
  }

  static func bytes(type: ElementType, shape: [Int]) -> [UInt8] {
    let tuple = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary =
      "{'descr': '\(descriptor(of: type))', 'fortran_order': False, 'shape': (\(tuple)), }"
    // Magic, version and length take 10 bytes, the final newline one.
    let padding = (64 - (10 + dictionary.utf8.count + 1) % 64) % 64
    let length = dictionary.utf8.count + padding + 1
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes += Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
    return bytes
  }
}

/// Writes pixels and labels as they are, each split to its own files.
///
/// Every sample's place is known in advance, so nothing waits for its turn.
private final class NPYSink: Sink {
  /// One array that is being written.
  private struct Output: Sendable {
    let file: OutputFile
    let headerByteCount: Int
    let byteCount: Int
    let sampleByteCount: Int

    init(_ file: OutputFile, _ type: ElementType, count: Int, sampleShape: [Int]) throws {
      let header = NPYHeader.bytes(type: type, shape: [count] + sampleShape)
      self.file = file
      headerByteCount = header.count
      sampleByteCount = sampleShape.reduce(type.byteCount, *)
      byteCount = header.count + count * sampleByteCount
      try file.append(header)
    }

    func write(_ samples: [UInt8], from index: Int) throws {
      try file.write(samples.span, at: headerByteCount + index * sampleByteCount)
    }
  }

  private struct Outputs: Sendable {
    /// Missing where there are labels alone.
    let images: Output?
    let labels: Output?

    var all: [Output] { [images, labels].compactMap(\.self) }
  }

  private let splits: [Outputs]
  private let labelType: ElementType?

  init(_ request: SinkRequest) throws {
    let schema = request.dataset.schema
    labelType = schema.labels?.elementType
    splits = try request.dataset.splits.map { split in
      func array(_ role: String, _ type: ElementType, _ sampleShape: [Int]) throws -> Output {
        let file = try request.output.makeFile("\(split.name)-\(role).npy")
        return try Output(file, type, count: split.count, sampleShape: sampleShape)
      }
      return Outputs(
        images: schema.isLabelsAlone
          ? nil : try array("images", schema.elementType, schema.sampleShape),
        labels: try schema.labels.map {
          try array("labels", $0.elementType, $0.columns.count == 1 ? [] : [$0.columns.count])
        })
    }
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let arrays = splits[batch.split]
    try arrays.images?.write(batch.pixels, from: batch.firstIndex)
    if let labelType {
      try arrays.labels?.write(labelType.bytes(of: batch.labels), from: batch.firstIndex)
    }
    return nil
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    let arrays = splits.flatMap(\.all)
    for array in arrays { try array.file.flush() }
    return SinkReport(
      fileCount: arrays.count, byteCount: arrays.reduce(0) { $0 + $1.byteCount })
  }
}
