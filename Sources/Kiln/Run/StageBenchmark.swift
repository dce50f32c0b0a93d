/// One stage of a run, by itself and on one thread, for `make bench`.
///
/// Lives in the library, because encoders and decoders are not to be seen outside.
package struct StageBenchmark {
  /// The stage, such as `png-fast`.
  package let name: String
  /// Images that pass through in one repetition.
  package let count: Int
  /// Bytes of their pixels, uncompressed.
  package let byteCount: Int
  /// What is done before each repetition and not measured.
  package let prepare: () throws -> Void
  /// One repetition; returns the bytes that came out of it.
  package let run: () throws -> Int

  private init(
    _ name: String, _ batches: ArraySlice<Batch>, prepare: @escaping () throws -> Void = {},
    run: @escaping () throws -> Int
  ) {
    self.name = name
    count = batches.reduce(0) { $0 + $1.count }
    byteCount = batches.reduce(0) { $0 + $1.pixels.count }
    self.prepare = prepare
    self.run = run
  }

  /// Every stage, in the order of a run.
  /// - Throws: any error of setting up.
  package static func all(_ input: BenchmarkInput) throws -> [StageBenchmark] {
    let batches = input.batches[...]
    return [
      inflate(input), try decode(input, .uint8), try decode(input, .int32), draw(input),
      try convert(input, .scale, "1/255"), try convert(input, .transpose, "on"),
      // A sixth is enough for what takes tens of microseconds an image.
      try png("png-fast", input, batches) { .fast(try tables(input)) },
      try png("png-small", input, batches.prefix((batches.count + 5) / 6)) { .small },
      try jpeg(input), csv(input), try zstd(input), try deflate(input), digest(input),
      try files(input), npy(input),
    ]
  }

  // MARK: Reading

  private static func inflate(_ input: BenchmarkInput) -> StageBenchmark {
    StageBenchmark("inflate", input.batches[...]) {
      try drain(GzipStream(try input.images.open()))
    }
  }

  /// Reads from a plain file and brings elements to the machine's byte order.
  private static func decode(
    _ input: BenchmarkInput, _ type: ElementType
  ) throws -> StageBenchmark {
    let path = Path.join(input.scratch, "plain.idx")
    let name = Array("plain.idx\0".utf8)
    let width = type.byteCount
    let chunk = 1 << 20
    return StageBenchmark(
      "decode-idx-\(type)", input.batches[...],
      prepare: {
        guard Path.kind(of: path) == nil else { return }
        let handle = try DirectoryHandle(opening: input.scratch, shownAs: input.scratch)
        let pixels = Array(input.batches.map(\.pixels).joined())
        _ = try handle.createFile(name.span, pixels.span)
      },
      run: {
        let stream = try FileStream(path: path)
        var byteCount = 0
        while true {
          let bytes = swappedElements(try stream.read(chunk), width: width)
          byteCount += bytes.count
          if bytes.count < chunk { return byteCount }
        }
      })
  }

  private static func drain(_ stream: any ByteStream) throws -> Int {
    var byteCount = 0
    while true {
      let bytes = try stream.read(1 << 20)
      if bytes.isEmpty { return byteCount }
      byteCount += bytes.count
    }
  }

  private static func draw(_ input: BenchmarkInput) -> StageBenchmark {
    let painter = DigitPainter()
    return StageBenchmark("draw", input.batches[...]) {
      input.batches.reduce(0) { sum, batch in
        sum
          + makeBytes(capacity: batch.count * DigitPainter.pixelCount) { cursor in
            for index in 0..<batch.count {
              painter.draw(batch.firstIndex + index, seed: 0, into: &cursor)
            }
          }.count
      }
    }
  }

  // MARK: Converting

  private static func convert(
    _ input: BenchmarkInput, _ format: ConversionFormat, _ value: String
  ) throws -> StageBenchmark {
    var plan = Plan(
      Dataset(schema: input.schema, splits: [Split(name: "train", count: input.count)]))
    let conversion = try format.make(value)
    conversion.declare(in: &plan)
    let step = try conversion.prepare(&plan)
    return StageBenchmark("convert-\(format.name)", input.batches[...]) {
      try input.batches.reduce(0) { sum, batch in
        var batch = batch
        try step?(&batch)
        return sum + batch.pixels.count
      }
    }
  }

  // MARK: Writing

  private static func tables(_ input: BenchmarkInput) throws -> PNGHuffmanTables {
    let first = input.batches[0].pixels
    return try PNGHuffmanTables(sampling: first.span, shape: try imageShape(input.schema))
  }

  private static func imageShape(_ schema: Schema) throws -> ImageShape {
    try ImagePixels(schema, allows16Bit: false).shape
  }

  private static func png(
    _ name: String, _ input: BenchmarkInput, _ batches: ArraySlice<Batch>,
    _ compression: () throws -> PNGEncoder.Compression
  ) throws -> StageBenchmark {
    let shape = try imageShape(input.schema)
    let encoder = try PNGEncoder(shape: shape, compression: try compression())
    return StageBenchmark(name, batches) { try encode(batches, shape, encoder) }
  }

  private static func jpeg(_ input: BenchmarkInput) throws -> StageBenchmark {
    let shape = try imageShape(input.schema)
    let encoder = try JPEGEncoder(shape: shape)
    let batches = input.batches[...]
    return StageBenchmark("jpeg", batches) { try encode(batches, shape, encoder) }
  }

  private static func encode(
    _ batches: ArraySlice<Batch>, _ shape: ImageShape, _ encoder: some ImageEncoder
  ) throws -> Int {
    var byteCount = 0
    for batch in batches {
      try encoder.encodeAll(batch.pixels.span, imageByteCount: shape.byteCount) { _, file in
        byteCount += file.count
      }
    }
    return byteCount
  }

  private static func csv(_ input: BenchmarkInput) -> StageBenchmark {
    let format = CSVFormat(
      elementType: input.schema.elementType, pixelCount: input.schema.sampleElementCount,
      labelCount: input.schema.labelColumnCount, labelFirst: true, delimiter: 0x2C)
    let buffers = BufferPool()
    return StageBenchmark("csv", input.batches[...]) {
      input.batches.reduce(0) { sum, batch in
        sum
          + buffers.makePiece(capacity: format.capacity(for: batch)) {
            format.append(batch, to: &$0)
          }.count
      }
    }
  }

  /// The cache's default: level 1, blocks of 64 KiB.
  private static func zstd(_ input: BenchmarkInput) throws -> StageBenchmark {
    let compressor = try ZstdCompressor(level: 1)
    let sampleByteCount = input.schema.sampleByteCount
    let block =
      sampleByteCount
      * CacheLayout.blockCount(sampleByteCount: sampleByteCount, blockByteCount: 64 << 10)
    let capacity = ZstdCompressor.maxFrameByteCount(of: block)
    return StageBenchmark("zstd", input.batches[...]) {
      var byteCount = 0
      for batch in input.batches {
        for start in stride(from: 0, to: batch.pixels.count, by: block) {
          let range = start..<min(batch.pixels.count, start + block)
          byteCount += try makeBytes(capacity: capacity) {
            try compressor.compress(batch.pixels.span.extracting(range), into: &$0)
          }.count
        }
      }
      return byteCount
    }
  }

  private static func deflate(_ input: BenchmarkInput) throws -> StageBenchmark {
    let compressor = try DeflateCompressor(DeflateCompressor.Content(input.schema))
    return StageBenchmark("deflate", input.batches[...]) {
      try input.batches.reduce(0) { $0 + (try compressor.piece($1.pixels.span)).count }
    }
  }

  private static func digest(_ input: BenchmarkInput) -> StageBenchmark {
    StageBenchmark("digest", input.batches[...]) {
      let digest = ContentDigest(schema: input.schema, count: input.count)
      for batch in input.batches { try digest.add(batch)?() }
      return digest.finish().utf8.count / 2
    }
  }

  /// Open, write and close of as many files as there are images, in one directory for each label.
  private static func files(_ input: BenchmarkInput) throws -> StageBenchmark {
    let path = Path.join(input.scratch, "files")
    let shape = try imageShape(input.schema)
    let encoder = try PNGEncoder(shape: shape, compression: .fast(try tables(input)))
    let image = Array(input.batches[0].pixels.prefix(shape.byteCount))
    let content = try makeBytes(capacity: encoder.maxEncodedByteCount) {
      try encoder.encode(image.span, into: &$0)
    }
    return StageBenchmark(
      "files", input.batches[...],
      prepare: {
        try Path.removeTree(path)
        for label in 0..<10 { _ = try Path.makeDirectories(Path.join(path, String(label))) }
      },
      run: {
        let directories = try (0..<10).map { label in
          let directory = Path.join(path, String(label))
          return try DirectoryHandle(opening: directory, shownAs: directory)
        }
        for index in 0..<input.count {
          let name = Array("\(index).png\0".utf8)
          _ = try directories[index % 10].createFile(name.span, content.span)
        }
        return input.count * content.count
      })
  }

  private static func npy(_ input: BenchmarkInput) -> StageBenchmark {
    let path = Path.join(input.scratch, "npy")
    let dataset = Dataset(
      schema: input.schema, splits: [Split(name: "train", count: input.count)])
    return StageBenchmark("npy", input.batches[...]) {
      let output = try StagedOutput(.directory, at: path, existing: .replace)
      defer { output.discard() }
      let sink = try SinkFormat.npy.open(
        SinkRequest(dataset: dataset, options: try OptionValues([]), output: output))
      for batch in input.batches { try sink.write(batch)?() }
      return try sink.finish(RunSummary(digests: [])).byteCount
    }
  }
}
