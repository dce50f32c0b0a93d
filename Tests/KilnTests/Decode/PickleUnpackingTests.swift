import Testing

@testable import Kiln

/// Arrays that are long are not kept: what reads them unpacks them again.
@Suite("Long arrays of packed pickles", .timeLimit(.minutes(20)))
struct PickleUnpackingTests {
  private static let keptByteCount = 10_000

  /// Bytes that are different wherever one looks, made quickly.
  private static func payload(_ byteCount: Int, from first: Int = 0) -> [UInt8] {
    let pattern = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 + first) &* 31 >> 3) }
    var payload: [UInt8] = []
    payload.reserveCapacity(byteCount)
    while payload.count + pattern.count <= byteCount { payload += pattern }
    payload += pattern.prefix(byteCount - payload.count)
    return payload
  }

  private static func images(
    _ shape: [Int], code: String = "u1", order: String = "|", width: Int = 1
  ) -> PickleArraySample {
    PickleArraySample(
      code: code, byteOrder: order, shape: shape, payload: payload(shape.reduce(width, *)))
  }

  /// Reads a pickle as from a packed file, of which hardly anything is kept.
  private func read(_ bytes: [UInt8], again: RepeatedBytes) throws -> NumericArray {
    let document = try PickleMachine.read(
      .stream(
        MemoryStream(bytes), packedByteCount: .max,
        again: PickleInput.Again(content: again.open, keptArrayByteCount: Self.keptByteCount)))
    return try #require(document.values.array(document.root))
  }

  /// Reads all samples, some at a time.
  private func readAll(_ array: SampleArray) throws -> [UInt8] {
    let reader = try array.open(nil)
    var found: [UInt8] = []
    while reader.position < array.count {
      found += try reader.read(min(7, array.count - reader.position))()
    }
    return found
  }

  @Test("are read once more, however many batches there are")
  func once() throws {
    let sample = Self.images([50, 20, 20])
    let bytes = PickleWriter.cPickle(2).pickle(.array(sample))
    let again = RepeatedBytes(bytes)
    let array = try read(bytes, again: again)
    #expect(array.packed?.range.count == sample.payload.count)
    #expect(again.startCount == 0)
    #expect(try readAll(try SampleArray("x", .array(array))) == sample.payload)
    #expect(again.startCount == 1)
    #expect(try array.samples(5..<7) == Array(sample.payload[2000..<2800]))
  }

  @Test("are kept up to a limit")
  func kept() throws {
    let bytes = PickleWriter.cPickle(2).pickle(.array(Self.images([25, 20, 20])))
    #expect(try read(bytes, again: RepeatedBytes(bytes)).packed == nil)
  }

  @Test(
    "are the same as kept ones, whoever has written them", arguments: PickleWriter.all,
    [false, true])
  func likeKept(writer: PickleWriter, isByColumns: Bool) throws {
    var images = Self.images([50, 20, 20], code: "f4", order: ">", width: 4)
    images.isByColumns = isByColumns
    let bytes = writer.pickle(.array(images))
    let document = try readPickle(bytes)
    let kept = try #require(document.values.array(document.root))
    let packed = try read(bytes, again: RepeatedBytes(bytes))
    let expected = try kept.samples(0..<50)
    #expect(try readAll(try SampleArray("x", .array(packed))) == expected)
    #expect(try packed.samples(0..<50) == expected)
  }

  @Test("are the same where their colours are planes, and they are spread over files")
  func joined() throws {
    let parts = try (1...3).map { number in
      let sample = PickleArraySample(
        shape: [10 * number, 3072], payload: Self.payload(30_720 * number, from: number))
      let bytes = PickleWriter.python3(4).pickle(.array(sample))
      let kept = try NumericArray(.uint8, shape: sample.shape, in: .owned(sample.payload))
      let packed = try read(bytes, again: RepeatedBytes(bytes))
      #expect(packed.packed != nil)
      return (try #require(try kept.interleaved()), try #require(try packed.interleaved()))
    }
    let kept = try SampleArray("x", .joined(parts.map { try SampleArray("x", .array($0.0)) }))
    let packed = try SampleArray("x", .joined(parts.map { try SampleArray("x", .array($0.1)) }))
    #expect(packed.shape == [60, 32, 32, 3])
    #expect(try readAll(packed) == readAll(kept))
  }

  @Test("are missed where the file is cut short before they are read")
  func cutShort() throws {
    let bytes = PickleWriter.cPickle(2).pickle(.array(Self.images([50, 20, 20])))
    let array = try read(bytes, again: RepeatedBytes(Array(bytes.prefix(5000))))
    #expect(throws: ArrayError.self) { try array.samples(0..<array.count) }
    let reader = try SampleArray("x", .array(array)).open(nil)
    #expect(throws: StageError.self) { try reader.read(array.count)() }
  }

  @Test("are not taken from a file that has come in the place of theirs")
  func replaced() throws {
    let shape = [PickleLimits.keptArrayByteCount / 4096 + 1, 64, 64]
    let bytes = gzip(PickleWriter.cPickle(2).pickle(.array(Self.images(shape))))
    try withTemporaryDirectory { root in
      try write(bytes, to: root + "/x.pkl.gz")
      let source = try openSource(SourceRequest(paths: [root + "/x.pkl.gz"]))
      try write(bytes + [0], to: root + "/x.pkl.gz")
      let message = try #require(
        sentence {
          let pool = WorkerPool(workerCount: 1)
          _ = try source.reader(ofSplit: 0, background: Background(pool: pool)).read(1).decode()
        })
      #expect(message.contains("another program has changed or replaced it"), "\(message)")
    }
  }

  @Test("are refused where they are asked for once more, in another order")
  func elsewhere() throws {
    let count = 20_000
    let type = Array("cnumpy\ndtype\n(U".utf8) + [2] + Array("u1I0\nI1\ntR".utf8)
    let shape = Array("(I\(count)\nt".utf8)
    var bytes: [UInt8] = [0x80, 2] + Array("cnumpy.core.multiarray\n_reconstruct\n".utf8)
    bytes += Array("(cnumpy\nndarray\n(I0\ntU".utf8) + [1] + Array("btR(I1\n".utf8) + shape + type
    bytes += Array("I00\nT".utf8) + littleEndianBytes(UInt32(count))
    bytes += Self.payload(count) + Array("q".utf8) + [9] + Array("tb".utf8)
    let array = try read(bytes + Array(".".utf8), again: RepeatedBytes(bytes))
    #expect(array.packed != nil)
    bytes += Array("0cnumpy.core.numeric\n_frombuffer\n(h".utf8) + [9] + type + shape
    bytes += Array("U".utf8) + [1] + Array("FtR.".utf8)
    let message = sentence { _ = try read(bytes, again: RepeatedBytes(bytes)) }
    #expect(message?.hasSuffix("its bytes where NumPy writes none (unpack the file first)") == true)
  }

  @Test("are copied only so often where a file asks for them again and again")
  func copies() throws {
    let count = 20 << 20
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
    let message = sentence { _ = try readPickle(bytes) }
    #expect(message?.contains("many that have the same bytes") == true, "\(message ?? "")")
  }
}
