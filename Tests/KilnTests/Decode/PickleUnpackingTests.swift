import Testing

@testable import Kiln

/// Arrays that are long are not kept: what reads them unpacks them again.
@Suite("Long arrays of packed pickles", .timeLimit(.minutes(20)))
struct PickleUnpackingTests {
  /// Bytes that are different wherever one looks, made quickly.
  private static func payload(_ byteCount: Int, from first: Int = 0) -> [UInt8] {
    let pattern = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 + first) &* 31 >> 3) }
    var payload: [UInt8] = []
    payload.reserveCapacity(byteCount)
    while payload.count + pattern.count <= byteCount { payload += pattern }
    payload += pattern.prefix(byteCount - payload.count)
    return payload
  }

  private static let longByteCount = PickleLimits.keptArrayByteCount + (1 << 20)

  private static func images(_ side: Int, code: String = "u1", order: String = "|", width: Int = 1)
    -> PickleArraySample
  {
    let count = longByteCount / (side * side * width)
    return PickleArraySample(
      code: code, byteOrder: order, shape: [count, side, side],
      payload: payload(count * side * side * width))
  }

  private func labels(_ count: Int) -> PickleSample { .ints((0..<count).map { $0 % 10 }) }

  private func read(_ bytes: [UInt8], again: RepeatedBytes) throws -> PickleDocument {
    try PickleMachine.read(
      .stream(MemoryStream(bytes), packedByteCount: .max, again: again.open))
  }

  @Test("are read once more, however many batches there are")
  func once() throws {
    let sample = Self.images(64)
    let bytes = PickleWriter.cPickle(2).pickle(.array(sample))
    let again = RepeatedBytes(bytes)
    let document = try read(bytes, again: again)
    let array = try #require(document.values.array(document.root))
    #expect(array.packed?.range.count == sample.payload.count)
    #expect(again.startCount == 0)
    let images = try SampleArray("x", .array(array))
    let reader = try images.open(nil)
    var found: [UInt8] = []
    while reader.position < images.count {
      found += try reader.read(min(300, images.count - reader.position))()
    }
    #expect(found == sample.payload)
    #expect(again.startCount == 1)
    #expect(try array.samples(5..<7) == Array(sample.payload[5 * 4096..<7 * 4096]))
  }

  @Test(
    "are the same as in a file that is not packed",
    arguments: [
      PickleWriter.cPickle(0), .cPickle(2), .python3(2), .python3(4), .python3(5),
    ])
  func likeMapped(writer: PickleWriter) throws {
    let images = Self.images(64, code: "f4", order: ">", width: 4)
    try compare(
      [("x.pkl", .tuple([.array(images), labels(images.shape[0])]))], writer: writer)
  }

  @Test("are the same column by column", arguments: [PickleWriter.cPickle(2), .python3(5)])
  func columns(writer: PickleWriter) throws {
    var images = Self.images(64)
    images.isByColumns = true
    try compare([("x.pkl", .tuple([.array(images), labels(images.shape[0])]))], writer: writer)
  }

  @Test("are the same where their colours are planes, and they are spread over files")
  func batches() throws {
    let count = Self.longByteCount / 3072
    let files = (1...2).map { number in
      (
        "data_batch_\(number)",
        PickleSample.dict([
          (
            .text("data"),
            .array(
              PickleArraySample(
                shape: [count, 3072], payload: Self.payload(count * 3072, from: number)))
          ), (.text("labels"), labels(count)),
        ])
      )
    }
    try compare(files, writer: .python3(4))
  }

  /// Compares packed files with unpacked ones.
  private func compare(_ files: [(String, PickleSample)], writer: PickleWriter) throws {
    let read = try ["", ".gz"].map { ending in
      try withTemporaryDirectory { root in
        for (name, value) in files {
          let bytes = writer.pickle(value)
          try write(ending.isEmpty ? bytes : gzip(bytes), to: root + "/" + name)
        }
        let source = try openSource(SourceRequest(paths: files.map { root + "/" + $0.0 }))
        return (source.dataset.schema, try readAll(source, split: 0))
      }
    }
    #expect(read[0].0 == read[1].0)
    #expect(read[0].1.labels == read[1].1.labels)
    #expect(read[0].1.pixels == read[1].1.pixels)
    #expect(read[0].1.pixels.count > PickleLimits.keptArrayByteCount)
  }

  @Test("are missed where the file is cut short before they are read")
  func changed() throws {
    let bytes = PickleWriter.cPickle(2).pickle(.array(Self.images(64)))
    let document = try read(bytes, again: RepeatedBytes(Array(bytes.prefix(1 << 20))))
    let array = try #require(document.values.array(document.root))
    #expect(throws: ArrayError.self) { try array.samples(0..<array.count) }
    let reader = try SampleArray("x", .array(array)).open(nil)
    #expect(throws: StageError.self) { try reader.read(array.count)() }
  }

  @Test("are not taken from a file that has come in the place of theirs")
  func replaced() throws {
    let pickle = { (first: Int) in
      var images = Self.images(64)
      images.payload = Self.payload(images.payload.count, from: first)
      return gzip(PickleWriter.cPickle(2).pickle(.array(images)))
    }
    try withTemporaryDirectory { root in
      try write(pickle(0), to: root + "/x.pkl.gz")
      let source = try openSource(SourceRequest(paths: [root + "/x.pkl.gz"]))
      try write(pickle(1), to: root + "/x.pkl.gz")
      let message = try #require(sentence { _ = try readAll(source, split: 0) })
      #expect(message.contains("another program has changed or replaced it"), "\(message)")
    }
  }

  @Test("are copied only so often where a file asks for them again and again")
  func copies() throws {
    let count = Self.longByteCount
    var bytes: [UInt8] = [0x80, 5] + Array("cnumpy.core.numeric\n_frombuffer\n".utf8) + [0x94]
    bytes += Array("(".utf8) + [0x96] + littleEndianBytes(UInt64(count))
    bytes += [UInt8](repeating: 0, count: count) + [0x94]
    bytes += Array("cnumpy\ndtype\n(X".utf8) + littleEndianBytes(UInt32(2)) + Array("u1".utf8)
    bytes += [0x89, 0x88] + Array("tR".utf8) + [0x94]
    bytes += Array("J".utf8) + littleEndianBytes(Int32(count)) + [0x85, 0x94]
    bytes += Array("X".utf8) + littleEndianBytes(UInt32(1)) + Array("FtR".utf8)
    // The callable, and the same arguments, 200 times more.
    for _ in 0..<200 {
      bytes += Array("0h\u{0}(h\u{1}h\u{2}h\u{3}X".utf8) + littleEndianBytes(UInt32(1))
      bytes += Array("FtR".utf8)
    }
    bytes += Array(".".utf8)
    try withTemporaryDirectory { root in
      try write(gzip(bytes), to: root + "/x.pkl.gz")
      let message = sentence { _ = try openSource(SourceRequest(paths: [root + "/x.pkl.gz"])) }
      #expect(message?.contains("many that have the same bytes") == true, "\(message ?? "")")
    }
  }
}
