@testable import Kiln

/// A sentence, compressed by each format's own tool, so that tests need none of them.
enum CompressedSamples {
  static let text = Array(
    String(repeating: "the quick brown fox jumps over the lazy dog, ", count: 2).utf8)

  /// The sentence.
  static func text(_ compression: Compression) -> [UInt8] {
    switch compression {
    case .gzip: gzip(text)
    case .xz:
      bytes(
        "fd377a585a0000016922de360200210116000000742fe5a3e0005900325d003a1a08ce76c7e5e9d60734c3"
          + "d10ebfce55e1aabde0e48f9801dd8de507549e65255f273a6a7eb4d3490338403ff4e6c0000000000061af"
          + "9e3e00014a5a4eaaaea19042990d010000000001595a")
    case .bzip2:
      bytes(
        "425a68393141592653591df655f8000025918040043ffffff0200050a343400000055534d46469804da9b6"
          + "a4c50d50c144947a66dd83649b155ae5d154dc24b50e5364a3a4dabf2a990866b3b76fe2ee48a70a1203be"
          + "cabf00")
    case .zstd:
      bytes(
        "28b52ffd0458b50100c40274686520717569636b2062726f776e20666f78206a756d7073206f7665722074"
          + "6865206c617a7920646f672c0200a002c0686719ee36e729")
    case .lz4:
      bytes(
        "04224d187440bd39000000f01074686520717569636b2062726f776e20666f78206a756d7073206f766572"
          + "201f00916c617a7920646f672c0e000f2d001150646f672c20411d0725000000005b8ef94f")
    }
  }

  /// No byte.
  static func nothing(_ compression: Compression) -> [UInt8] {
    switch compression {
    case .gzip: gzip([])
    case .xz:
      bytes("fd377a585a000004e6d6b446000000001cdf44211fb6f37d010000000004595a")
    case .bzip2:
      bytes("425a683917724538509000000000")
    case .zstd:
      bytes("28b52ffd240001000099e9d851")
    case .lz4:
      bytes("04224d186440a700000000055dcc02")
    }
  }

  private static func bytes(_ digits: String) -> [UInt8] {
    let digits = Array(digits)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0..<$0 + 2]), radix: 16)
    }
  }
}
