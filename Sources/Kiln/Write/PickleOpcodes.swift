// The pickle opcodes that arrays in a dict or tuples need (CPython's pickletools.py describes all):
//
//   80 n          PROTO        2 to 5               4B n, 4D nn, 4A nnnn, 8A k n…  whole numbers
//   7D            {}           an empty dict        58 llll text    text, UTF-8
//   28            mark                              42 llll bytes   bytes (protocol 3 on)
//   74, 86, 87    tuple        of all above the     8E llllllll b…  bytes (protocol 4 on)
//                 mark, of two, of three            63 m\n n\n      module's global n
//   75            SETITEMS     keys and values      52              REDUCE: calls with a tuple
//   88 89 4E 2E   True, False, None, stop           62              BUILD: sets an object's state
//
// Numbers are little-endian. An array, as NumPy itself writes it:
//
//   numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b'b') BUILD
//     (1, shape, numpy.dtype('f4', False, True) BUILD (3, '<', None, None, None, -1, -1, 0), False,
//      the elements as bytes)
//
// Protocol 2 has no bytes: as Python does, they are _codecs.encode(text, 'latin1').
//
// The module's name is that of NumPy 1, which NumPy 2 takes without a warning; `numpy._core` is unknown
// before 1.26. The `_frombuffer` that NumPy writes in protocol 5 has no such name in common, and buys a
// reader nothing: by `_reconstruct`, too, an array uses the bytes where they were read. Nothing is
// kept in the memo, and frames are left out; both are optional.

/// Writes the bytes of a pickle in their order.
struct PickleOpcodes {
  /// The protocols that can be written: 2 is the first with binary arrays.
  static let protocols = 2...5
  /// Byte count of the field that says how long an array's elements are, in protocol 2.
  static let textLengthByteCount = 4

  /// The protocol.
  let version: Int
  /// What was written so far.
  private(set) var bytes: [UInt8] = []

  init(version: Int) { self.version = version }

  /// The most bytes that an array may have.
  static func maximumByteCount(ofArrayIn version: Int) -> Int {
    switch version {
    // As text in UTF-8 each byte becomes up to two, counted in 32 bits.
    case 2: Int(UInt32.max) / 2
    case 3: Int(UInt32.max)
    default: Int.max
    }
  }

  mutating func start() { bytes += [0x80, UInt8(version)] }
  mutating func stop() { bytes.append(0x2E) }
  mutating func mark() { bytes.append(0x28) }
  mutating func emptyDict() { bytes.append(0x7D) }
  mutating func setItems() { bytes.append(0x75) }
  mutating func tupleOfTwo() { bytes.append(0x86) }
  mutating func tupleOfThree() { bytes.append(0x87) }

  mutating func text(_ text: String) {
    bytes.append(0x58)
    append(UInt32(text.utf8.count))
    bytes += Array(text.utf8)
  }

  /// Everything of an array up to its elements.
  ///
  /// In protocol 2 the length of the elements as text follows, which only their writer knows.
  mutating func startArray(_ type: ElementType, shape: [Int]) {
    if version == 2 {
      global("numpy.core.multiarray", "_reconstruct")
      global("numpy", "ndarray")
      number(0)
      bytes.append(0x85)
      global("_codecs", "encode")
      text("b")
      endText()
    } else {
      global("numpy.core.multiarray", "_reconstruct")
      global("numpy", "ndarray")
      number(0)
      bytes += [0x85, 0x42, 1, 0, 0, 0, 0x62]
    }
    tupleOfThree()
    bytes.append(0x52)
    mark()
    number(1)
    mark()
    for dimension in shape { number(dimension) }
    bytes.append(0x74)
    dtype(NPYHeader.descriptor(of: type))
    bytes.append(0x89)
    startElements(byteCount: shape.reduce(type.byteCount, *))
  }

  private mutating func startElements(byteCount: Int) {
    switch version {
    case 2:
      global("_codecs", "encode")
      bytes.append(0x58)
    case 3:
      bytes.append(0x42)
      append(UInt32(byteCount))
    default:
      bytes.append(0x8E)
      append(UInt64(byteCount))
    }
  }

  /// What follows an array's elements.
  mutating func endArray() {
    if version == 2 { endText() }
    bytes += [0x74, 0x62]
  }

  /// Elements as they are in the pickle.
  func elements(_ bytes: [UInt8]) -> [UInt8] {
    guard version == 2 else { return bytes }
    return makeBytes(capacity: 2 * bytes.count) { cursor in
      for byte in bytes {
        if byte < 0x80 {
          cursor.append(byte)
        } else {
          cursor.append(0xC0 | byte >> 6)
          cursor.append(0x80 | byte & 0x3F)
        }
      }
    }
  }

  // MARK: Parts of an array

  private mutating func dtype(_ descriptor: String) {
    global("numpy", "dtype")
    text(String(descriptor.dropFirst()))
    bytes += [0x89, 0x88, 0x87, 0x52]
    mark()
    number(3)
    text(String(descriptor.prefix(1)))
    bytes += [0x4E, 0x4E, 0x4E]
    number(-1)
    number(-1)
    number(0)
    bytes += [0x74, 0x62]
  }

  /// Makes bytes of the text before: `_codecs.encode(text, 'latin1')`.
  private mutating func endText() {
    text("latin1")
    bytes += [0x86, 0x52]
  }

  private mutating func global(_ module: String, _ name: String) {
    bytes.append(0x63)
    bytes += Array("\(module)\n\(name)\n".utf8)
  }

  private mutating func number(_ value: Int) {
    if let byte = UInt8(exactly: value) {
      bytes += [0x4B, byte]
    } else if let word = UInt16(exactly: value) {
      bytes.append(0x4D)
      append(word)
    } else if let word = Int32(exactly: value) {
      bytes.append(0x4A)
      append(word)
    } else {
      bytes += [0x8A, 8]
      append(Int64(value))
    }
  }

  private mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
    bytes += makeBytes(capacity: MemoryLayout<Word>.size) { $0.append(littleEndian: word) }
  }
}
