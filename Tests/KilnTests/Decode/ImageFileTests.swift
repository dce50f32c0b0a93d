import Foundation
import Testing

@testable import Kiln

@Suite("image files") struct ImageFileTests {
  /// Small files that Pillow wrote.
  private enum Golden {
    static let palette =
      "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAgMAAADgGo6JAAAACVBMVEX/AAAA/wAAAP8tSs2KAAAADElEQVR4nGOQYJgA"
      + "AADcAKls58AjAAAAAElFTkSuQmCC"
    static let oneBit =
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAABAQAAAAAkubnQAAAAC0lEQVR4nGOM0AAAAN4Agr1HMRQAAAAASUVORK5CYII="
    static let greyAlpha =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGNkZGFgAAAAGgAHw0L10AAAAABJRU5ErkJg"
      + "gg=="
    static let colourAlpha =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGNkZGJmYWBgYAAAAE4ADNAxgEUAAAAASUVO"
      + "RK5CYII="
    static let progressive =
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYG"
      + "CAsICQoKCgoKBggLDAsKDAkKCgr/wgALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACAD/2gAIAQEAAAABN6Ak"
      + "B//EABUQAQEAAAAAAAAAAAAAAAAAAAYA/9oACAEBAAEFAjZuNm42bjZu/8QAFhAAAwAAAAAAAAAAAAAAAAAAAAIi/9oA"
      + "CAEBAAY/AlgWBYFg/8QAFRABAQAAAAAAAAAAAAAAAAAAAPH/2gAIAQEAAT8hmpqamv/aAAgBAQAAABAP/8QAFRABAQAA"
      + "AAAAAAAAAAAAAAAAAKH/2gAIAQEAAT8QgkEgkE//2Q=="
    static let fourInks =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwBQNzxGPDJQRkFGWlVQX3jIgnhubnj1r7mRyP//////////////////////////"
      + "/////////////////////////8AAFAgAAgACBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYH"
      + "CAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBka"
      + "JSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo"
      + "qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwC7V2rl"
      + "XK//2Q=="

    static func bytes(_ text: String) throws -> [UInt8] {
      [UInt8](try #require(Data(base64Encoded: text)))
    }
  }

  @Test("expands a PNG palette to colour") func palette() throws {
    let image = try decodePNG(Golden.bytes(Golden.palette))
    #expect(image.shape == (try ImageShape(height: 2, width: 3, channels: 3, bitDepth: 8)))
    let red: [UInt8] = [255, 0, 0]
    let green: [UInt8] = [0, 255, 0]
    let blue: [UInt8] = [0, 0, 255]
    #expect(image.pixels == red + green + blue + blue + green + red)
  }

  @Test("expands single bits to 0 and 255") func oneBit() throws {
    let image = try decodePNG(Golden.bytes(Golden.oneBit))
    #expect(image.pixels == [0, 255, 0, 255, 255, 0, 0, 0, 255])
  }

  @Test(
    "refuses transparency", arguments: [Golden.greyAlpha, Golden.colourAlpha])
  func transparency(text: String) throws {
    let file = try Golden.bytes(text)
    #expect(throws: ImageError.transparent) {
      try decodePNG(file)
    }
  }

  @Test("reads a progressive JPEG") func progressive() throws {
    let image = try decodeJPEG(Golden.bytes(Golden.progressive))
    #expect(image.shape == (try ImageShape(height: 16, width: 16, channels: 1, bitDepth: 8)))
    let expected = (0..<256).map { $0 % 16 * 8 + $0 / 16 * 8 }
    #expect(zip(expected, image.pixels).allSatisfy { abs($0 - Int($1)) <= 4 })
  }

