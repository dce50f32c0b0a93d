@testable import Kiln

/// A value to be written as a pickle by a test.
indirect enum PickleSample {
  case none
  case bool(Bool)
  case int(Int64)
  case float(Double)
  /// A Python 2 string; Python 3 has none and writes bytes.
  case string([UInt8])
  case text(String)
  case list([PickleSample])
  case tuple([PickleSample])
  case dict([(PickleSample, PickleSample)])
  case array(PickleArraySample)
  /// A NumPy number.
  case scalar(code: String, [UInt8])

  /// A key as the writer would make it.
  static func key(_ text: String, _ writer: PickleWriter) -> PickleSample {
    writer.isPython2 ? .string(Array(text.utf8)) : .text(text)
  }

  static func ints(_ values: some Sequence<Int>) -> PickleSample {
    .list(values.map { .int(Int64($0)) })
  }
}

/// An array to be written as a pickle by a test.
struct PickleArraySample {
  var code = "u1"
  var byteOrder = "|"
  var shape: [Int]
  var isByColumns = false
  var payload: [UInt8]
}

/// Who writes the pickle, and in which protocol.
enum PickleWriter: Equatable, CustomStringConvertible, Sendable {
  case cPickle(Int)
  case pickle2(Int)
  case python3(Int)

  static let all: [PickleWriter] =
    (0...2).map { .cPickle($0) } + (0...2).map { .pickle2($0) } + (0...5).map { .python3($0) }

  var version: Int {
    switch self {
    case .cPickle(let version), .pickle2(let version), .python3(let version): version
    }
  }

  var isPython2: Bool {
    if case .python3 = self { false } else { true }
  }

  var description: String {
    switch self {
    case .cPickle(let version): "cPickle \(version)"
    case .pickle2(let version): "pickle.py \(version)"
    case .python3(let version): "Python 3 \(version)"
    }
  }

  /// The bytes of a pickle.
  func pickle(_ value: PickleSample) -> [UInt8] {
    var emitter = PickleEmitter(writer: self)
    emitter.emit(value)
    var bytes: [UInt8] = version >= 2 ? [0x80, UInt8(version)] : []
    let body = emitter.bytes + [UInt8(ascii: ".")]
    if version >= 4 { bytes += [0x95] + littleEndianBytes(UInt64(body.count)) }
    return bytes + body
  }
}

func littleEndianBytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// Writes opcodes as Python does; only what is common to all values is told apart by writer.
private struct PickleEmitter {
  let writer: PickleWriter
  var bytes: [UInt8] = []
  private var memoCount: Int

  private var version: Int { writer.version }

  init(writer: PickleWriter) {
    self.writer = writer
    if case .cPickle = writer { memoCount = 1 } else { memoCount = 0 }
  }

  private mutating func op(_ character: Character) { bytes += Array(String(character).utf8) }
  private mutating func line(_ text: String) { bytes += Array(text.utf8) + [0x0A] }

  /// Stores the top; cPickle leaves out what has one reference, as strings and tuples in arrays.
  private mutating func put() {
    defer { memoCount += 1 }
    if version >= 4 { return bytes.append(0x94) }
    if version == 0 { return line("p\(memoCount)") }
    if memoCount < 256 {
      bytes += Array("q".utf8) + [UInt8(memoCount)]
    } else {
      bytes += Array("r".utf8) + littleEndianBytes(UInt32(memoCount))
    }
  }

  mutating func emit(_ value: PickleSample) {
    switch value {
    case .none: op("N")
    case .bool(let value):
      version >= 2 ? bytes.append(value ? 0x88 : 0x89) : line("I0\(value ? 1 : 0)")
    case .int(let value): emit(int: value)
    case .float(let value):
      if version == 0 { line("F\(value)") } else { bytes += [0x47] + bigEndian([value.bitPattern]) }
    case .string(let value): emit(string: value)
    case .text(let value): emit(text: value)
    case .list(let items): emit(list: items)
    case .tuple(let items): emit(tuple: items)
    case .dict(let items): emit(dict: items)
    case .array(let array): emit(array: array)
    case .scalar(let code, let payload):
      global(core + "multiarray", "scalar")
      emitArguments {
        $0.emit(dtype: code, payload.count == 1 ? "|" : "<")
        $0.emit(string: payload)
      }
    }
  }

  private mutating func emit(int value: Int64) {
    if version == 0 || Int32(exactly: value) == nil && version < 2 {
      return line(Int32(exactly: value) == nil && !writer.isPython2 ? "L\(value)L" : "I\(value)")
    }
    if let value = UInt8(exactly: value) {
      bytes += [0x4B, value]
    } else if let value = UInt16(exactly: value) {
      bytes += [0x4D] + littleEndianBytes(value)
    } else if let value = Int32(exactly: value) {
      bytes += [0x4A] + littleEndianBytes(value)
    } else if writer.isPython2 {
      line("I\(value)")
    } else {
      bytes += [0x8A, 8] + littleEndianBytes(value)
    }
  }

  private mutating func emit(string value: [UInt8]) {
    guard writer.isPython2 else { return emit(bytes: value) }
    if version == 0 {
      let repr = value.map { byte in
        switch byte {
        case 0x27, 0x5C: "\\" + String(Unicode.Scalar(byte))
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case 0x09: "\\t"
        case 0x20...0x7E: String(Unicode.Scalar(byte))
        default: "\\x" + hexadecimal([byte])
        }
      }
      line("S'\(repr.joined())'")
    } else if value.count < 256 {
      bytes += [0x55, UInt8(value.count)] + value
    } else {
      bytes += [0x54] + littleEndianBytes(Int32(value.count)) + value
    }
    if case .pickle2 = writer { put() }
  }

