import Testing

@testable import Kiln

@Suite("Pickles as data")
struct PickleMachineTests {
  static func sample(_ writer: PickleWriter) -> PickleSample {
    .dict([
      (.key("none", writer), .none), (.key("yes", writer), .bool(true)),
      (.key("no", writer), .bool(false)),
      (.key("ints", writer), .list([0, 255, 256, 65_536, -1, -70_000, 1 << 40].map { .int($0) })),
      (.key("float", writer), .float(-0.25)),
      (.key("awkward", writer), .key("it's \\ \"two\"\nlines\t\u{0}\u{E9}", writer)),
      (.text("snow"), .text("\u{2603} \u{1F} \\u0041")),
      (.key("empty", writer), .tuple([.tuple([]), .list([]), .dict([])])),
      (
        .key("tuples", writer),
        .tuple([.tuple([.int(1)]), .tuple([.int(1), .int(2), .int(3), .int(4)])])
      ),
      (
        .key("array", writer),
        .array(PickleArraySample(shape: [2, 3], payload: [1, 2, 3, 4, 5, 250]))
      ),
      (.key("scalar", writer), .scalar(code: "i8", littleEndianBytes(Int64(-5)))),
      (.key("half", writer), .scalar(code: "f2", [0x00, 0x3E])),
      (.key("huge", writer), .scalar(code: "u8", littleEndianBytes(UInt64.max))),
    ])
  }