  @Test("refuses a JPEG of four inks") func fourInks() throws {
    let file = try Golden.bytes(Golden.fourInks)
    #expect(throws: ImageError.fourInks) {
      try decodeJPEG(file)
    }
  }

  @Test("refuses a header that promises too much before reserving memory")
  func enormous() throws {
    let shape = try ImageShape(height: 1, width: 1, channels: 1, bitDepth: 8)
    var file = try encodePNG([0], shape, .small)
    file.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xDC, 0, 0, 0xFF, 0xDC])
    let checksum = slowCRC32(file[12..<29])
    file.replaceSubrange(
      29..<33, with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) })
    #expect(
      throws: ImageError.tooManyBytes(found: 65_500 * 65_500, limit: ImageShape.maxByteCount)
    ) {
      try decodePNG(file)
    }
  }

  @Test("refuses a PNG cut at any length", arguments: PNGLevel.allCases)
  func truncatedPNG(level: PNGLevel) throws {
    let shape = try ImageShape(height: 9, width: 11, channels: 3, bitDepth: 16)
    let file = try encodePNG(Picture.strokes.pixels(shape), shape, level)
    for count in 0..<file.count {
      #expect(throws: ImageError.self, "\(count) bytes") {
        try decodePNG(file.prefix(count))
      }
    }
  }

  @Test("refuses a JPEG cut at any length")
  func truncatedJPEG() throws {
    let shape = try ImageShape(height: 9, width: 11, channels: 3, bitDepth: 8)
    let file = try encodeJPEG(Picture.noise.pixels(shape), shape)
    for count in 0..<file.count {
      #expect(throws: ImageError.self, "\(count) bytes") {
        try decodeJPEG(file.prefix(count))
      }
    }
  }

  @Test("survives a PNG with any byte changed", arguments: PNGLevel.allCases)
  func corruptedPNG(level: PNGLevel) throws {
    let shape = try ImageShape(height: 9, width: 11, channels: 1, bitDepth: 8)
    let file = try encodePNG(Picture.strokes.pixels(shape), shape, level)
    for offset in file.indices {
      var broken = file
      broken[offset] ^= 0x11
      // IEND's checksum is not needed to know where the file ends, so libpng may forgive it.
      if let image = try? decodePNG(broken) {
        #expect(image.pixels == Picture.strokes.pixels(shape), "byte \(offset)")
      }
    }
  }

  @Test("survives a JPEG with any byte changed", arguments: [0x01, 0x80, 0xFF] as [UInt8])
  func corruptedJPEG(mask: UInt8) throws {
    for file in [
      try Golden.bytes(Golden.progressive),
      try encodeJPEG(
        Picture.noise.pixels(ImageShape(height: 9, width: 11, channels: 3, bitDepth: 8)),
        ImageShape(height: 9, width: 11, channels: 3, bitDepth: 8)),
    ] {
      for offset in file.indices {
        var broken = file
        broken[offset] ^= mask
        if let image = try? decodeJPEG(broken) {
          #expect(image.pixels.count == image.shape.byteCount)
        }
      }
    }
  }

  @Test("survives random bytes, also behind a true beginning")
  func randomBytes() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("image files: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let shape = try ImageShape(height: 9, width: 11, channels: 1, bitDepth: 8)
    let png = try encodePNG(Picture.strokes.pixels(shape), shape, .small)
    let jpeg = try encodeJPEG(Picture.strokes.pixels(shape), shape)
    for _ in 0..<500 {
      let noise = generator.bytes(Int.random(in: 0...300, using: &generator))
      let pngStart = png.prefix(Int.random(in: 0...png.count, using: &generator))
      let jpegStart = jpeg.prefix(Int.random(in: 0...jpeg.count, using: &generator))
      // Throwing is right, and so is an image when the beginning was the whole file.
      _ = try? decodePNG(noise)
      _ = try? decodeJPEG(noise)
      _ = try? decodePNG(pngStart + noise)
      _ = try? decodeJPEG(jpegStart + noise)
    }
  }

  @Test("says in one sentence what is wrong")
  func wording() {
    let error = #expect(throws: ImageError.self) {
      try decodePNG([1, 2, 3])
    }
    #expect(error?.description == "cannot read PNG image: file ends too early")
  }
}
