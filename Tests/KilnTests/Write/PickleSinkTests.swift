import Testing

@testable import Kiln

@Suite("Pickle") struct PickleSinkTests {
  /// What is in a file, by one of the layouts and protocols.
  private func pickle(_ options: [String: String], at name: String = "a.pkl") throws -> [UInt8] {
    try withTemporaryDirectory { root in
      let source = TestSource(.uint8, [2, 1], counts: [3])
      try source.run([try Pipeline.Output(.pickle, at: root + "/" + name, options: options)])
      return try fileBytes(root + "/" + name)
    }
  }

  /// The bytes of an array as NumPy itself writes it in protocol 4, but without memo and frames.
  private func array(_ shape: [UInt8], _ elements: [UInt8]) -> [UInt8] {
    Array("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u{1}".utf8.dropLast())
      + [0x85, 0x42, 1, 0, 0, 0, 0x62, 0x87, 0x52, 0x28, 0x4B, 1, 0x28]
      + shape.flatMap { [0x4B, $0] } + [0x74] + Array("cnumpy\ndtype\nX\u{2}\0\0\0u1".utf8)
      + [0x89, 0x88, 0x87, 0x52, 0x28, 0x4B, 3, 0x58, 1, 0, 0, 0, 0x7C, 0x4E, 0x4E, 0x4E]
      + [0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0x4B, 0, 0x74, 0x62]
      + [0x89, 0x8E, UInt8(elements.count), 0, 0, 0, 0, 0, 0, 0] + elements + [0x74, 0x62]
  }

  @Test("is a dict of arrays, images before their labels")
  func scratch() throws {
    let source = TestSource(.uint8, [2, 1], counts: [3])
    let pixels = (0..<3).flatMap { source.pixels($0, ofSplit: 0) }
    #expect(
      try pickle([:])
        == [0x80, 4, 0x7D, 0x28] + Array("X\u{9}\0\0\0train_img".utf8) + array([3, 2, 1], pixels)
        + Array("X\u{B}\0\0\0train_label".utf8) + array([3], [0, 1, 2]) + [0x75, 0x2E])
  }

  @Test("is the same as gzip, whatever the protocol", arguments: 2...5)
  func gzip(_ version: Int) throws {
    let options = ["protocol": String(version)]
    let stream = GzipStream(MemoryStream(try pickle(options, at: "a.pkl.gz")))
    #expect(try stream.readToEnd(pieces: 4096) == pickle(options))
  }

  @Test("leaves the usual endings of the name as they are, and adds the first of them to others")
  func endings() throws {
    for name in ["a.pkl", "a.pickle", "a.pkl.gz", "a.pickle.gz"] {
      #expect(try Pipeline.Output(.pickle, at: name).path == name)
    }
    #expect(try Pipeline.Output(.pickle, at: "a.gz").path == "a.gz.pkl")
  }

  @Test("refuses arrays that are longer than a protocol can say", arguments: [2, 3])
  func tooLong(_ version: Int) throws {
    let limit = PickleOpcodes.maximumByteCount(ofArrayIn: version)
    for (count, fits) in [(limit, true), (limit + 1, false)] {
      let dataset = Dataset(
        schema: Schema(elementType: .uint8, sampleShape: [1], labels: nil),
        splits: [Split(name: "train", count: count)])
      let found = sentence {
        try SinkFormat.pickle.check(
          dataset, try OptionValues(SinkFormat.pickle.options, given: ["protocol": "\(version)"]))
      }
      #expect((found == nil) == fits)
    }
  }

  @Test(
    "refuses LISA's tuples for other splits than its own",
    arguments: [
      ["train"], ["train", "test"], ["train", "test", "val"], ["train", "val", "test"],
    ])
  func lisa(_ splits: [String]) throws {
    let dataset = Dataset(
      schema: Schema(elementType: .float32, sampleShape: [784], labels: LabelSchema(range: 0...9)),
      splits: splits.map { Split(name: $0, count: 1) })
    let found = sentence {
      try SinkFormat.pickle.check(
        dataset, try OptionValues(SinkFormat.pickle.options, given: ["layout": "lisa"]))
    }
    #expect((found == nil) == (splits == ["train", "val", "test"]))
  }
}

