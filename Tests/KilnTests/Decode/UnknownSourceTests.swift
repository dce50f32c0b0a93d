import Testing

@testable import Kiln

@Suite("Sources that no format knows") struct UnknownSourceTests {
  @Test(
    "says what an archive holds that cannot be read there",
    arguments: [
      (["mnist.npz"], "holds mnist.npz, which is not read inside of an archive (unpack it)"),
      (
        ["a/x.idx", "b/x.idx"],
        "holds no data set by itself (if one lies in a, b, unpack it and name that directory)"
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
}