  @Test("reads what every writer writes in every protocol", arguments: PickleWriter.all)
  func golden(writer: PickleWriter) throws {
    let bytes = writer.pickle(Self.sample(writer))
    for document in [try readPickle(bytes), try Self.readMapped(bytes)] {
      let arrays = PickleArrays(
        name: "x.pkl", values: document.values, root: document.root, corrections: .applied)
      let values = document.values
      func value(_ key: String) throws -> PickleValue {
        try #require(arrays.entry(key, of: arrays.rootPlace)).value
      }
      #expect(values.kind(of: try value("none")) == .none)
      #expect(values.bool(try value("yes")) == true)
      #expect(values.bool(try value("no")) == false)
      #expect(
        values.items(try value("ints")).map { values.integer($0) }
          == [0, 255, 256, 65_536, -1, -70_000, 1 << 40])
      #expect(values.float(try value("float")) == -0.25)
      #expect(
        values.shortText(try value("awkward"))
          == (writer.isPython2
            ? "it's \\ \"two\"\nlines\t\u{0}\u{C3}\u{A9}" : "it's \\ \"two\"\nlines\t\u{0}\u{E9}"))
      #expect(values.shortText(try value("snow")) == "\u{2603} \u{1F} \\u0041")
      #expect(
        values.items(try value("empty")).map { values.kind(of: $0) } == [.tuple, .list, .dict])
      #expect(values.items(try value("tuples")).map { values.count($0) } == [1, 4])
      let array = try #require(values.array(try value("array")))
      #expect(array.shape == [2, 3])
      #expect(try array.samples(0..<2) == [1, 2, 3, 4, 5, 250])
      #expect(values.integer(try value("scalar")) == -5)
      #expect(values.float(try value("half")) == 1.5)
      #expect(values.kind(of: try value("huge")) == .hugeInteger)
    }
  }

  static func readMapped(_ bytes: [UInt8]) throws -> PickleDocument {
    try withTemporaryDirectory { root in
      try write(bytes, to: root + "/x.pkl")
      return try PickleMachine.read(.mapped(try MappedFile(path: root + "/x.pkl")))
    }
  }

  /// The 158 bytes of CIFAR-10's `batches.meta`, whose MD5 is 5ff9c542aee3614f3951f8cda6e48888.
  @Test("reads CIFAR-10's own list of class names")
  func batchesMeta() throws {
    var bytes: [UInt8] = [0x80, 2, 0x7D, 0x71, 1, 0x28]
    var memo: UInt8 = 2
    func string(_ text: String) {
      bytes += [0x55, UInt8(text.utf8.count)] + Array(text.utf8) + [0x71, memo]
      memo += 1
    }
    string("num_cases_per_batch")
    bytes += [0x4D, 0x10, 0x27]
    string("label_names")
    bytes += [0x5D, 0x71, memo, 0x28]
    memo += 1
    let names = KnownDataset.cifar10.classNames
    for name in names { string(name) }
    bytes.append(0x65)
    string("num_vis")
    bytes += [0x4D, 0, 0x0C, 0x75, 0x2E]
    #expect(bytes.count == 158)
    let document = try readPickle(bytes)
    let arrays = PickleArrays(
      name: "batches.meta", values: document.values, root: document.root, corrections: .applied)
    #expect(arrays.classNames == names)
  }

  @Test("refuses every shorter file", arguments: PickleWriter.all)
  func truncations(writer: PickleWriter) throws {
    let bytes = writer.pickle(Self.sample(writer))
    for count in 0..<bytes.count {
      let part = Array(bytes[..<count])
      #expect(throws: PickleError.self, "\(count) of \(bytes.count) bytes") {
        try readPickle(part)
      }
    }
  }

  @Test("never crashes on a damaged byte", arguments: PickleWriter.all)
  func damage(writer: PickleWriter) {
    let bytes = writer.pickle(Self.sample(writer))
    for position in bytes.indices {
      for change in [1, 0x80, 0xFF, UInt8(ascii: "."), 0x28] as [UInt8] {
        var damaged = bytes
        damaged[position] = change == 1 ? damaged[position] ^ 1 : change
        _ = try? readPickle(damaged)
      }
    }
  }

  @Test("never crashes on random bytes", arguments: 0..<400 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let opcodes = PickleOpcode.allCases.map(\.rawValue)
    // Random bytes end at once; random opcodes go on for a while.
    let bytes: [UInt8] = (0..<300).map { _ in
      Int.random(in: 0..<4, using: &generator) == 0
        ? UInt8.random(in: 0...255, using: &generator)
        : opcodes.randomElement(using: &generator) ?? 0
    }
    _ = try? readPickle(bytes)
    _ = try? PickleTrace.lines(of: .stream(MemoryStream(bytes), packedByteCount: bytes.count))
  }

  @Test("a dtype and an array that are used twice are the same ones")
  func identity() throws {
    // (a, a) where a is stored before it is filled, with a big-endian dtype stored before it has its order.
    var bytes: [UInt8] = Array(
      "((cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntRp1\n".utf8)
    bytes += Array(
      "(I1\n(I2\ntcnumpy\ndtype\n(S'u2'\nI0\nI1\ntRp2\n(I3\nS'>'\nNNNI-1\nI-1\nI0\ntbI00\n".utf8)
    bytes += Array("S'\\x01\\x02\\x03\\x04'\ntbg1\n".utf8)
    bytes += Array("cnumpy.core.multiarray\nscalar\n(g2\nS'\\x01\\x02'\ntRtt.".utf8)
    let document = try readPickle(bytes)
    let values = document.values
    let outer = Array(values.items(document.root))
    let items = Array(values.items(try #require(outer.first)))
    try #require(items.count == 3)
    #expect(items[0] == items[1])
    #expect(try values.array(items[1])?.samples(0..<2) == [2, 1, 4, 3])
    #expect(values.integer(items[2]) == 0x102)
  }

  @Test("holds long strings where they are", arguments: [PickleWriter.cPickle(2), .python3(5)])
  func inPlace(writer: PickleWriter) throws {
    let payload = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let bytes = writer.pickle(.array(PickleArraySample(shape: [200, 1000], payload: payload)))
    try withTemporaryDirectory { root in
      try write(bytes, to: root + "/x.pkl")
      let file = try MappedFile(path: root + "/x.pkl")
      let mapped = try PickleMachine.read(.mapped(file))
      #expect(try mapped.values.array(mapped.root)?.samples(0..<200) == payload)
      #expect(mapped.values.structureByteCount < 20_000)
      let stream = MemoryStream(bytes)
      let streamed = try PickleMachine.read(.stream(stream, packedByteCount: .max))
      #expect(try streamed.values.array(streamed.root)?.samples(0..<200) == payload)
      #expect(stream.largestRead <= PickleLimits.pieceByteCount)
    }
  }

  @Test("gathers columns, byte orders and axes", arguments: ["C", "F", "K"])
  func orders(order: String) throws {
    var bytes: [UInt8] = [0x80, 5]
    bytes += Array("cnumpy.core.numeric\n_frombuffer\n(".utf8)
    bytes += [0x96] + littleEndianBytes(UInt64(12)) + bigEndian([1, 2, 3, 4, 5, 6] as [UInt16])
    bytes += Array("cnumpy\ndtype\n(X".utf8) + littleEndianBytes(UInt32(2)) + Array("u2".utf8)
    bytes +=
      [0x89, 0x88] + Array("tR(K".utf8) + [3] + Array("X".utf8) + littleEndianBytes(UInt32(1))
    bytes += Array(">NNNJ".utf8) + littleEndianBytes(Int32(-1)) + Array("J".utf8)
    bytes += littleEndianBytes(Int32(-1)) + Array("K".utf8) + [0] + Array("tb".utf8)
    bytes += [0x4B, 2, 0x4B, 3, 0x86] + Array("X".utf8) + littleEndianBytes(UInt32(1))
    bytes += Array(order.utf8)
    if order == "K" { bytes += [0x4B, 1, 0x4B, 0, 0x86] }
    bytes += Array("tR.".utf8)
    let document = try readPickle(bytes)
    let array = try #require(document.values.array(document.root))
    let values = try array.integers(0..<array.count)
    switch order {
    case "C": #expect(array.shape == [2, 3] && values == [1, 2, 3, 4, 5, 6])
    case "F": #expect(array.shape == [2, 3] && values == [1, 3, 5, 2, 4, 6])
    default: #expect(array.shape == [3, 2] && values == [1, 4, 2, 5, 3, 6])
    }
  }

  @Test("lists opcodes as pickletools does")
  func trace() throws {
    let bytes = PickleWriter.cPickle(2).pickle(.dict([(.string(Array("a".utf8)), .ints([1, -2]))]))
    #expect(
      try PickleTrace.lines(of: .stream(MemoryStream(bytes), packedByteCount: bytes.count)) == [
        "    0: \\x80 PROTO      2", "    2: }    EMPTY_DICT", "    3: q    BINPUT     1",
        "    5: (    MARK", "    6: U        SHORT_BINSTRING 'a'", "    9: ]        EMPTY_LIST",
        "   10: q        BINPUT     2", "   12: (        MARK", "   13: K            BININT1    1",
        "   15: J            BININT     -2", "   20: e            APPENDS",
        "   21: u        SETITEMS", "   22: .    STOP",
      ])
  }

  @Test("numbers its opcodes as Python does")
  func opcodes() {
    #expect(PickleOpcode.allCases.count == 68)
    #expect(PickleOpcode.emptyDict.name == "EMPTY_DICT")
    #expect(PickleOpcode.bytearray8.name == "BYTEARRAY8")
    #expect(PickleOpcode(rawValue: UInt8(ascii: "c")) == .global)
  }
}
