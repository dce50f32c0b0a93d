import Testing

@testable import Kiln

@Suite("Images that differ") struct ImageRulesTests {
  private func image(
    _ width: Int, _ height: Int, _ channels: Int = 1, bitDepth: Int = 8, seed: UInt64 = 5
  ) throws -> DecodedImage {
    let shape = try ImageShape(
      height: height, width: width, channels: channels, bitDepth: bitDepth)
    var generator = SeededGenerator(seed: seed)
    return DecodedImage(shape: shape, pixels: generator.bytes(shape.byteCount))
  }

  private func values(_ image: DecodedImage) -> [Int] {
    image.shape.bitDepth == 8
      ? image.pixels.map(Int.init)
      : withElements(of: image.pixels, as: UInt16.self) { words in
        words.indices.map { Int(words[$0]) }
      }
  }

  /// What an area filter is, pixel by pixel.
  private func slowlyResized(_ image: DecodedImage, _ width: Int, _ height: Int) -> [Int] {
    let (old, all) = (image.shape, values(image))
    var result: [Int] = []
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<old.channels {
          var sum = 0.0
          for y in 0..<old.height {
            for x in 0..<old.width {
              let high = overlap(row, height, y, old.height)
              let wide = overlap(column, width, x, old.width)
              sum += high * wide * Double(all[(y * old.width + x) * old.channels + channel])
            }
          }
          // A little more than a half, so that halves are rounded up whatever was lost.
          result.append(Int((sum + 0.500001).rounded(.down)))
        }
      }
    }
    return result
  }

  /// The part of new pixel `one` of `new` that lies in old pixel `two` of `old`.
  private func overlap(_ one: Int, _ new: Int, _ two: Int, _ old: Int) -> Double {
    let (start, end) = (Double(one) / Double(new), Double(one + 1) / Double(new))
    let (left, right) = (Double(two) / Double(old), Double(two + 1) / Double(old))
    return max(0, min(end, right) - max(start, left)) * Double(new)
  }

  @Test(
    "resizes by averaging areas",
    arguments: [(28, 28), (7, 14), (9, 5), (60, 31), (1, 1)], [(1, 8), (3, 8), (1, 16), (3, 16)])
  func resize(size: (Int, Int), kind: (Int, Int)) throws {
    let image = try image(28, 28, kind.0, bitDepth: kind.1)
    let resized = try ImageFit.resize(height: size.1, width: size.0).apply(to: image)
    #expect((resized.shape.width, resized.shape.height) == size)
    #expect(values(resized) == slowlyResized(image, size.0, size.1))
  }

  @Test("centres on black")
  func pad() throws {
    let shape = try ImageShape(height: 1, width: 2, channels: 3, bitDepth: 8)
    let image = DecodedImage(shape: shape, pixels: [1, 2, 3, 4, 5, 6])
    let padded = try ImageFit.pad(height: 2, width: 5).apply(to: image)
    let empty = [UInt8](repeating: 0, count: 15)
    #expect(padded.pixels == [0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0] + empty)
  }

  @Test("makes grey of colour as Pillow does, and colour of grey by repeating it")
  func color() throws {
    let shape = try ImageShape(height: 1, width: 2, channels: 3, bitDepth: 8)
    let image = DecodedImage(shape: shape, pixels: [255, 0, 0, 10, 200, 30])
    #expect(ColorRule.grey.apply(to: image).pixels == [76, 124])
    #expect(ColorRule.rgb.apply(to: image) == image)
    let grey = try self.image(3, 2, bitDepth: 16)
    let colour = ColorRule.rgb.apply(to: grey)
    #expect(values(colour) == values(grey).flatMap { [$0, $0, $0] })
    #expect(ColorRule.grey.apply(to: colour) == grey)
  }

  @Test("treats transparency as asked", arguments: AlphaRule.allCases)
  func alpha(rule: AlphaRule) throws {
    let pixels: [UInt8] = [100, 255, 100, 0, 100, 128]
    let expected: [UInt8]? =
      switch rule {
      case .refuse: nil
      case .drop: [100, 100, 100]
      case .black: [100, 0, 50]
      case .white: [100, 255, 177]
      }
    guard let expected else {
      #expect(throws: ImageError.transparent) { try rule.apply(to: pixels, 2, 8) }
      #expect(try rule.apply(to: [1, 2, 3, 255], 4, 8) == [1, 2, 3])
      return
    }
    #expect(try rule.apply(to: pixels, 2, 8) == expected)
  }

  @Test("reads the shape without the pixels", arguments: [0, 2, 3, 4, 6] as [UInt8])
  func shapes(colorType: UInt8) throws {
    var sample = PNGSample.noise(5, 4, colorType: colorType)
    if colorType == 3 {
      sample.rows = sample.rows.map { $0 & 1 }
      sample.before = [("PLTE", [1, 2, 3, 4, 5, 6])]
    }
    let file = sample.bytes
    #expect(
      try DecodedImage.shape(of: file.span)
        == DecodedImage(
          parsing: file.span, alpha: .drop
        ).shape)
  }

  @Test("takes a palette of greys for a grey picture")
  func greyPalette() throws {
    var sample = PNGSample.noise(4, 1, colorType: 3)
    sample.rows = [0, 1, 1, 0]
    sample.before = [("PLTE", [7, 7, 7, 200, 200, 200])]
    let image = try decodePNG(sample.bytes)
    #expect(image.shape.channels == 1)
    #expect(image.pixels == [7, 200, 200, 7])
  }
}

