/// Lists the opcodes of a pickle with their places and arguments, as Python's `pickletools` does.
///
/// Nothing is built: of a long string only the beginning is looked at, and the list is as long as the
/// file but never in memory.
package struct PickleTrace {
  /// The most levels that lines are indented by; marks can be nested as deep as a file is long.
  private static let deepestIndentation = 16

  private let input: PickleInput
  private var markCount = 0

  /// Lists a file, packed or not, up to its STOP.
  /// - Parameters:
  ///   - path: of the file.
  ///   - body: takes one line after the other.
  /// - Throws: ``StageError`` where the file is no pickle any more; what `body` throws.
  package static func list(_ path: String, _ body: (String) throws -> Void) throws {
    try at(.decode, Path.lastComponent(path)) {
      let resource = try Resource(path: path)
      let content: PickleInput.Content =
        if let file = try resource.map() {
          .mapped(file)
        } else {
          .stream(try resource.open(), packedByteCount: resource.file.byteCount)
        }
      var trace = PickleTrace(input: PickleInput(content))
      while let line = try trace.next() { try body(line) }
    }
  }

  /// Lists a pickle in memory or in a file.
  static func lines(of content: PickleInput.Content) throws -> [String] {
    var trace = PickleTrace(input: PickleInput(content))
    var lines: [String] = []
    while let line = try trace.next() { lines.append(line) }
    return lines
  }

  private init(input: PickleInput) { self.input = input }

  private var hasStopped = false

  /// The line of the next opcode; nil behind STOP.
  private mutating func next() throws -> String? {
    guard !hasStopped else { return nil }
    let opcode = try input.nextOpcode()
    hasStopped = opcode == .stop
    let place = String(input.opcodeOffset)
    let depth = min(markCount, Self.deepestIndentation)
    if opcode == .mark { markCount += 1 }
    if Self.takesMark(opcode) { markCount = max(0, markCount - 1) }
    let argument = try argument(opcode)
    let start =
      String(repeating: " ", count: max(0, 5 - place.count)) + place + ": " + opcode.symbol
      + String(repeating: "    ", count: depth)
    guard !argument.isEmpty else { return start + opcode.name }
    return start + opcode.name
      + String(repeating: " ", count: max(1, 11 - opcode.name.count)) + argument
  }

  private static func takesMark(_ opcode: PickleOpcode) -> Bool {
    switch opcode {
    case .appends, .setitems, .additems, .list, .tuple, .dict, .frozenset, .popMark, .inst, .obj:
      true
    default: false
    }
  }

  private func argument(_ opcode: PickleOpcode) throws -> String {
    switch opcode.argument {
    case .none: return ""
    case .u1: return String(try input.byte())
    case .u2: return String(try input.word(2))
    case .u4: return String(try input.word(4))
    case .u8: return String(try input.word(8))
    case .i4: return String(Int32(truncatingIfNeeded: try input.word(4)))
    case .f8: return "\(Double(bitPattern: try input.word(8).byteSwapped))"
    case .line: return PickleError.shown(String(decoding: try input.line(), as: UTF8.self))
    case .twoLines:
      let first = String(decoding: try input.line(), as: UTF8.self)
      return PickleError.shown("'\(first) \(String(decoding: try input.line(), as: UTF8.self))'")
    case .quoted, .unicodeLine: return try line()
    case .counted1: return try string(UInt64(try input.byte()))
    case .counted4: return try string(try input.word(4))
    case .counted8: return try string(try input.word(8))
    case .signedCounted4:
      return try string(
        UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try input.word(4)))))
    }
  }

  private func line() throws -> String {
    var start: [UInt8] = []
    var count = 0
    try input.longLine { part in
      count += part.count
      start += part.prefix(PickleLimits.shownCharacterCount - start.count)
    }
    let more = count > start.count ? "… (\(count) bytes)" : ""
    return String(decoding: start, as: UTF8.self).printable + more
  }

  private func string(_ promised: UInt64) throws -> String {
    let count = try input.length(promised)
    let start = try input.bytes(min(count, PickleLimits.shownCharacterCount))
    try input.skip(count - start.count)
    let more = count > start.count ? "… (\(count) bytes)" : ""
    if input.opcode == .long1 || input.opcode == .long4 {
      if case .integer(let value) = PickleNumber(twosComplement: start) { return "\(value)" }
      return "an int of \(count) bytes"
    }
    let isBytes = [.binbytes, .shortBinbytes, .binbytes8, .bytearray8].contains(input.opcode)
    return (isBytes ? "b'" : "'") + start.map(Self.shown).joined() + "'" + more
  }

  private static func shown(_ byte: UInt8) -> String {
    (0x20...0x7E).contains(byte) ? String(Unicode.Scalar(byte)) : "\\x" + hexadecimal([byte])
  }
}

extension PickleOpcode {
  /// The opcode's byte as Python writes it, padded: `(` or `\x80`.
  fileprivate var symbol: String {
    rawValue < 0x7F
      ? "\(Character(Unicode.Scalar(rawValue)))    " : "\\x\(hexadecimal([rawValue])) "
  }
}
