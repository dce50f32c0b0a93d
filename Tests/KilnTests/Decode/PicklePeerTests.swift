import Testing

@testable import Kiln

@Suite("Pickles that Python has written", .timeLimit(.minutes(20))) struct PicklePeerTests {
  @Test(
    "reads what NumPy writes: every protocol, type and order",
    .enabled(if: Python.has("numpy"), Python.missing))
  func numPy() throws {
    try withTemporaryDirectory { root in
      let made = try Python.run("import make_pickles, sys; make_pickles.main(sys.argv[1])", [root])
      try #require(made.status == 0, "\(made.output)")
      guard case .object(let files) = try JSON(parsing: try contents(of: root + "/expected.json"))
      else {
        Issue.record("expected an object")
        return
      }
      #expect(files.count > 250)
      for (name, fields) in files {
        guard case .object(let fields) = fields, case .text(let type)? = fields["type"],
          case .text(let values)? = fields["values"], case .array(let shape)? = fields["shape"],
          case .array(let labels)? = fields["labels"]
        else {
          Issue.record("\(name) is not described")
          continue
        }
        let packed = "\(root)/packed.pkl.gz"
        try write(gzip(try contents(of: "\(root)/\(name).pkl")), to: packed)
        for path in ["\(root)/\(name).pkl", packed] {
          let source = try openSource(SourceRequest(paths: [path]))
          let (pixels, found) = try readAll(source, split: 0, pieces: 128)
          #expect(source.dataset.schema.elementType.rawValue == type, "\(name)")
          #expect(source.dataset.schema.sampleShape.map(JSON.integer) == shape, "\(name)")
          #expect(pixels == bytes(hexadecimal: values), "\(name)")
          #expect(found.map { JSON.integer(Int($0)) } == labels, "\(name)")
        }
      }
      for name in try Path.entries(of: root).map(\.name) where name.hasPrefix("refused-") {
        let message = sentence { _ = try openSource(SourceRequest(paths: [root + "/" + name])) }
        #expect(
          message?.contains("element type") == true || message?.contains("is not data") == true,
          "\(name): \(message ?? "was read")")
      }
    }
  }

  private func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = text.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  @Test(
    "LISA's file gives the original images, in protocols 0 and 2",
    .enabled(if: Python.has("numpy"), Python.missing),
    .enabled(
      if: Path.kind(of: Repository.testData + "/mnist") == .directory,
      "needs MNIST in KILN_TEST_DATA"), arguments: [0, 2])
  func realLISA(version: Int) throws {
    try withTemporaryDirectory { root in
      let made = try Python.run(
        "import make_lisa; make_lisa.main()",
        [
          Repository.testData + "/mnist", root + "/mnist.pkl.gz", "--protocol", "\(version)",
          "--limit", "300",
        ])
      try #require(made.status == 0, "\(made.output)")
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: [root + "/mnist.pkl.gz"]),
          steps: [try Pipeline.Step(.scale, "256"), try Pipeline.Step(.dtype, "u8")],
          outputs: [try Pipeline.Output(.npy, at: root + "/npy")])
      ).run()
      let original = try openSource(SourceRequest(paths: [Repository.testData + "/mnist"]))
      let pool = WorkerPool(workerCount: 1)
      defer { pool.drain() }
      for (split, from) in [("train", 0), ("test", 1)] {
        let reader = try original.reader(ofSplit: from, background: Background(pool: pool))
        let (pixels, labels) = try reader.read(300).decode()
        let images = try contents(of: root + "/npy/\(split)-images.npy")
        #expect(Array(images.suffix(pixels.count)) == pixels)
        let stored = try contents(of: root + "/npy/\(split)-labels.npy")
        #expect(Array(stored.suffix(300 * 8)) == labels.flatMap(littleEndianBytes))
      }
    }
  }
}
