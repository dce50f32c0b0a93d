import Testing

@testable import Kiln

@Suite("A cache as a source") struct CacheSourceTests {
  @Test(
    "gives back pixels, labels and digests, whatever the type, block and batch",
    arguments: [ElementType.uint8, .bool, .float16, .int64],
    [["codec": "none"], ["block": "1"], ["block": "64"], ["block": "4096"]])
  func roundTrip(_ type: ElementType, _ options: [String: String]) throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      let source = TestSource(type, [64, 32], counts: [777, 0, 5], labelType: .int16)
      let report = try source.run([try Pipeline.Output(.cache, at: path, options: options)])
      let cache = try openSource(SourceRequest(paths: [path]))
      #expect(cache.dataset == source.dataset)
      for (split, count) in [777, 0, 5].enumerated() {
        let read = try readAll(cache, split: split, pieces: 50)
        #expect(read.pixels == (0..<count).flatMap { source.pixels($0, ofSplit: split) })
        #expect(read.labels == (0..<count).flatMap { source.labels($0, ofSplit: split) })
      }
      let again = try Runner(
        Pipeline(
          source: SourceRequest(paths: [path]),
          outputs: [try Pipeline.Output(.npy, at: root + "/npy")])
      ).run()
      #expect(again.splits.map(\.digest) == report.splits.map(\.digest))
    }
  }

  @Test("starts in the middle of a block", arguments: ["none", "zstd"])
  func middle(_ codec: String) throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      let source = TestSource(.uint8, [8, 8], counts: [3000])
      try source.run([try Pipeline.Output(.cache, at: path, options: ["codec": codec])])
      let run = { (request: SourceRequest, formats: [SourceFormat], name: String) in
        try Runner(
          Pipeline(
            source: request, sourceFormats: formats,
            steps: [try Pipeline.Step(.holdout, "val=1237")],
            outputs: [try Pipeline.Output(.npy, at: root + name)])
        ).run().splits.map(\.digest)
      }
      #expect(
        try run(SourceRequest(paths: [path]), SourceFormat.all, "/a")
          == run(SourceRequest(paths: ["test"]), [source.format], "/b"))
    }
  }

  @Test("takes other class names where they are given")
  func classNames() throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      try TestSource(.uint8, [2], counts: [9]).run([try Pipeline.Output(.cache, at: path)])
      let request = SourceRequest(paths: [path], classNames: ["a", "b"] + (2...9).map(String.init))
      #expect(
        try openSource(request).dataset.schema.labels?.classNames.prefix(3) == ["a", "b", "2"])
    }
  }

  @Test("names file and block where it is damaged")
  func damaged() throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      try TestSource(.uint8, [28, 28], counts: [100]).run([try Pipeline.Output(.cache, at: path)])
      var bytes = try fileBytes(path)
      let dataStart = 8 + bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      bytes[dataStart + 20] ^= 1
      try writeFile(path, bytes)
      let source = try openSource(SourceRequest(paths: [path]))
      #expect(
        sentence { _ = try readAll(source, split: 0) }
          == "decode a.safetensors: block 0 of split 'train' does not match its CRC-32")
      try writeFile(path, Array(bytes.dropLast()))
      let found = sentence { _ = try openSource(SourceRequest(paths: [path])) }
      #expect(found?.hasPrefix("decode a.safetensors: data is ") == true)
    }
  }

  @Test("is refused where it is packed, since it is read in place")
  func packed() throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      try TestSource(.uint8, [2], counts: [9]).run([try Pipeline.Output(.cache, at: path)])
      try writeFile(path + ".gz", gzip(try fileBytes(path)))
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [path + ".gz"])) }
          == "decode a.safetensors.gz: is read in place and cannot be packed (unpack it first)")
    }
  }

  // MARK: Files of other programs

  private func safetensors(
    _ tensors: [(name: String, type: ElementType, shape: [Int], bytes: [UInt8])]
  ) throws -> [UInt8] {
    var (headers, data): ([SafetensorsHeader.Tensor], [UInt8]) = ([], [])
    for (name, type, shape, bytes) in tensors {
      headers.append(
        SafetensorsHeader.Tensor(
          name: name, type: type, shape: shape, range: data.count..<data.count + bytes.count))
      data += bytes
    }
    let text = try SafetensorsHeader(tensors: headers, metadata: ["format": "pt"]).text()
    return makeBytes(capacity: 8) { $0.append(littleEndian: UInt64(text.count)) } + text + data
  }

  @Test("of another program is read by the names of its tensors")
  func foreign() throws {
    try withTemporaryDirectory { root in
      let file = try safetensors([
        ("test.images", .uint8, [1, 2, 2], [9, 8, 7, 6]),
        ("test.labels", .int32, [1], [3, 0, 0, 0]),
        ("train.images", .uint8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        ("train.labels", .int32, [2], [1, 0, 0, 0, 2, 0, 0, 0]),
      ])
      try writeFile(root + "/a.safetensors", file)
      let source = try openSource(SourceRequest(paths: [root + "/a.safetensors"]))
      #expect(
        source.dataset.splits == [Split(name: "train", count: 2), Split(name: "test", count: 1)])
      #expect(source.dataset.schema.sampleShape == [2, 2])
      #expect(source.dataset.schema.labels?.range == 1...3)
      let read = try readAll(source, split: 0)
      #expect(read.pixels == [1, 2, 3, 4, 5, 6, 7, 8] && read.labels == [1, 2])
    }
  }

  @Test("of another program is read by keys, and lists what it has where they are needed")
  func keys() throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      try writeFile(
        path,
        try safetensors([("x", .uint8, [2, 1], [5, 6]), ("y", .uint8, [2], [0, 1])]))
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [path])) }
          == "decode a.safetensors: holds the tensors x, y,"
          + " none of them SPLIT.images (name them by --images-key)")
      let source = try openSource(
        SourceRequest(paths: [path], settings: ["images-key": "x", "labels-key": "y"]))
      let read = try readAll(source, split: 0)
      #expect(read.pixels == [5, 6] && read.labels == [0, 1])
      #expect(
        sentence {
          _ = try openSource(SourceRequest(paths: [path], settings: ["images-key": "xx"]))
        }?.contains("unknown tensor 'xx' (did you mean 'x'?)") == true)
    }
  }

  @Test("with samples of no pixels is refused: a few bytes could promise billions")
  func empty() throws {
    try withTemporaryDirectory { root in
      let path = root + "/a.safetensors"
      try writeFile(path, try safetensors([("images", .uint8, [1 << 50, 0], [])]))
      #expect(throws: StageError.self) { try openSource(SourceRequest(paths: [path])) }
    }
  }
}
