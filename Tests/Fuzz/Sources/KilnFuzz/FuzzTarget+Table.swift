@testable import Kiln

extension FuzzTarget {
  /// Everything that decodes: a new source format is here by itself, and one whose seeds no sink
  /// writes has a line in `formatFiles`.
  static let all: [FuzzTarget] =
    [gzip, png, jpeg, pipeline, trace, archive]
    + SourceFormat.all.filter { $0.name != SourceFormat.sample.name }.map { FuzzTarget($0) }

  private static let gzip = FuzzTarget(
    "gzip", seeds: { try Seeds.outputs("idx").filter { $0.name.hasSuffix(".gz") }.map(\.bytes) },
    decode: { bytes in
      // Small chunks and rooms go symbol by symbol, which has to come to the same.
      let whole = inflate(GzipStream(BytesStream(bytes)), pieces: 1 << 16)
      let pieces = inflate(GzipStream(BytesStream(bytes), chunkByteCount: 7), pieces: 100)
      precondition(whole.fault == pieces.fault)
      // Where a read fails, what it has read so far is gone.
      precondition(zip(whole.content, pieces.content).allSatisfy { $0 == $1 })
      precondition(whole.fault != nil || whole.content.count == pieces.content.count)
    })

  /// What a stream holds, up to where it ends, is damaged, or was read far enough.
  private static func inflate(
    _ stream: GzipStream, pieces: Int
  ) -> (content: [UInt8], fault: GzipError?) {
    // A bomb is cut off here: how far one may grow is for those who know the expected size.
    let limit = 1 << 22
    var content: [UInt8] = []
    do {
      while content.count < limit {
        let count = min(pieces, limit - content.count)
        let piece = try stream.read(count)
        content += piece
        if piece.count < count { break }
      }
      return (content, nil)
    } catch {
      return (content, error as? GzipError)
    }
  }

  private static let png = FuzzTarget(
    "png", seeds: { try Seeds.outputs("png").filter { $0.name.hasSuffix(".png") }.map(\.bytes) },
    decode: { _ = try DecodedImage(parsingPNG: $0.span) })

  private static let jpeg = FuzzTarget(
    "jpeg", seeds: { try Seeds.outputs("jpeg").filter { $0.name.hasSuffix(".jpg") }.map(\.bytes) },
    decode: { _ = try DecodedImage(parsingJPEG: $0.span) })

  private static let pipeline = FuzzTarget(
    "pipeline", seeds: { Seeds.pipelines.map { Array($0.utf8) } },
    decode: { _ = try PipelineFile(parsing: $0, name: "pipeline.json").pipeline() })

  private static let trace = FuzzTarget(
    "pickle-trace", seeds: { try Seeds.outputs("pickle").map(\.bytes) },
    decode: { _ = try PickleTrace.lines(of: .stream(BytesStream($0), packedByteCount: $0.count)) })

  /// Directories as archives: image folders, pairs of files, shards, records of earlier runs.
  private static let archive = FuzzTarget("archive", file: "data", seeds: { try Seeds.archives() })

  /// What a file of a format is called, and what is in it, where no sink of its name writes such files.
  private static let formatFiles:
    [String: (name: String, seeds: @Sendable () throws -> [[UInt8]])] =
      [
        "cifar": ("data_batch_1.bin", { [Seeds.records(2, byteCount: 3073)] }),
        "stl": ("train_X.bin", { [Seeds.records(2, byteCount: 3 * 96 * 96)] }),
        "mat": ("train_32x32.mat", { [Seeds.matrices] }),
        "libsvm": ("usps", { [Array("1 1:-0.5 2:.25 4:1e-3\n10 256:1\n".utf8)] }),
        "idx": ("train-images-idx3-ubyte", { try Seeds.outputs("idx").map(\.bytes) }),
        "npy": ("train-images.npy", { try Seeds.outputs("npy").map(\.bytes) }),
        "csv": ("train.csv", { try Seeds.outputs("csv").map(\.bytes) }),
        "image-folder": ("data.tar", { [try Seeds.tar(of: "png"), try Seeds.tar(of: "jpeg")] }),
      ]

  private init(_ format: SourceFormat) {
    let sink = SinkFormat.all.first { $0.name == format.name }
    let (name, file) = (format.name, Self.formatFiles[format.name])
    let fileName = file?.name ?? "data." + (sink?.fileExtension ?? name)
    self.init(name, file: fileName) {
      if let file { return try file.seeds() }
      return try sink == nil ? [[0]] : Seeds.outputs(name).map(\.bytes)
    }
  }
}

/// Bytes in memory as a stream.
private final class BytesStream: ByteStream {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(_ count: Int) -> [UInt8] {
    let end = min(bytes.count, position + count)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}
