@testable import Kiln

/// SplitMix64, so that a printed seed brings a failure back.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: next()) }
    return bytes
  }
}

/// What a test image shows.
enum Picture: String, CaseIterable {
  case black, noise, gradient, strokes

  /// Pixels of one image; the same for the same shape.
  func pixels(_ shape: ImageShape) -> [UInt8] {
    var generator = SeededGenerator(seed: 11)
    switch self {
    case .black: return [UInt8](repeating: 0, count: shape.byteCount)
    case .noise: return generator.bytes(shape.byteCount)
    case .gradient:
      let span = shape.height + shape.width
      return pixels(shape) { row, column in UInt8((row + column) * 255 / span) }
    case .strokes:
      return pixels(shape) { row, column in
        let distance = abs(row - column)
        return distance < 3 ? UInt8(255 - distance * 80 - Int(generator.next() % 16)) : 0
      }
    }
  }

  private func pixels(_ shape: ImageShape, _ sample: (Int, Int) -> UInt8) -> [UInt8] {
    var pixels: [UInt8] = []
    let sampleByteCount = shape.rowByteCount / shape.width
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        pixels += [UInt8](repeating: sample(row, column), count: sampleByteCount)
      }
    }
    return pixels
  }
}

/// CRC-32 bit by bit: the oracle for the library's.
func slowCRC32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var checksum: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    checksum ^= UInt32(byte)
    for _ in 0..<8 { checksum = (checksum >> 1) ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~checksum
}

func encodePNG(
  _ pixels: [UInt8], _ shape: ImageShape, _ level: PNGLevel, sampling sample: [UInt8]? = nil
) throws -> [UInt8] {
  let encoder = try pngEncoder(shape, level, sampling: sample ?? pixels)
  return try makeBytes(capacity: encoder.maxEncodedByteCount) {
    try encoder.encode(pixels.span, into: &$0)
  }
}

func pngEncoder(
  _ shape: ImageShape, _ level: PNGLevel, sampling sample: [UInt8]
) throws -> PNGEncoder {
  switch level {
  case .small: try PNGEncoder(shape: shape, compression: .small)
  case .fast:
    try PNGEncoder(
      shape: shape, compression: .fast(PNGHuffmanTables(sampling: sample.span, shape: shape)))
  }
}

func encodeJPEG(
  _ pixels: [UInt8], _ shape: ImageShape, quality: Int = JPEGEncoder.defaultQuality
) throws -> [UInt8] {
  let encoder = try JPEGEncoder(shape: shape, quality: quality)
  return try makeBytes(capacity: encoder.maxEncodedByteCount) {
    try encoder.encode(pixels.span, into: &$0)
  }
}

func decodePNG(_ file: some Collection<UInt8>) throws -> DecodedImage {
  let bytes = Array(file)
  return try DecodedImage(parsingPNG: bytes.span)
}

func decodeJPEG(_ file: some Collection<UInt8>) throws -> DecodedImage {
  let bytes = Array(file)
  return try DecodedImage(parsingJPEG: bytes.span)
}
