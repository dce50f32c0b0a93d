// Strings, and which of them are kept.

extension PickleMachine {
  mutating func string(_ kind: PickleValues.Kind) throws -> PickleValue {
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

  mutating func line(_ opcode: PickleOpcode) throws -> PickleValue {
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