  /// Python 3: bytes from protocol 3 on, text that is encoded before.
  private mutating func emit(bytes value: [UInt8]) {
    if version >= 3 {
      bytes +=
        value.count < 256
        ? [0x43, UInt8(value.count)] + value
        : [0x42] + littleEndianBytes(UInt32(value.count)) + value
      return put()
    }
    if value.isEmpty {
      global("__builtin__", "bytes")
      return emitArguments { _ in }
    }
    global("_codecs", "encode")
    emitArguments {
      $0.emit(text: String(String.UnicodeScalarView(value.map { Unicode.Scalar($0) })))
      $0.emit(text: "latin1")
    }
  }

  private mutating func emit(text value: String) {
    let utf8 = Array(value.utf8)
    if version == 0 {
      let escaped: [[UInt8]] = value.unicodeScalars.map { scalar in
        switch scalar.value {
        case 0, 0x0A, 0x0D, 0x1A, 0x5C, 0x100...:
          let digits = String(scalar.value, radix: 16)
          return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
        default: return [UInt8(scalar.value)]
        }
      }
      bytes += [0x56] + escaped.flatMap { $0 } + [0x0A]
    } else if version >= 4, utf8.count < 256 {
      bytes += [0x8C, UInt8(utf8.count)] + utf8
    } else {
      bytes += [0x58] + littleEndianBytes(UInt32(utf8.count)) + utf8
    }
    put()
  }

  private mutating func emit(list items: [PickleSample]) {
    if version == 0 { bytes += Array("(l".utf8) } else { op("]") }
    put()
    for start in stride(from: 0, to: items.count, by: 1000) {
      if version > 0 { op("(") }
      for item in items[start..<min(start + 1000, items.count)] {
        emit(item)
        if version == 0 { op("a") }
      }
      if version > 0 { op("e") }
    }
  }

  private mutating func emit(dict items: [(PickleSample, PickleSample)]) {
    if version == 0 { bytes += Array("(d".utf8) } else { op("}") }
    put()
    if version > 0 { op("(") }
    for (key, value) in items {
      emit(key)
      emit(value)
      if version == 0 { op("s") }
    }
    if version > 0 { op("u") }
  }

  private mutating func emit(tuple items: [PickleSample]) {
    emitTuple(count: items.count) { emitter in for item in items { emitter.emit(item) } }
  }

  private mutating func emitTuple(count: Int, _ body: (inout PickleEmitter) -> Void) {
    if count == 0, version > 0 { return op(")") }
    let isShort = version >= 2 && count <= 3
    if !isShort { op("(") }
    body(&self)
    if isShort { bytes.append(0x84 + UInt8(count)) } else { op("t") }
    if case .cPickle = writer { return }
    put()
  }

  // MARK: NumPy

  private var core: String { version >= 4 ? "numpy._core." : "numpy.core." }

  private mutating func global(_ module: String, _ name: String) {
    if version >= 4 {
      emit(text: module)
      emit(text: name)
      bytes.append(0x93)
    } else {
      line("c\(module)")
      line(name)
    }
    put()
  }

  /// A call of what is on top; how many arguments there are does not matter but to short tuples.
  private mutating func emitArguments(_ body: (inout PickleEmitter) -> Void) {
    op("(")
    body(&self)
    op("t")
    op("R")
    put()
  }

  private mutating func emit(dtype code: String, _ order: String) {
    global("numpy", "dtype")
    emitArguments {
      $0.emit(PickleSample.key(code, $0.writer))
      if $0.writer.isPython2 {
        $0.emit(int: 0)
        $0.emit(int: 1)
      } else {
        $0.emit(.bool(false))
        $0.emit(.bool(true))
      }
    }
    op("(")
    emit(int: 3)
    emit(PickleSample.key(order, writer))
    for _ in 0..<3 { op("N") }
    for value in [-1, -1, 0] as [Int64] { emit(int: value) }
    op("t")
    op("b")
  }

  private mutating func emit(array: PickleArraySample) {
    let shape = PickleSample.tuple(array.shape.map { .int(Int64($0)) })
    if version == 5 {
      global(core + "numeric", "_frombuffer")
      return emitArguments {
        $0.bytes += [0x96] + littleEndianBytes(UInt64(array.payload.count)) + array.payload
        $0.put()
        $0.emit(dtype: array.code, array.byteOrder)
        $0.emit(shape)
        $0.emit(text: array.isByColumns ? "F" : "C")
      }
    }
    global(core + "multiarray", "_reconstruct")
    emitArguments {
      $0.global("numpy", "ndarray")
      $0.emit(.tuple([.int(0)]))
      $0.emit(string: [UInt8(ascii: "b")])
    }
    op("(")
    emit(int: 1)
    emit(shape)
    emit(dtype: array.code, array.byteOrder)
    emit(.bool(array.isByColumns))
    emit(string: array.payload)
    op("t")
    op("b")
  }
}

/// Reads a pickle in memory, as from a file that is packed.
func readPickle(_ bytes: [UInt8]) throws -> PickleDocument {
  try PickleMachine.read(.stream(MemoryStream(bytes), packedByteCount: bytes.count))
}
