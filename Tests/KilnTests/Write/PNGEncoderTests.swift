import Testing

@testable import Kiln

@Suite("PNG encoder") struct PNGEncoderTests {
  static let sizes = [(1, 1), (17, 1), (1, 40), (28, 28), (9, 127), (9, 128), (9, 129), (301, 300)]
  static let samples = [(1, 8), (1, 16), (3, 8), (3, 16)]

  @Test(
    "gives back the pixels of every shape, depth and picture", arguments: PNGLevel.allCases, sizes)
  func roundTrip(level: PNGLevel, size: (Int, Int)) throws {
    for (channels, bitDepth) in Self.samples {
      let shape = try ImageShape(
        height: size.0, width: size.1, channels: channels, bitDepth: bitDepth)
      for picture in Picture.allCases {
        let pixels = picture.pixels(shape)
        let file = try encodePNG(pixels, shape, level)
        let image = try decodePNG(file)
        #expect(image == DecodedImage(shape: shape, pixels: pixels), "\(picture) \(shape)")
      }
    }
  }

  @Test("writes any image with codes made for another", arguments: Picture.allCases)
  func foreignTables(sample: Picture) throws {
    let shape = try ImageShape(height: 28, width: 28, channels: 1, bitDepth: 8)
    for picture in Picture.allCases {
      let pixels = picture.pixels(shape)
      let file = try encodePNG(pixels, shape, .fast, sampling: sample.pixels(shape))
      #expect(try decodePNG(file).pixels == pixels)
    }
  }

  @Test("writes images with codes made from none")
  func noSample() throws {
    let shape = try ImageShape(height: 28, width: 28, channels: 1, bitDepth: 8)
    let pixels = Picture.strokes.pixels(shape)
    let file = try encodePNG(pixels, shape, .fast, sampling: [])
    #expect(try decodePNG(file).pixels == pixels)
  }

  @Test("gives the same bytes reused as fresh, at any place", arguments: PNGLevel.allCases)
  func reuse(level: PNGLevel) throws {
    let shape = try ImageShape(height: 28, width: 28, channels: 1, bitDepth: 8)
    let sample = Picture.strokes.pixels(shape)
    let encoder = try pngEncoder(shape, level, sampling: sample)
    let pictures = Picture.allCases + Picture.allCases.reversed()
    let reused = try makeBytes(capacity: pictures.count * encoder.maxEncodedByteCount) { output in
      for picture in pictures { try encoder.encode(picture.pixels(shape).span, into: &output) }
    }
    let fresh = try pictures.flatMap {
      try encodePNG($0.pixels(shape), shape, level, sampling: sample)
    }
    #expect(reused == fresh)
  }

  @Test("stores noise instead of blowing it up", arguments: PNGLevel.allCases)
  func noise(level: PNGLevel) throws {
    let shape = try ImageShape(height: 300, width: 400, channels: 3, bitDepth: 8)
    let black = Picture.black.pixels(shape)
    let file = try encodePNG(Picture.noise.pixels(shape), shape, level, sampling: black)
    #expect(file.count < shape.byteCount + shape.byteCount / 500)
  }

  @Test("ends each chunk with its checksum", arguments: PNGLevel.allCases)
  func checksums(level: PNGLevel) throws {
    let shape = try ImageShape(height: 28, width: 28, channels: 1, bitDepth: 8)
    let file = try encodePNG(Picture.strokes.pixels(shape), shape, level)
    var offset = 8
    var types: [String] = []
    while offset < file.count {
      let count = Int(bigEndian(file, at: offset))
      let body = file[offset + 4..<offset + 8 + count]
      types.append(String(decoding: body.prefix(4), as: UTF8.self))
      #expect(bigEndian(file, at: offset + 8 + count) == slowCRC32(body))
      offset += 12 + count
    }
    #expect(types == ["IHDR", "IDAT", "IEND"])
  }

  private func bigEndian(_ file: [UInt8], at offset: Int) -> UInt32 {
    file[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
