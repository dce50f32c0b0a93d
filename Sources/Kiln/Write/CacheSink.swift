// The cache: layout in Model/CacheLayout.swift.

extension SinkFormat {
  /// `cache=FILE`: one safetensors file, compressed block by block for random access.
  public static let cache = SinkFormat(
    name: "cache",
    summary: "one safetensors file for fast loading, compressed in blocks for random access",
    output: .file, fileExtension: "safetensors",
    options: [
      Option(
        flag: "cache-codec", key: "codec", kind: .choice(["zstd", "none"]), defaultValue: "zstd",
        summary: "compress with zstd, or store plain tensors that can be used in place"),
      Option(
        flag: "cache-level", key: "level", kind: .integer(ZstdCompressor.levels),
        defaultValue: "1", summary: "zstd level: higher is smaller and slower to write",
        where: Option.Condition("codec", is: "zstd")),
      Option(
        flag: "cache-block", key: "block", kind: .integer(1...maximumBlockKiB),
        defaultValue: "64",
        summary: "KiB of pixels in a block: larger is smaller, and slower to read one sample from",
        where: Option.Condition("codec", is: "zstd")),
    ],
    check: { dataset, _ in
      guard !dataset.schema.isLabelsAlone else {
        throw UnsupportedError(
          "a cache has no samples without pixels"
            + " (write labels alone as csv, npy, npz, idx or pickle)")
      }
      let byteCount = dataset.schema.sampleByteCount
      guard byteCount <= CacheLayout.maximumBlockByteCount else {
        throw UnsupportedError(
          "a cache has samples of at most \(CacheLayout.maximumBlockByteCount) bytes,"
            + " these have \(byteCount)")
      }
    },
    open: { request in
      switch request.options.text("codec") {
      case "none": try PlainCacheSink(request)
      default: try ZstdCacheSink(request)
      }
    })

  /// A reader decodes a whole block for one sample; more than this would no longer be random access.
  private static let maximumBlockKiB = 16 << 10
}

/// The file of a cache: its header comes first and is known last, so room is kept for it.
struct CacheOutput: Sendable {
  private let file: OutputFile
  private let layout: CacheLayout
  /// Where data starts.
  let headerByteCount: Int

  /// Keeps room for a header.
  /// - Parameters:
  ///   - file: a new file.
  ///   - layout: what the cache will say about itself.
  ///   - tensors: what will be in the file; places and sizes may still change.
  /// - Throws: ``UnsupportedError`` where the header would be too long to be read.
  init(_ file: OutputFile, _ layout: CacheLayout, tensors: [SafetensorsHeader.Tensor]) throws {
    self.file = file
    self.layout = layout
    // Until now a tensor's place and size are guesses: each of up to three numbers may get longer.
    let slack = tensors.count * 3 * String(Int.max).count
    let text = try Self.text(of: tensors, layout)
    let unit = SafetensorsHeader.alignment
    let byteCount = SafetensorsHeader.lengthByteCount + text.count + slack
    headerByteCount = (byteCount + unit - 1) / unit * unit
    guard headerByteCount <= SafetensorsHeader.maximumByteCount else {
      throw UnsupportedError(
        "a cache's header has at most \(SafetensorsHeader.maximumByteCount) bytes,"
          + " this one needs \(headerByteCount) (are there too many class names?)")
    }
    try file.append([UInt8](repeating: 0x20, count: headerByteCount))
  }

  /// Appends to the data.
  func append(_ bytes: [UInt8]) throws { try file.append(bytes) }

  /// Writes a part of the data at its place.
  func write(_ bytes: [UInt8], at offset: Int) throws {
    try file.write(bytes.span, at: headerByteCount + offset)
  }

  /// Writes the header into the room that was kept.
  /// - Returns: what was written.
  func finish(
    _ tensors: [SafetensorsHeader.Tensor], _ summary: RunSummary
  ) throws -> SinkReport {
    var layout = layout
    layout.digests = summary.digests
    let text = try Self.text(of: tensors, layout)
    let length = headerByteCount - SafetensorsHeader.lengthByteCount
    precondition(text.count <= length)
    let header = makeBytes(capacity: headerByteCount) { cursor in
      cursor.append(littleEndian: UInt64(length))
      cursor.append(text.span)
      cursor.append(repeating: 0x20, count: length - text.count)
    }
    try file.write(header.span, at: 0)
    try file.flush()
    let dataByteCount = tensors.map(\.range.upperBound).max() ?? 0
    return SinkReport(fileCount: 1, byteCount: headerByteCount + dataByteCount)
  }

  private static func text(
    of tensors: [SafetensorsHeader.Tensor], _ layout: CacheLayout
  ) throws -> [UInt8] {
    var metadata = try layout.metadata()
    metadata["fingerprint"] = fingerprint(metadata)
    return try SafetensorsHeader(tensors: tensors, metadata: metadata).text()
  }

  private static func fingerprint(_ texts: [String: String]) -> String {
    var hash = SHA256()
    for (key, text) in texts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      hash.update("\(key)=\(text)\n")
    }
    return hexadecimal(hash.finish())
  }
}

extension CacheLayout {
  /// What is known before the first sample; digests take their room.
  init(_ dataset: Dataset, _ codec: Codec) {
    let digest = String(repeating: "0", count: 2 * SHA256.byteCount)
    self.init(
      dataset: dataset, codec: codec, digests: dataset.splits.map { _ in digest })
  }
}