/// What Python makes of pickles and shards.
@Suite("Python loads", .enabled(if: Python.has("numpy"), Python.missing))
struct PickleAndTarReadersTests {
  /// Compares pickles of both layouts with the .npy files of the same run; a warning is a failure.
  private static let program = """
    import sys, warnings; warnings.simplefilter("error")
    import gzip, pickle, numpy as np
    root, version = sys.argv[1:]
    def same(a, b): assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    def load(name):
        with (gzip.open if name.endswith(".gz") else open)(f"{root}/{name}", "rb") as file:
            start = file.read(2)
            assert start == bytes([0x80, int(version)]), start
            file.seek(0)
            value = pickle.load(file)
            assert file.read() == b""
            return value
    names = ("train", "val", "test")
    x, y = ([np.load(f"{root}/npy/{split}-{part}.npy") for split in names]
            for part in ("images", "labels"))
    for end in ("", ".gz"):
        scratch, lisa = load(f"scratch.pkl{end}"), load(f"lisa.pkl{end}")
        assert list(scratch) == [f"{s}_{part}" for s in names for part in ("img", "label")]
        assert type(lisa) is tuple and all(type(pair) is tuple and len(pair) == 2 for pair in lisa)
        for i, split in enumerate(names):
            same(scratch[split + "_img"], x[i]); same(scratch[split + "_label"], y[i])
            same(lisa[i][0], x[i]); same(lisa[i][1], y[i])
            assert lisa[i][0].flags.writeable
    """

  @Test(
    "pickles of every protocol and element type as the arrays that .npy holds",
    arguments: PickleOpcodes.protocols, ElementType.allCases)
  func pickles(_ version: Int, _ type: ElementType) throws {
    try withTemporaryDirectory { root in
      let source = TestSource(
        Dataset(
          schema: Schema(
            elementType: type, sampleShape: [16, 16],
            labels: LabelSchema(elementType: .int64, range: 0...9)),
          splits: [("train", 1100), ("val", 0), ("test", 70)].map { Split(name: $0, count: $1) }))
      var outputs = [try Pipeline.Output(.npy, at: root + "/npy")]
      for layout in ["scratch", "lisa"] {
        for ending in ["pkl", "pkl.gz"] {
          outputs.append(
            try Pipeline.Output(
              .pickle, at: "\(root)/\(layout).\(ending)",
              options: ["layout": layout, "protocol": String(version)]))
        }
      }
      try source.run(outputs)
      let (status, output) = try Python.run(Self.program, [root, String(version)])
      #expect(status == 0, "\(output)")
    }
  }

  @Test("shards member by member")
  func shards() throws {
    try withTemporaryDirectory { root in
      let source = TestSource(.uint8, [5, 4], counts: [250, 0])
      try source.run([
        try Pipeline.Output(.tar, at: root + "/tar", options: ["shard-size": "100"])
      ])
      let program = """
        import sys, tarfile
        names = []
        for shard in range(3):
            with tarfile.open(f"{sys.argv[1]}/tar/train-{shard:06}.tar") as archive:
                for member in archive:
                    assert member.isreg() and member.mode == 0o644 and not member.pax_headers
                    assert (member.uid, member.gid, member.mtime) == (0, 0, 0)
                    data = archive.extractfile(member).read()
                    if member.name.endswith(".cls"): assert data == b"%d" % (len(names) // 2 % 10)
                    else: assert data[:4] == b"\\x89PNG"
                    names.append(member.name)
        assert names == [f"{i:03}.{end}" for i in range(250) for end in ("png", "cls")], names
        assert tarfile.open(f"{sys.argv[1]}/tar/test-000000.tar").getmembers() == []
        """
      let (status, output) = try Python.run(program, [root])
      #expect(status == 0, "\(output)")
    }
  }

  @Test("refuses samples of one number each, which nobody could tell from labels")
  func scalars() throws {
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(.pickle, at: root + "/out")
      let line = sentence { try TestSource(.uint8, [], counts: [5]).run([output]) }
      #expect(line?.contains("cannot be told from labels in a pickle") == true, "\(line ?? "")")
    }
  }
}
