import Testing

@testable import Kiln

@Suite("Sources that no format knows") struct UnknownSourceTests {
  @Test(
    "says what an archive holds that cannot be read there",
    arguments: [
      (["mnist.npz"], "holds mnist.npz, which is not read inside of an archive (unpack it)"),
      (
        ["a/x.idx", "b/x.idx"],
        "holds no data set, only directories such as a, b (if one of them is meant, unpack the archive"
          + " and name it)"
      ),
      (
        ["shards.tar.gz", "a"],
        "holds shards.tar.gz, which is not read inside of an archive (unpack it)"
      ),
      (["a.notes"], "holds no format that Kiln knows (kiln formats lists them)"),
    ])
  func archive(names: [String], reason: String) throws {
    try withTemporaryDirectory { root in
      let file = root + "/x.zip"
      try write(ZIPSample(names.map { .init($0, [1, 2, 3]) }).bytes, to: file)
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [file])) } == "decode \(file): \(reason)"
      )
      try write(gzip([1, 2, 3]), to: root + "/mnist.npz.gz")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root + "/mnist.npz.gz"])) }
          == "decode mnist.npz.gz: is read in place and cannot be packed (unpack it first)")
    }
  }

  @Test("says which image it cannot read where there are no others", arguments: ["", "cat/"])
  func foreignImages(directory: String) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/cat")
      try write([1], to: root + "/readme")
      for name in ["2.bmp", "1.webp"] { try write([0x42], to: "\(root)/\(directory)\(name)") }
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(directory)1.webp: is an image that Kiln cannot read"
          + " (make it a PNG or JPEG file)")
    }
  }

  @Test(
    "says which format a file or a directory has, where Kiln does not read that",
    arguments: [
      (
        "\u{89}HDF\r\n\u{1A}\n....",
        "HDF5, which Kiln does not read (save its arrays with numpy.savez)"
      ),
      ("PAR1....PAR1", "Parquet, which Kiln does not read"), ("ARROW1..", "Arrow, which"),
      ("@RELATION mnist\n", "ARFF, which Kiln does not read (save it as a CSV table)"),
      ("7z\u{BC}\u{AF}'\u{1C}..", "a 7z archive, which Kiln does not read (unpack it)"),
      ("Rar!\u{1A}\u{07}\u{01}", "a RAR archive, which Kiln does not read (unpack it)"),
    ])
  func foreignFormats(start: String, reason: String) throws {
    try withTemporaryDirectory { root in
      let bytes = start.unicodeScalars.map { UInt8($0.value) }
      try write(bytes, to: root + "/mnist.data")
      for path in [root, root + "/mnist.data"] {
        let message = sentence { _ = try openSource(SourceRequest(paths: [path])) }
        #expect(message?.hasPrefix("decode mnist.data: is \(reason)") == true)
      }
    }
  }
}
