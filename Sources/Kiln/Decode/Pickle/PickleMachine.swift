/// Reads a pickle as data: the stack machine of Python's `pickle`, without everything that could
/// execute something.
///
/// No opcode makes an object of a class. The few names that NumPy's arrays need stand for themselves,
/// and a foreign one is refused where it is named.
struct PickleMachine {
  let input: PickleInput
  var values = PickleValues()
  private var stack: [PickleValue] = []
  /// The height of the stack at each mark; opcodes reach no value below the topmost.
  private var marks: [Int] = []
  private var memo = PickleMemo()
  private var highestStack = 0
  private var frameEnd = 0
  /// Bytes of arrays of text that are kept of a stream.
  private var keptTextByteCount = 0

  private init(_ input: PickleInput) { self.input = input }

  /// Reads a pickle up to its STOP.
  /// - Throws: ``PickleError``, or what is wrong with the stream.
  static func read(_ content: PickleInput.Content) throws -> PickleDocument {
    var machine = PickleMachine(PickleInput(content))
    let root = try machine.run()
    return PickleDocument(values: machine.values, root: root)
  }

  private mutating func run() throws -> PickleValue {
    while true {
      let opcode = try input.nextOpcode()
      if opcode == .stop {
        let root = try pop()
        try input.finish(frameEnd: frameEnd)
        try input.readOn()
        return root
      }
      try perform(opcode)
      highestStack = max(highestStack, stack.count + 2 * marks.count)
      // What doubles while it grows counts threefold.
      let structure =
        values.structureByteCount + 12 * highestStack + memo.structureByteCount
      guard structure <= PickleLimits.structureByteCount else {
        throw PickleError.tooMuchStructure(offset: input.opcodeOffset)
      }
    }
  }

