import Testing

@testable import Kiln

@Suite("Plain PNG files") struct PNGReaderTests {
  /// What the reader makes of a file; nil where it leaves it to libpng.
  private func read(_ file: [UInt8], _ shape: ImageShape) -> [UInt8]? {
    let reader = PNGReader()
    var isRead = false
    let pixels = makeBytes(capacity: shape.byteCount) { output in
      isRead = reader.append(file.span, of: shape, to: &output)
    }
    #expect(pixels.count == (isRead ? shape.byteCount : 0))
    return isRead ? pixels : nil
  }

  private func shape(_ sample: PNGSample) throws -> ImageShape {
    try ImageShape(
      height: sample.height, width: sample.width, channels: sample.colorType == 2 ? 3 : 1,
      bitDepth: 8)
  }

  @Test(
    "reads every filter as libpng does",
    arguments: [[0], [1], [2], [3], [4], [4, 3, 2, 1, 0]] as [[UInt8]], [0, 2] as [UInt8])
  func filters(filters: [UInt8], colorType: UInt8) throws {
    for (width, height) in [(1, 1), (1, 5), (28, 28), (5, 1), (33, 7)] {
      var sample = PNGSample.noise(width, height, colorType: colorType)
      sample.filters = filters
      let pixels = read(sample.bytes, try shape(sample))
      #expect(pixels == sample.rows)
      #expect(try decodePNG(sample.bytes).pixels == sample.rows)
    }
  }

  @Test(
    "joins IDAT chunks and passes by those that need not be understood", arguments: [1, 7, 100])
  func chunks(dataByteCount: Int) throws {
    var sample = PNGSample.noise(28, 28)
    sample.dataByteCount = dataByteCount
    sample.before = [("tEXt", Array("a\0b".utf8)), ("pHYs", [0, 0, 0, 1, 0, 0, 0, 1, 0])]
    #expect(read(sample.bytes, try shape(sample)) == sample.rows)
    // What follows the end is nobody's.
    #expect(read(sample.bytes + [1, 2, 3], try shape(sample)) == sample.rows)
  }

  @Test("reads what Kiln and OpenCV write", arguments: PNGLevel.allCases)
  func kiln(level: PNGLevel) throws {
    let shape = try ImageShape(height: 28, width: 28, channels: 1, bitDepth: 8)
    for picture in Picture.allCases {
      let file = try encodePNG(picture.pixels(shape), shape, level)
      #expect(read(file, shape) == picture.pixels(shape))
    }
  }

  @Test("leaves what is unusual to libpng")
  func unusual() throws {
    let grey = try ImageShape(height: 4, width: 4, channels: 1, bitDepth: 8)
    let colour = try ImageShape(height: 4, width: 4, channels: 3, bitDepth: 8)
    var transparent = PNGSample.noise(4, 4)
    transparent.before = [("tRNS", [0, 1])]
    #expect(read(transparent.bytes, grey) == nil)
    var strange = PNGSample.noise(4, 4)
    strange.before = [("XYZa", [])]
    #expect(read(strange.bytes, grey) == nil)
    for (depth, type) in [(16, 0), (4, 0), (8, 4), (8, 6)] as [(UInt8, UInt8)] {
      #expect(read(PNGSample.noise(4, 4, depth: depth, colorType: type).bytes, grey) == nil)
    }
    #expect(read(PNGSample.noise(4, 4).bytes, colour) == nil)
    #expect(read(PNGSample.noise(4, 5).bytes, grey) == nil)
    var long = PNGSample.noise(4, 4)
    long.filters = [5]
    #expect(read(long.bytes, grey) == nil)
  }

  @Test("takes nothing that libpng refuses, whatever is cut off or changed", arguments: [0, 2])
  func damaged(colorType: Int) throws {
    var sample = PNGSample.noise(9, 7, colorType: UInt8(colorType))
    sample.filters = [4, 1]
    sample.dataByteCount = 60
    let (file, shape) = (sample.bytes, try shape(sample))
    for count in file.indices { #expect(read(Array(file[..<count]), shape) == nil) }
    for offset in file.indices {
      for mask in [0x01, 0x20, 0x80] as [UInt8] {
        var broken = file
        broken[offset] ^= mask
        guard let pixels = read(broken, shape) else { continue }
        #expect(pixels == (try? decodePNG(broken).pixels), "byte \(offset), \(mask)")
      }
    }
  }

  @Test("refuses pixels that do not match their checksum, by either reader")
  func checksum() throws {
    var sample = PNGSample.noise(9, 7)
    sample.damage = { stream in
      var stream = stream
      stream[stream.count - 1] ^= 1
      return stream
    }
    #expect(read(sample.bytes, try shape(sample)) == nil)
    #expect(
      throws: ImageError.unreadable(.png, reason: "IDAT: incorrect data check")
    ) { try decodePNG(sample.bytes) }
  }

  @Test("survives deflate data with any byte changed behind true checksums of its chunks")
  func deflate() throws {
    var sample = PNGSample.noise(9, 7)
    sample.rows = sample.rows.map { $0 & 3 }
    let shape = try shape(sample)
    for offset in 0..<PNGSample.zlib(sample.rows).count {
      sample.damage = { stream in
        var stream = stream
        if offset < stream.count { stream[offset] ^= 0x15 }
        return stream
      }
      let file = sample.bytes
      guard let pixels = read(file, shape) else { continue }
      #expect(pixels == (try? decodePNG(file).pixels), "byte \(offset)")
    }
  }

  @Test("survives random bytes in the place of deflate data")
  func randomBytes() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("plain PNG: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let shape = try ImageShape(height: 28, width: 28, channels: 1, bitDepth: 8)
    for _ in 0..<500 {
      var sample = PNGSample.noise(28, 28)
      let noise = generator.bytes(Int.random(in: 1...400, using: &generator))
      sample.damage = { stream in Array(stream.prefix(2)) + noise }
      #expect(read(sample.bytes, shape) == nil)
    }
  }
}
