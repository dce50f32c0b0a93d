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
private final class NPYSink: Sink {
  private struct Files: Sendable {
    /// Missing where there are labels alone.
    let images: OutputFile?
    let labels: OutputFile?
    let byteCount: Int

    var all: [OutputFile] { [images, labels].compactMap(\.self) }
  }

  private let splits: [Files]
  private let labelType: ElementType?

  init(_ request: SinkRequest) throws {
    let schema = request.dataset.schema
    labelType = schema.labels?.elementType
    splits = try request.dataset.splits.map { split in
      var byteCount = 0
      func output(_ role: String, _ type: ElementType, _ sampleShape: [Int]) throws -> OutputFile {
        let shape = [split.count] + sampleShape
        let header = NPYHeader.bytes(type: type, shape: shape)
        let file = try request.output.makeFile("\(split.name)-\(role).npy")
        try file.append(header)
        byteCount += header.count + shape.reduce(type.byteCount, *)
        return file
      }
      let images =
        schema.isLabelsAlone
        ? nil : try output("images", schema.elementType, schema.sampleShape)
      let labels = try schema.labels.map {
        try output("labels", $0.elementType, $0.columns.count == 1 ? [] : [$0.columns.count])
      }
      return Files(images: images, labels: labels, byteCount: byteCount)
    }
  }

  func write(_ batch: Batch) -> OrderedStep? {
    let files = splits[batch.split]
    let labels = labelType.map { $0.bytes(of: batch.labels) }
    return {
      try files.images?.append(batch.pixels)
      if let labels { try files.labels?.append(labels) }
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    let files = splits.flatMap(\.all)
    for file in files { try file.flush() }
    return SinkReport(
      fileCount: files.count, byteCount: splits.reduce(0) { $0 + $1.byteCount })
  }
}