  private mutating func perform(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .mark: marks.append(stack.count)
    case .pop: try popOrUnmark()
    case .popMark: _ = try popToMark()
    case .dup: push(try top())
    case .proto:
      let version = Int(try input.byte())
      guard version <= 5 else {
        throw PickleError.badProtocol(version, offset: input.opcodeOffset)
      }
    case .frame: frameEnd = input.offset + (try input.length(try input.word(8)))
    case .none: push(.none)
    case .newtrue: push(.bool(true))
    case .newfalse: push(.bool(false))
    case .int, .long, .long1, .long4, .float: push(try number(opcode))
    case .binint:
      push(values.integer(Int64(Int32(truncatingIfNeeded: try input.word(4)))))
    case .binint1: push(values.integer(Int64(try input.byte())))
    case .binint2: push(values.integer(Int64(try input.word(2))))
    case .binfloat:
      push(values.float(Double(bitPattern: try input.word(8).byteSwapped)))
    case .string, .unicode: push(try line(opcode))
    case .binstring, .shortBinstring: push(try string(.string))
    case .binbytes, .shortBinbytes, .binbytes8, .bytearray8: push(try string(.bytes))
    case .binunicode, .shortBinunicode, .binunicode8: push(try string(.text))
    case .emptyList: push(values.empty(.list))
    case .emptyTuple: push(.emptyTuple)
    case .emptyDict: push(values.empty(.dict))
    case .emptySet: push(values.empty(.set))
    case .list: push(filled(.list, try popToMark()))
    case .frozenset: push(filled(.set, try popToMark()))
    case .tuple: push(values.tuple(try popToMark()))
    case .dict: push(try filledDict(try popToMark()))
    case .tuple1: push(values.tuple(try pop(1)))
    case .tuple2: push(values.tuple(try pop(2)))
    case .tuple3: push(values.tuple(try pop(3)))
    case .append: try append([try pop()], to: .list, "a list")
    case .appends: try append(try popToMark(), to: .list, "a list")
    case .additems: try append(try popToMark(), to: .set, "a set")
    case .setitem: try setItems(try pop(2))
    case .setitems: try setItems(try popToMark())
    case .put, .binput, .longBinput: try store(try memoIndex(opcode))
    case .memoize: try store(UInt64(memo.count))
    case .get, .binget, .longBinget: push(try stored(try memoIndex(opcode)))
    case .global:
      let module = try input.line()
      push(
        try global(
          module: String(decoding: module, as: UTF8.self),
          name: String(decoding: try input.line(), as: UTF8.self)))
    case .stackGlobal: push(try stackGlobal(try pop(2)))
    case .reduce:
      let operands = try pop(2)
      push(try call(operands[0], operands[1]))
    case .build:
      let state = try pop()
      try build(try top(), state)
    case .inst, .obj, .newobj, .newobjEx, .persid, .binpersid, .ext1, .ext2, .ext4, .nextBuffer,
      .readonlyBuffer:
      throw PickleError.refusedOpcode(opcode, offset: input.opcodeOffset)
    case .stop: break
    }
  }

  // MARK: Stack

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private func underflow() -> PickleError {
    .underflow(input.opcode, offset: input.opcodeOffset)
  }

  private func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw underflow() }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw underflow() }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw PickleError.noMark(input.opcode, offset: input.opcodeOffset)
    }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private mutating func popOrUnmark() throws {
    if let mark = marks.last, mark == stack.count {
      marks.removeLast()
    } else {
      _ = try pop()
    }
  }

  // MARK: Memo

  private func memoIndex(_ opcode: PickleOpcode) throws -> UInt64 {
    switch opcode {
    case .binput, .binget: return UInt64(try input.byte())
    case .longBinput, .longBinget: return try input.word(4)
    default:
      let line = try input.line()
      guard case .integer(let index)? = PickleNumber(decimal: line), index >= 0,
        line.first != 0x2B
      else { throw badLine(line) }
      return UInt64(index)
    }
  }

  private mutating func store(_ index: UInt64) throws { memo.store(try top(), at: index) }

  private func stored(_ index: UInt64) throws -> PickleValue {
    guard let value = memo[index] else {
      throw PickleError.noMemo(String(index), offset: input.opcodeOffset)
    }
    return value
  }

  // MARK: Lists and dicts

  func wrongType(_ expected: String, _ found: PickleValue) -> PickleError {
    .wrongType(
      input.opcode, offset: input.opcodeOffset, expected: expected, found: values.name(of: found))
  }

  private mutating func filled(
    _ kind: PickleValues.Kind, _ items: [PickleValue]
  ) -> PickleValue {
    let value = values.empty(kind)
    for item in items { values.append(item, to: value) }
    return value
  }

  private mutating func append(
    _ items: [PickleValue], to kind: PickleValues.Kind, _ expected: String
  ) throws {
    let receiver = try top()
    guard values.kind(of: receiver) == kind else { throw wrongType(expected, receiver) }
    for item in items { values.append(item, to: receiver) }
  }

  mutating func filledDict(_ items: [PickleValue]) throws -> PickleValue {
    let dict = values.empty(.dict)
    try put(items, into: dict)
    return dict
  }

  private mutating func setItems(_ items: [PickleValue]) throws {
    let dict = try top()
    guard values.kind(of: dict) == .dict else { throw wrongType("a dict", dict) }
    try put(items, into: dict)
  }

  private mutating func put(_ items: [PickleValue], into dict: PickleValue) throws {
    guard items.count.isMultiple(of: 2) else {
      throw PickleError.oddItems(input.opcode, offset: input.opcodeOffset)
    }
    for position in stride(from: 0, to: items.count, by: 2) {
      guard values.isHashable(items[position]) else {
        throw wrongType("a key such as text or a number", items[position])
      }
      values.append(items[position], to: dict)
      values.append(items[position + 1], to: dict)
    }
  }

  // MARK: Numbers and strings

  private func badLine(_ line: [UInt8]) -> PickleError {
    .badLine(
      input.opcode, offset: input.opcodeOffset, found: String(decoding: line, as: UTF8.self))
  }

  private mutating func number(_ opcode: PickleOpcode) throws -> PickleValue {
    let number: PickleNumber?
    switch opcode {
    case .long1: number = try longNumber(byteCount: UInt64(try input.byte()))
    case .long4:
      // A negative length is larger than any file.
      number = try longNumber(
        byteCount: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try input.word(4)))))
    default:
      let line = try input.line()
      if opcode == .float {
        guard let value = PickleNumber.float(line) else { throw badLine(line) }
        return values.float(value)
      }
      if opcode == .int, line == [0x30, 0x30] { return .bool(false) }
      if opcode == .int, line == [0x30, 0x31] { return .bool(true) }
      let digits = opcode == .long && line.last == UInt8(ascii: "L") ? line.dropLast() : line
      number = PickleNumber(decimal: digits)
      if number == nil { throw badLine(line) }
    }
    guard case .integer(let value)? = number else { return values.hugeInteger() }
    return values.integer(value)
  }

  private func longNumber(byteCount: UInt64) throws -> PickleNumber {
    let count = try input.length(byteCount)
    guard count <= PickleLimits.lineByteCount else {
      try input.skip(count)
      return .huge
    }
    let bytes = try input.bytes(count)
    if bytes == Self.torchMagic { throw PickleError.torchFile(offset: input.opcodeOffset) }
    return PickleNumber(twosComplement: bytes)
  }

  /// The number 0x1950a86a20f9469cfc6c, which files of torch began with until they became archives.
  private static let torchMagic: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  private mutating func string(_ kind: PickleValues.Kind) throws -> PickleValue {
    let promised =
      switch input.opcode.argument {
      case .counted1: UInt64(try input.byte())
      case .counted4: try input.word(4)
      case .signedCounted4:
        UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try input.word(4))))
      default: try input.word(8)
      }
    let count = try input.length(promised)
    guard count < PickleLimits.inlineByteCount else {
      return values.string(kind, long: try long(count))
    }
    let bytes = try input.bytes(count)
    if kind == .text, String(validating: bytes, as: UTF8.self) == nil { throw badText() }
    return try short(kind, bytes)
  }

  /// A long string, if it can be a part of an array.
  private mutating func long(_ count: Int) throws -> PickleBytes {
    switch purpose {
    case .array(let byteCount, _) where byteCount != count,
      .texts(let byteCount) where byteCount != count:
      throw PickleError.badArray(
        "has \(count) bytes, its shape promises \(byteCount)", offset: input.opcodeOffset)
    case .array(_, .rowMajor): return try input.longArray(count)
    case .array(_, .columnMajor), .bytes: return try input.long(count)
    case .texts:
      if input.isInPlace { return try input.long(count) }
      guard keptTextByteCount + count <= PickleLimits.textArrayByteCount else {
        try input.skip(count)
        return .skipped(byteCount: count)
      }
      keptTextByteCount += count
      return try input.long(count)
    case .none:
      // In a mapped file nothing is kept anyway.
      if input.isInPlace { return try input.long(count) }
      try checkStray(count)
      try input.skip(count)
      return .skipped(byteCount: count)
    }
  }

  private func checkStray(_ count: Int) throws(PickleError) {
    guard count <= PickleLimits.strayByteCount else {
      throw .strayString(input.opcode, offset: input.opcodeOffset, byteCount: count)
    }
  }

  private enum Purpose {
    /// The last part of an array's state: so many bytes.
    case array(byteCount: Int, NumericArray.Order)
    /// The same of an array of text.
    case texts(byteCount: Int)
    /// An argument of what makes bytes or an array of them.
    case bytes
    /// Neither a key nor a part of an array.
    case none
  }

  /// What the next string is for, as what was read before it tells: so that a packed file cannot fill the
  /// memory with strings that nobody asks for.
  private var purpose: Purpose {
    guard let last = stack.last else { return .none }
    switch values.global(last) {
    case .encode?, .frombuffer?, .bytearray?: return .bytes
    default: break
    }
    guard stack.count >= 3, let isByColumns = values.flag(last) else { return .none }
    let (shape, dtype) = (stack[stack.count - 3], stack[stack.count - 2])
    if let type = values.textType(dtype) {
      return byteCount(of: type, shape: shape).map { .texts(byteCount: $0) } ?? .none
    }
    guard let byteCount = byteCount(shape: shape, dtype: dtype) else { return .none }
    return .array(byteCount: byteCount, isByColumns ? .columnMajor : .rowMajor)
  }

  private func badText() -> PickleError {
    .badText(input.opcode, offset: input.opcodeOffset)
  }

  mutating func short(_ kind: PickleValues.Kind, _ bytes: [UInt8]) throws -> PickleValue {
    guard let value = values.string(kind, bytes),
      values.textByteCount <= PickleLimits.textByteCount
    else {
      throw PickleError.tooMuchStructure(offset: input.opcodeOffset)
    }
    return value
  }

  /// A string that was put together; short ones are kept with the others.
  mutating func string(_ kind: PickleValues.Kind, _ pieces: BytePieces) throws -> PickleValue {
    guard pieces.byteCount < PickleLimits.inlineByteCount else {
      return values.string(kind, long: .pieces(pieces))
    }
    return try short(kind, pieces.bytes(0..<pieces.byteCount))
  }

  private mutating func line(_ opcode: PickleOpcode) throws -> PickleValue {
    let purpose = purpose
    var (limit, kept) = (Int.max, Int.max)
    switch purpose {
    case .array(let byteCount, _): limit = byteCount
    case .texts(let byteCount):
      (limit, kept) = (byteCount, PickleLimits.textArrayByteCount - keptTextByteCount)
    case .bytes: break
    // A key, or nothing.
    case .none: (limit, kept) = (PickleLimits.strayByteCount, PickleLimits.inlineByteCount)
    }
    var pieces = BytePieces()
    var byteCount = 0
    var (quoted, unicode) = (PickleQuotedText(), PickleUnicodeText())
    try input.longLine { part in
      guard let piece = opcode == .string ? quoted.decode(part) : unicode.decode(part) else {
        throw badText()
      }
      byteCount += piece.count
      if case .none = purpose { try checkStray(byteCount) }
      guard byteCount <= limit else {
        throw PickleError.badArray(
          "has more bytes than the \(limit) that its shape promises", offset: input.opcodeOffset)
      }
      guard byteCount <= kept else {
        // The rest is read over.
        pieces = BytePieces()
        return
      }
      try input.hold(piece.count)
      pieces.append(piece)
    }
    guard opcode == .string ? quoted.isComplete : unicode.isComplete else { throw badText() }
    let kind: PickleValues.Kind = opcode == .string ? .string : .text
    guard byteCount <= kept else {
      return values.string(kind, long: .skipped(byteCount: byteCount))
    }
    if case .texts = purpose { keptTextByteCount += byteCount }
    return try string(kind, pieces)
  }
}

/// A pickle that was read.
struct PickleDocument: Sendable {
  let values: PickleValues
  /// What STOP left.
  let root: PickleValue
}
