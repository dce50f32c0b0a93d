/// Reads a pickle as data: the stack machine of Python's `pickle`, without everything that could
/// execute something.
///
/// No opcode makes an object of a class. The few names that NumPy's arrays need stand for themselves,
/// and a foreign one is refused where it is named.
struct PickleMachine {
  let input: PickleInput
  var values = PickleValues()
  private(set) var stack: [PickleValue] = []
  /// The height of the stack at each mark; opcodes reach no value below the topmost.
  private var marks: [Int] = []
  private var memo = PickleMemo()
  private var highestStack = 0
  private var frameEnd = 0
  /// Bytes of arrays of text that are kept of a stream.
  var keptTextByteCount = 0

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
}

/// A pickle that was read.
struct PickleDocument: Sendable {
  let values: PickleValues
  /// What STOP left.
  let root: PickleValue
}
