import Testing

@testable import Kiln

@Suite("Pickles that want more than to be read")
struct PickleHostileTests {
  @Test(
    "refuses in one line that names the reason", .timeLimit(.minutes(10)),
    arguments: HostilePickle.all)
  func refused(_ pickle: HostilePickle) throws {
    try withTemporaryDirectory { root in
      try write(pickle.bytes, to: root + "/x.pkl")
      try write(gzip(pickle.bytes), to: root + "/x.pkl.gz")
      for name in ["x.pkl", "x.pkl.gz"] {
        let message = try #require(
          sentence { _ = try openSource(SourceRequest(paths: [root + "/" + name])) })
        #expect(message.hasPrefix("decode \(name)"))
        #expect(message.contains(pickle.says), "\(message)")
        #expect(message.count < 400 && !message.contains("\n"), "\(message)")
      }
    }
  }

  @Test("has more than forty of them") func many() { #expect(HostilePickle.all.count >= 40) }

  @Test("reads no further than to the first fault")
  func stopsAtOnce() throws {
    let stream = MemoryStream(
      [0x80, 2] + Array("cos\nsystem\n".utf8) + [UInt8](repeating: 0, count: 1 << 20))
    #expect(throws: PickleError.refusedGlobal(module: "os", name: "system", offset: 2)) {
      try PickleMachine.read(.stream(stream, packedByteCount: .max))
    }
    #expect(stream.largestRead <= 64 << 10)
  }

  @Test("keeps no long strings of a packed file but those of arrays")
  func skipped() throws {
    let length = littleEndianBytes(UInt32(1 << 20))
    let text = [UInt8](repeating: 0, count: 1 << 20)
    let bytes: [UInt8] =
      [0x80, 2] + Array("(B".utf8) + length + text + Array("X".utf8) + length + text
      + Array("t.".utf8)
    let document = try readPickle(bytes)
    let kept = document.values.items(document.root).map { value in
      if case .long(let bytes)? = document.values.stored(value) { bytes.isKept } else { true }
    }
    #expect(kept == [false, false])
    let array = PickleWriter.cPickle(2).pickle(
      .array(PickleArraySample(shape: [1 << 20], payload: text)))
    let read = try readPickle(array)
    #expect(read.values.array(read.root)?.count == 1 << 20)
  }

  @Test("reads no gigabyte of text to find that nobody needs it")
  func stray() {
    let stream = MemoryStream([0x80, 4, 0x8E] + littleEndianBytes(UInt64(3) << 30) + [0, 0])
    #expect(
      throws: PickleError.strayString(.binbytes8, offset: 2, byteCount: 3 << 30)
    ) { try PickleMachine.read(.stream(stream, packedByteCount: .max)) }
    let line = Array("S'".utf8) + [UInt8](repeating: 0x61, count: PickleLimits.strayByteCount + 9)
    #expect(throws: PickleError.self) { try readPickle(line) }
  }

  @Test("a packed file keeps only so many times its own size")
  func ratio() {
    let count = PickleLimits.freeHeldByteCount + (4 << 20)
    let array = PickleWriter.cPickle(2).pickle(
      .array(PickleArraySample(shape: [count], payload: [UInt8](repeating: 0, count: count))))
    #expect(throws: UnpackLimitError.self) {
      try PickleMachine.read(.stream(MemoryStream(array), packedByteCount: 70_000))
    }
    #expect(throws: Never.self) {
      try PickleMachine.read(.stream(MemoryStream(array), packedByteCount: 7_000_000))
    }
  }

  @Test("refuses an array whose bytes are not where NumPy writes them")
  func moved() {
    let length = littleEndianBytes(UInt32(10_000))
    var bytes: [UInt8] = [0x80, 2] + Array("T".utf8) + length
    bytes += [UInt8](repeating: 0, count: 10_000) + Array("q".utf8) + [9, 0x30]
    bytes += Array("cnumpy.core.numeric\n_frombuffer\n(h".utf8) + [9]
    bytes += Array("cnumpy\ndtype\n(U".utf8) + [2] + Array("u1K".utf8) + [0] + Array("K".utf8)
    bytes += [1] + Array("tR(M".utf8) + [0x10, 0x27] + Array("tU".utf8) + [1] + Array("CtR.".utf8)
    #expect(
      self.failure { _ = try readPickle(bytes) }?.hasSuffix(
        "array has its bytes where NumPy writes none (unpack the file first)") == true)
  }

  @Test("says of a damaged packed file that it is damaged, and of others what they hold")
  func damaged() throws {
    let good = PickleWriter.cPickle(2).pickle(
      .array(PickleArraySample(shape: [3], payload: [1, 2, 3])))
    var damaged = good
    damaged[2] = 0xFF
    try withTemporaryDirectory { root in
      let path = root + "/x.pkl.gz"
      // The checksum is that of the file as it was.
      try write(gzip(damaged).dropLast(8) + gzip(good).suffix(8), to: path)
      let message = failure { _ = try openSource(SourceRequest(paths: [path])) }
      #expect(message?.hasPrefix("decompress x.pkl.gz: ") == true, "\(message ?? "")")
      try write(gzip(damaged), to: path)
      let other = failure { _ = try openSource(SourceRequest(paths: [path])) }
      #expect(other?.contains("byte 2: ff is no pickle opcode") == true, "\(other ?? "")")
    }
  }

  private func failure(_ body: () throws -> Void) -> String? { sentence(body) }

  @Test("says what a run-of-the-mill attack looks like to the user")
  func wording() {
    let fault = PickleError.refusedGlobal(module: "os", name: "system", offset: 2)
    #expect(
      "\(fault)"
        == "byte 2: global os.system is not data (Kiln executes nothing; load the file where"
        + " it is trusted, and save its arrays with numpy.savez)")
  }
}
