// What NumPy's arrays, dtypes and scalars are made of in a pickle, and the values that stand for the
// calls. Arguments and states are those that NumPy 1 and 2 write, and no others:
//
//   _reconstruct(ndarray, (0,), b'b')     an array that BUILD fills with (1, shape, dtype, fortran, bytes)
//   dtype('f4', 0, 1)                     a dtype that BUILD gives (3, '<', None, None, None, -1, -1, 0)
//   scalar(dtype, bytes)                  a number
//   _frombuffer(bytes, dtype, shape, 'C') an array; 'F' by columns, 'K' with the axes it has then
//   _codecs.encode(text, 'latin1')        bytes
//   bytes() bytearray() set([])           as in Python
//   OrderedDict() OrderedDict([[k, v]])   a dict, which opcodes fill; Python 2 gives the items at once

extension PickleMachine {
  mutating func global(module: String, name: String) throws -> PickleValue {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw PickleError.refusedGlobal(module: module, name: name, offset: input.opcodeOffset)
    }
    return values.global(global)
  }

  mutating func stackGlobal(_ names: [PickleValue]) throws -> PickleValue {
    for name in names where values.kind(of: name) != .text { throw wrongType("text", name) }
    return try global(
      module: values.shortText(names[0]) ?? "", name: values.shortText(names[1]) ?? "")
  }

  // MARK: REDUCE

  mutating func call(_ callee: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard let global = values.global(callee) else {
      throw wrongType("a callable", callee)
    }
    guard values.kind(of: arguments) == .tuple else {
      throw wrongType("a tuple of arguments", arguments)
    }
    // No call has more than five.
    let items = Array(values.items(arguments).prefix(6))
    let result: PickleValue? =
      switch global {
      case .reconstruct: reconstruct(items)
      case .dtype: try dtype(items)
      case .scalar: try scalar(items)
      case .frombuffer: try frombuffer(items)
      case .encode: items.count == 2 ? try encode(items[0], items[1]) : nil
      case .bytes: items.isEmpty ? try short(.bytes, []) : nil
      case .bytearray: try bytearray(items)
      case .set, .frozenset: set(items)
      case .orderedDict: try orderedDict(items)
      case .ndarray: nil
      }
    guard let result else {
      throw PickleError.refusedCall(
        global, offset: input.opcodeOffset, found: values.line(for: arguments))
    }
    return result
  }

  private mutating func reconstruct(_ items: [PickleValue]) -> PickleValue? {
    guard items.count == 3, values.global(items[0]) == .ndarray,
      values.kind(of: items[1]) == .tuple, values.count(items[1]) == 1,
      values.items(items[1]).allSatisfy({ values.integer($0) == 0 }),
      values.isText(items[2], "b")
    else { return nil }
    return values.array(nil)
  }

  private mutating func dtype(_ items: [PickleValue]) throws -> PickleValue? {
    guard items.count == 3, let code = values.shortText(items[0]),
      values.flag(items[1]) == false, values.flag(items[2]) == true
    else { return nil }
    if let type = PickleTextType(code: code) { return values.textType(type) }
    guard let type = ElementType.numPyCodes.firstIndex(of: code) else {
      throw PickleError.badDType("'\(PickleError.shown(code))'", offset: input.opcodeOffset)
    }
    return values.dtype(UInt32(type))
  }

  private func elements(_ value: PickleValue) throws -> (type: ElementType, order: ByteOrder) {
    guard let (type, isBigEndian) = values.dtype(value) else { throw wrongType("a dtype", value) }
    return (ElementType.allCases[Int(type)], isBigEndian ? .big : .little)
  }

  private mutating func scalar(_ items: [PickleValue]) throws -> PickleValue? {
    guard items.count == 2, let payload = values.bytes(items[1]) else { return nil }
    if let type = values.textType(items[0]) {
      guard payload.byteCount == type.byteCount else { return nil }
      // Of a long one nobody wants to know more than that.
      guard case .short(let bytes) = payload else { return items[1] }
      return try type.text(bytes).map { try short(.text, Array($0.utf8)) }
    }
    guard case .short(let bytes) = payload else { return nil }
    let (type, order) = try elements(items[0])
    guard bytes.count == type.byteCount else { return nil }
    let native = order == .native ? bytes : bytes.reversed()
    if type.isFloat { return values.float(type.numbers(in: native)[0]) }
    // Only the upper half of u64 has no i64.
    guard let value = try? type.integers(in: native).first else { return values.hugeInteger() }
    return type == .bool ? .bool(value != 0) : values.integer(value)
  }

  private mutating func frombuffer(_ items: [PickleValue]) throws -> PickleValue? {
    guard items.count == 4 || items.count == 5, let payload = values.bytes(items[0]),
      let word = values.shortText(items[3])
    else { return nil }
    let shape = try shape(items[2])
    if let type = values.textType(items[1]) {
      return values.texts(try texts(type, shape, payload))
    }
    switch (word, items.count) {
    case ("C", 4): return values.array(try array(items[1], shape, .rowMajor, payload))
    case ("F", 4): return values.array(try array(items[1], shape, .columnMajor, joined(payload)))
    case ("K", 5):
      let stored = try array(items[1], shape, .rowMajor, joined(payload))
      let axes = try self.shape(items[4])
      return values.array(try described { () throws(ArrayError) in try stored.transposed(axes) })
    default: return nil
    }
  }

  private mutating func bytearray(_ items: [PickleValue]) throws -> PickleValue? {
    switch items.count {
    case 0: return try short(.bytes, [])
    case 1: return values.bytes(items[0]) == nil ? nil : items[0]
    case 2: return try encode(items[0], items[1])
    default: return nil
    }
  }

  private mutating func set(_ items: [PickleValue]) -> PickleValue? {
    guard items.count == 1, values.kind(of: items[0]) == .list else { return nil }
    let set = values.empty(.set)
    for item in values.items(items[0]) { values.append(item, to: set) }
    return set
  }

  private mutating func orderedDict(_ items: [PickleValue]) throws -> PickleValue? {
    guard let pairs = items.first else { return values.empty(.dict) }
    guard items.count == 1, values.kind(of: pairs) == .list,
      values.count(pairs) <= PickleLimits.pairCount
    else { return nil }
    var content: [PickleValue] = []
    for pair in values.items(pairs) {
      guard [.list, .tuple].contains(values.kind(of: pair)), values.count(pair) == 2 else {
        return nil
      }
      content += values.items(pair)
    }
    return try filledDict(content)
  }

  /// Bytes that Python 3 wrote as text, for protocols that have no bytes.
  private mutating func encode(
    _ text: PickleValue, _ encoding: PickleValue
  ) throws -> PickleValue? {
    guard values.kind(of: text) == .text, let stored = values.stored(text),
      values.isText(encoding, "latin1") || values.isText(encoding, "latin-1")
    else { return nil }
    guard stored.isKept else { throw misplaced() }
    var pieces = BytePieces()
    var decoder = PickleLatin1()
    let step = 256 << 10
    for start in stride(from: 0, to: stored.byteCount, by: step) {
      let part = stored.bytes(start..<min(start + step, stored.byteCount))
      guard let piece = decoder.decode(part) else {
        throw PickleError.badText(input.opcode, offset: input.opcodeOffset)
      }
      try input.copy(piece.count)
      pieces.append(piece)
    }
    guard decoder.isComplete else {
      throw PickleError.badText(input.opcode, offset: input.opcodeOffset)
    }
    return try string(.bytes, pieces)
  }

  // MARK: BUILD

  mutating func build(_ receiver: PickleValue, _ state: PickleValue) throws {
    guard values.kind(of: state) == .tuple else { throw wrongType("a tuple", state) }
    // No state has more than nine.
    let items = Array(values.items(state).prefix(10))
    let isFirst: Bool
    switch values.kind(of: receiver) {
    case .dtype, .textType: isFirst = try build(dtype: receiver, items)
    case .array: isFirst = try build(array: receiver, items)
    default: throw wrongType("an array or a dtype", receiver)
    }
    guard isFirst else {
      throw PickleError.badArray("is built twice (damaged file?)", offset: input.opcodeOffset)
    }
  }

  private mutating func build(dtype: PickleValue, _ items: [PickleValue]) throws -> Bool {
    guard items.count == 8, values.integer(items[0]) == 3, let order = values.shortText(items[1]),
      ["<", ">", "|", "="].contains(order),
      items[2...4].allSatisfy({ values.kind(of: $0) == .none }),
      values.textType(dtype) != nil
        ? items[5...7].allSatisfy({ values.integer($0) != nil })
        : items[5...6].allSatisfy({ values.integer($0) == -1 }) && values.integer(items[7]) == 0
    else {
      throw PickleError.badDType(
        "of structures, text, dates or objects", offset: input.opcodeOffset)
    }
    return values.finish(dtype: dtype, isBigEndian: order == ">")
  }

  private mutating func build(array: PickleValue, _ items: [PickleValue]) throws -> Bool {
    var rest = items[...]
    if rest.count == 5 {
      guard values.integer(rest.removeFirst()) == 1 else {
        throw PickleError.badArray("is of an unknown version", offset: input.opcodeOffset)
      }
    }
    let state = Array(rest)
    guard state.count == 4, let isByColumns = values.flag(state[2]) else {
      throw PickleError.badArray(
        "has a state that NumPy does not write", offset: input.opcodeOffset)
    }
    let shape = try shape(state[0])
    guard let payload = values.bytes(state[3]) else { throw wrongType("bytes", state[3]) }
    if let type = values.textType(state[1]) {
      return values.finish(array: array, try texts(type, shape, payload))
    }
    let content = try self.array(
      state[1], shape, isByColumns ? .columnMajor : .rowMajor,
      isByColumns ? joined(payload) : payload)
    return values.finish(array: array, content)
  }

  // MARK: Arrays

  private func shape(_ value: PickleValue) throws -> [Int] {
    guard values.kind(of: value) == .tuple else { throw wrongType("a shape", value) }
    guard values.count(value) <= PickleLimits.rank else {
      throw PickleError.badArray(
        "has \(values.count(value)) dimensions, expected at most \(PickleLimits.rank)",
        offset: input.opcodeOffset)
    }
    return try values.items(value).map { item in
      guard let size = values.integer(item), (0...Int64(PickleLimits.dimension)).contains(size)
      else {
        throw PickleError.badArray(
          "has a dimension of \(values.line(for: item)), expected 0 to \(PickleLimits.dimension)",
          offset: input.opcodeOffset)
      }
      return Int(size)
    }
  }

  /// Bytes that an array of this shape and type takes; nil where these are none.
  func byteCount(shape: PickleValue, dtype: PickleValue) -> Int? {
    guard values.dtype(dtype) != nil, let sizes = try? self.shape(shape),
      let type = try? elements(dtype).type
    else { return nil }
    return try? NumericArray.byteCount(of: type, sizes)
  }

  /// Bytes that an array of text of this shape takes; nil where they cannot be counted.
  func byteCount(of type: PickleTextType, shape: PickleValue) -> Int? {
    (try? self.shape(shape)).flatMap { try? type.byteCount(of: $0) }
  }

  private func array(
    _ dtype: PickleValue, _ shape: [Int], _ order: NumericArray.Order, _ payload: PickleString
  ) throws -> NumericArray {
    let (type, byteOrder) = try elements(dtype)
    if case .long(.skipped) = payload { throw misplaced() }
    // Each array has its own copy of a short string.
    if case .short(let bytes) = payload { try input.copy(bytes.count) }
    return try described { () throws(ArrayError) in
      let promised = try NumericArray.byteCount(of: type, shape)
      if payload.byteCount < promised {
        throw .dataEnds(at: payload.byteCount, promised: promised)
      }
      if payload.byteCount > promised { throw .dataContinues(after: promised) }
      let (storage, offset): (NumericArray.Storage, Int) =
        switch payload {
        case .short(let bytes): (.owned(bytes), 0)
        case .long(.mapped(let file, let range)): (.mapped(file), range.lowerBound)
        case .long(.pieces(let pieces)): (.pieces(pieces), 0)
        case .long(.packed(let bytes)): (.packed(bytes), 0)
        case .long(.skipped): (.owned([]), 0)
        }
      return try NumericArray(type, byteOrder, shape: shape, order: order, in: storage, at: offset)
    }
  }

  private func texts(
    _ type: PickleTextType, _ shape: [Int], _ payload: PickleString
  ) throws -> PickleTexts {
    if case .short(let bytes) = payload { try input.copy(bytes.count) }
    return try described { () throws(ArrayError) in
      try PickleTexts(type, shape: shape, payload)
    }
  }

  /// The same bytes where samples are not behind one another: what lies in pieces is joined, since each
  /// batch is then gathered from all of it.
  private func joined(_ payload: PickleString) throws -> PickleString {
    guard payload.isKept else { throw misplaced() }
    guard case .long(.pieces(let pieces)) = payload else { return payload }
    guard pieces.byteCount <= SampleArray.maximumWholeByteCount else {
      throw PickleError.badArray(
        "\(ArrayError.mustBeWhole(byteCount: pieces.byteCount))", offset: input.opcodeOffset)
    }
    return .short(pieces.bytes(0..<pieces.byteCount))
  }

  /// A string that was read over has turned out to be wanted.
  private func misplaced() -> PickleError {
    .badArray(
      "has its bytes where NumPy writes none (unpack the file first)", offset: input.opcodeOffset)
  }

  private func described<Result>(_ body: () throws(ArrayError) -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw PickleError.badArray("\(error)", offset: input.opcodeOffset)
    }
  }
}

extension PickleValues {
  /// A truth value, also as the number that older writers use.
  func flag(_ value: PickleValue) -> Bool? {
    if let bool = bool(value) { return bool }
    switch integer(value) {
    case 0: return false
    case 1: return true
    default: return nil
    }
  }

  /// The bytes of a Python 2 or Python 3 string of bytes.
  fileprivate func bytes(_ value: PickleValue) -> PickleString? {
    [.string, .bytes].contains(kind(of: value)) ? stored(value) : nil
  }

  fileprivate func isText(_ value: PickleValue, _ text: String) -> Bool { shortText(value) == text }
}
