import Testing

@testable import Kiln

@Suite("LIBSVM source", .timeLimit(.minutes(20))) struct LIBSVMTests {
  private func read(
    _ text: String, _ settings: [String: String] = [:], pieces: Int = 2
  ) throws -> (dataset: Dataset, pixels: [UInt8], labels: [Int64]) {
    try withTemporaryDirectory { root in
      try write(Array(text.utf8), to: root + "/digits")
      let source = try openSource(SourceRequest(paths: [root + "/digits"], settings: settings))
      let (pixels, labels) = try readAll(source, split: 0, pieces: pieces)
      return (source.dataset, pixels, labels)
    }
  }

  private func failure(_ text: String, _ settings: [String: String] = [:]) -> String? {
    sentence { _ = try read(text, settings) }
  }

  @Test("fills up what is left out", arguments: [1, 2, 3])
  func zeros(pieces: Int) throws {
    let text = "7 1:1 4:255 \n-1\t2:3  # a note\r\n+9 4:5\n2\n\n"
    let result = try read(text, pieces: pieces)
    #expect(result.dataset.splits == [Split(name: "train", count: 4)])
    #expect(result.dataset.schema.elementType == .uint8)
    #expect(result.dataset.schema.sampleShape == [2, 2])
    #expect(result.pixels == [1, 0, 0, 255, 0, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0])
    #expect(result.labels == [7, -1, 9, 2])
    #expect(result.dataset.schema.labels?.range == -1...9)
    #expect(try read(text, ["shape": "1x6"]).dataset.schema.sampleShape == [1, 6])
  }

  @Test("reads fractions as 32-bit numbers")
  func floats() throws {
    let result = try read("1 1:-1 2:0.5\n2 4:-0.25\n")
    #expect(result.dataset.schema.elementType == .float32)
    let values = withElements(of: result.pixels, as: Float.self) { span in
      span.indices.map { span[$0] }
    }
    #expect(values == [-1, 0.5, 0, 0, 0, 0, 0, -0.25])
  }

  @Test("finds splits by the names that LIBSVM's authors give")
  func splits() throws {
    try withTemporaryDirectory { root in
      for name in ["digits", "digits.t", "digits.val"] {
        try write(Array("1 4:2\n".utf8), to: root + "/" + name)
      }
      let source = try openSource(SourceRequest(paths: [root]))
      #expect(source.dataset.splits.map(\.name) == ["train", "val", "test"])
    }
  }

  @Test(
    "names the line of what is wrong",
    arguments: [
      ("1 4:2\nx 1:1\n", "line 2: 'x' is no whole number, expected a label"),
      ("1 4:2\n1,2 1:1\n", "line 2: '1,2' is no whole number, expected a label"),
      ("1 4:2\n1 1:x\n", "line 2: '1:x' is not INDEX:VALUE"),
      ("1 4:2\n1 1\n", "line 2: '1' is not INDEX:VALUE"),
      ("1 4:2\n1 :1\n", "line 2: ':1' is not INDEX:VALUE"),
      ("1 4:2\n1 3:\n", "line 2: '3:' is not INDEX:VALUE"),
      ("1 4:2\n1 0:1\n", "line 2: index 0, expected indices from 1"),
      ("1 4:2\n1 3:1 3:1\n", "line 2: index 3 after 3, expected ascending indices"),
      ("1 4:2\n1 2000000:1\n", "line 2: index 2000000, expected at most 1048576"),
      ("1 4:2\n1 99999999999:1\n", "line 2: '99999999999:1' is not INDEX:VALUE"),
      ("1 4:2\n\n1 3:1\n", "line 2 is empty, but rows follow it (remove it)"),
    ])
  func faults(text: String, line: String) {
    #expect(failure(text) == "decode digits: " + line)
  }

  @Test("refuses a shape that is too small")
  func shape() {
    #expect(
      failure("1 7:2\n", ["shape": "2x3"])
        == "decode digits: has values of index 7, which are no sample of 2x3 (see --source-shape)")
  }

  @Test("never crashes on damaged text", arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var bytes = Array("1 1:0.5 4:1e3\n-2 2:3 # x\n3 1:1\n".utf8)
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
        seed % 2 == 0
        ? generator.bytes(1)[0] : Array(": \n#e-+09.".utf8).randomElement(using: &generator) ?? 0
    }
    _ = failure(String(decoding: bytes, as: UTF8.self))
  }
}
