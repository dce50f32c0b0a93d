// Numbers, in lines of text and in bytes.

extension PickleMachine {
  func badLine(_ line: [UInt8]) -> PickleError {
    .badLine(
      input.opcode, offset: input.opcodeOffset, found: String(decoding: line, as: UTF8.self))
  }

  mutating func number(_ opcode: PickleOpcode) throws -> PickleValue {
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
}
