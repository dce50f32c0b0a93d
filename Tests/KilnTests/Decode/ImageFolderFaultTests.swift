import Foundation
import Testing

@testable import Kiln

@Suite("Image folders that are not in order") struct ImageFolderFaultTests {
  private func message(
    _ files: [(String, [UInt8])], _ settings: [String: String] = [:]
  ) throws -> String? {
    try withTemporaryDirectory { root in
      for (path, bytes) in files {
        try makeDirectory(Path.directory(of: root + "/" + path))
        try write(bytes, to: root + "/" + path)
      }
      return sentence {
        let source = try SourceFormat.open(
          SourceRequest(paths: [root], settings: settings)
        ).source
        for split in source.dataset.splits.indices { _ = try readAll(source, split: split) }
      }.map { $0.replacing(root, with: "ROOT") }
    }
  }

  @Test("names both images where sizes differ")
  func sizes() throws {
    #expect(
      try message([("0/a.png", greyPNG(1)), ("1/b.png", greyPNG(1, width: 4))])
        == "decode 1/b.png: is 4x2 grey, expected 3x2 grey as in 0/a.png"
        + " (--resize 3x2 or --pad makes them alike)")
  }

  @Test("names all that makes images alike")
  func sizesAndKinds() throws {
    let colour = PNGSample.noise(4, 2, colorType: 2).bytes
    let images = [("0/a.png", greyPNG(1)), ("0/b.png", colour)]
    #expect(
      try message(images)
        == "decode 0/b.png: is 4x2 rgb, expected 3x2 grey as in 0/a.png"
        + " (--color grey or rgb, and --resize 3x2 or --pad make them alike)")
    #expect(try message(images, ["color": "rgb", "resize": "3x2"]) == nil)
  }

  @Test("names both images where one is grey and one is not")
  func kinds() throws {
    let colour = PNGSample.noise(3, 2, colorType: 2).bytes
    #expect(
      try message([("0/a.png", greyPNG(1)), ("0/b.png", colour)])
        == "decode 0/b.png: is 3x2 rgb, expected 3x2 grey as in 0/a.png"
        + " (--color grey or rgb makes them alike)")
    #expect(try message([("0/a.png", greyPNG(1)), ("0/b.png", colour)], ["color": "rgb"]) == nil)
    let deep = PNGSample.noise(3, 2, depth: 16).bytes
    #expect(
      try message([("0/a.png", greyPNG(1)), ("0/b.png", deep)])
        == "decode 0/b.png: is 3x2 grey of 16 bits, expected 3x2 grey as in 0/a.png"
        + " (convert one of them)")
  }

  @Test("names an image that is cut short, at any length")
  func truncated() throws {
    let image = greyPNG(200)
    for count in image.indices {
      let found = try message([("0/a.png", image), ("0/b.png", Array(image[..<count]))]) ?? ""
      #expect(found.hasPrefix("decode 0/b.png: "), "\(count) bytes: \(found)")
    }
  }

  @Test("names a link that leads nowhere by its path", arguments: ["", "cat/"])
  func brokenLink(directory: String) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/cat")
      try write(greyPNG(1), to: "\(root)/\(directory)a.png")
      try FileManager.default.createSymbolicLink(
        atPath: "\(root)/\(directory)b.png", withDestinationPath: "nowhere")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(directory)b.png: is no file (a link to one that is not there?)")
    }
  }

  @Test("takes a class that has images in another split only")
  func emptyClass() throws {
    let files = [
      ("train/0/a.png", greyPNG(1)), ("train/1/a.png", greyPNG(2)), ("test/0/a.png", greyPNG(3)),
    ]
    #expect(try message(files + [("test/1/notes.txt", [1])]) == nil)
    #expect(
      try message(files + [("test/2/notes.txt", [1])])
        == "decode ROOT: folder test/2 holds no PNG or JPEG file (fill it, or remove it)")
    // Recorded names keep the others from moving up.
    let recorded = ("classes.json", Array("[\"0\", \"1\", \"2\"]".utf8))
    #expect(try message(files + [("test/2/notes.txt", [1]), recorded]) == nil)
    #expect(try message(files + [("test/backup/notes.txt", [1]), recorded]) != nil)
  }

  @Test("names what else is wrong")
  func others() throws {
    #expect(
      try message([("0/a.png", greyPNG(1)), ("1/notes.txt", [1])])
        == "decode ROOT: folder 1 holds no PNG or JPEG file (fill it, or remove it)")
    #expect(
      try message([("0/a.png", greyPNG(1)), ("b.png", greyPNG(1))])
        == "decode ROOT: images lie at different depths: in the directory itself and in 0"
        + " (name one of them, or give a --pattern)")
    #expect(
      try message([("0/a.png", greyPNG(1)), ("0/b.gif", [1])])
        == "decode 0/b.gif: is an image that Kiln cannot read (make it a PNG or JPEG file)")
    #expect(
      try message([("0/a.png", [1, 2, 3])])
        == "decode 0/a.png: is no PNG or JPEG file, whatever its name says")
    #expect(
      try message([("0/a.png", greyPNG(1)), ("00/a.png", greyPNG(1))])
        == "decode ROOT: classes '0' and '00' are the same number")
    #expect(
      try message([("val/0/a.png", greyPNG(1)), ("valid/0/a.png", greyPNG(1))])
        == "decode ROOT: directories val and valid are the same split 'val'")
    #expect(
      try message([
        ("cats/train/a.png", greyPNG(1)), ("cats/test/a.png", greyPNG(1)),
        ("dogs/train/a.png", greyPNG(1)),
      ])
        == "decode ROOT: its folders seem to be label/split, as cats/test, expected split/label"
        + " (give a --pattern, such as '{class}/{split}/{index}.png')")
    #expect(
      try message([("train/a/x/1.png", greyPNG(1)), ("train/b/y/1.png", greyPNG(1))])?
        .hasPrefix("decode ROOT: images lie 3 levels deep, as in train/a/x;") == true)
    #expect(
      try message([("train/train/x/1.png", greyPNG(1)), ("train/test/x/1.png", greyPNG(1))]) == nil)
    #expect(
      try message([
        ("train/images/cat/1.png", greyPNG(1)), ("train/images/dog/1.png", greyPNG(1)),
      ]) == nil)
    #expect(
      try message([("a/b/c/d/a.png", greyPNG(1)), ("x/b/c/d/a.png", greyPNG(1))])
        == "decode ROOT: images lie 4 levels deep, as in a/b/c/d;"
        + " expected split/label/file, label/file or files (give a --pattern)")
    #expect(
      try message([("0/a.png", greyPNG(1)), ("classes.json", Array("[1]".utf8))])
        == "decode classes.json: expected a list of class names")
    for manifest in [
      "{\"format\":", "{\"format\": \"png\"}",
      """
      {"kiln": "1", "format": "png", "dtype": "u8", "shape": [1, 1], "splits": {},
       "options": {"template": "../{index}"}}
      """,
    ] {
      let found = try message([("0/a.png", greyPNG(1)), ("kiln.json", Array(manifest.utf8))]) ?? ""
      #expect(found.hasPrefix("decode kiln.json: "))
    }
  }

  @Test("refuses a picture that its file cannot hold before reserving memory for it")
  func hostile() throws {
    for (side, reason) in [
      (65_535, "image side is 65535 pixels long, the limit is 65500"),
      (65_500, "image has 4290250000 bytes of pixels, the limit is 268435456"),
      (15_000, "image of 15000 x 15000 pixels cannot lie in 68 bytes"),
    ] {
      let bytes =
        PNGReader.signature
        + PNGSample.chunk("IHDR", bigEndian([UInt32(side), UInt32(side)]) + [8, 0, 0, 0, 0])
        + PNGSample.chunk("IDAT", PNGSample.zlib([0])) + PNGSample.chunk("IEND", [])
      let found = try message([("0/a.png", bytes)])
      let expected = reason.replacing("68 bytes", with: "\(bytes.count) bytes")
      #expect(found == "decode 0/a.png: \(expected)")
    }
  }

  @Test("says which settings make no sense")
  func settings() throws {
    let image = [("0/a.png", greyPNG(1))]
    #expect(
      try message(image, ["resize": "28"])
        == "--resize takes a width and a height such as 28x28, not '28'")
    #expect(
      try message(image, ["resize": "2x2", "pad": "4x4"]) == "--resize and --pad exclude each other"
    )
    #expect(
      try message(image, ["pattern": "{index"])
        == "--pattern takes its braces in pairs, not '{index'")
    #expect(
      try message(image, ["pad": "2x2"])
        == "decode 0/a.png: image of 3x2 pixels is larger than the 2x2 that it is to be padded to")
  }
}