@Suite("Images that Pillow writes", .enabled(if: Python.has("PIL", "numpy"), Python.missing))
struct PillowImageTests {
  @Test("gives the pixels that Pillow gives, by the declared rules")
  func variants() throws {
    try withTemporaryDirectory { root in
      let program = """
        import sys, numpy as np
        from PIL import Image
        root = sys.argv[1]
        r = np.random.default_rng(7)
        grey = r.integers(0, 256, (13, 17), dtype=np.uint8)
        colour = r.integers(0, 256, (13, 17, 3), dtype=np.uint8)
        deep = r.integers(0, 65536, (13, 17), dtype=np.uint16)
        smooth = np.add.outer(np.arange(13) * 9, np.arange(17) * 7).astype(np.uint8)
        def save(name, image, expected, **options):
            image.save(f"{root}/{name}.png", **options)
            open(f"{root}/{name}.raw", "wb").write(np.ascontiguousarray(expected).tobytes())
        save("grey", Image.fromarray(grey), grey)
        save("smooth", Image.fromarray(smooth), smooth, optimize=True)
        save("stored", Image.fromarray(grey), grey, compress_level=0)
        save("colour", Image.fromarray(colour), colour)
        save("deep", Image.fromarray(deep), deep)
        bits = Image.fromarray(grey).convert("1")
        save("bits", bits, np.asarray(bits.convert("L")))
        for count in (2, 4, 16, 200):
            palette = Image.fromarray(colour).quantize(count)
            save(f"palette{count}", palette, np.asarray(palette.convert("RGB")))
        opaque = Image.fromarray(colour).convert("RGBA")
        save("opaque", opaque, colour)
        both = Image.fromarray(grey).convert("LA")
        save("greyalpha", both, grey)
        """
      let run = try Python.run(program, [root])
      #expect(run.status == 0, "\(run.output)")
      for name in try names(in: root) where name.hasSuffix(".png") {
        let file = try contents(of: root + "/" + name)
        let expected = try contents(of: root + "/" + name.replacing(".png", with: ".raw"))
        #expect(try DecodedImage(parsing: file.span).pixels == expected, "\(name)")
      }
    }
  }

  @Test("reads folders that Pillow and plain names make")
  func folder() throws {
    try withTemporaryDirectory { root in
      let program = """
        import sys, os, numpy as np
        from PIL import Image
        for split in ("train", "test"):
            for label in ("cat", "dog"):
                os.makedirs(f"{sys.argv[1]}/{split}/{label}")
                for i in range(12):
                    Image.fromarray(np.full((4, 6), i, np.uint8)).save(
                        f"{sys.argv[1]}/{split}/{label}/{i}.png")
        """
      let run = try Python.run(program, [root])
      #expect(run.status == 0, "\(run.output)")
      let source = try SourceFormat.open(SourceRequest(paths: [root])).source
      let (pixels, labels) = try readAll(source, split: 1)
      #expect(labels == Array(repeating: 0, count: 12) + Array(repeating: 1, count: 12))
      let expected = (0..<24).flatMap { [UInt8](repeating: UInt8($0 % 12), count: 24) }
      #expect(pixels == expected)
    }
  }
}
