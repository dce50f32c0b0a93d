/// Where a text stops being JSON, and what was expected there.
///
/// JSONDecoder says on Linux only that a text is not valid; whoever wrote it wants the line.
struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
  let line: Int
  let column: Int
  let expected: String
  /// The character there; nil at the end of the text.
  let found: Character?

  /// The sentence a user sees.
  var description: String {
    let found =
      switch found {
      case nil: "the end"
      case let found? where found.isNewline: "the end of the line"
      case let found?: "'\(found)'"
      }
    return "line \(line), column \(column): expected \(expected), found \(found)"
  }

  /// Looks for the first fault; nil where none is found.
  static func find(in text: [UInt8]) -> JSONFault? {
    var scanner = JSONScanner(text)
    do {
      try scanner.whole()
      return nil
    } catch {
      return error
    }
  }
}

/// Reads over a JSON text (RFC 8259) up to its first fault.
private struct JSONScanner {
  /// As deep as JSONDecoder goes.
  private static let maximumDepth = 512

  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func whole() throws(JSONFault) {
    try value(depth: 0)
    skipSpace()
    if position < text.count { throw fault("the end") }
  }

  private mutating func value(depth: Int) throws(JSONFault) {
    guard depth < Self.maximumDepth else { throw fault("less nesting") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"):
      try members(until: "}", depth: depth) { scanner throws(JSONFault) in
        try scanner.string("a key in double quotes")
        scanner.skipSpace()
        try scanner.take(":")
      }
    case UInt8(ascii: "["): try members(until: "]", depth: depth) { _ throws(JSONFault) in }
    case UInt8(ascii: "\""): try string("a text")
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try number()
    }
  }

  private mutating func members(
    until end: Unicode.Scalar, depth: Int,
    before: (inout JSONScanner) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    position += 1
    skipSpace()
    if peek == UInt8(ascii: end) {
      position += 1
      return
    }
    while true {
      skipSpace()
      try before(&self)
      try value(depth: depth + 1)
      skipSpace()
      if peek != UInt8(ascii: ",") { break }
      position += 1
    }
    guard peek == UInt8(ascii: end) else { throw fault("',' or '\(end)'") }
    position += 1
  }

  private mutating func string(_ expected: String) throws(JSONFault) {
    guard peek == UInt8(ascii: "\"") else { throw fault(expected) }
    position += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte < 0x20 { throw fault("the closing '\"' on the same line") }
      position += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      guard let escaped = peek, "\"\\/bfnrtu".utf8.contains(escaped) else {
        throw fault("one of \" \\ / b f n r t u behind a backslash")
      }
      position += 1
    }
    try take("\"")
  }

  private mutating func number() throws(JSONFault) {
    let start = position
    while let byte = peek, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
    let number = String(decoding: text[start..<position], as: UTF8.self)
    guard Double(number) == nil || number.hasPrefix("+") else { return }
    position = start
    throw fault("a value")
  }

  private mutating func word(_ word: String) throws(JSONFault) {
    guard text[position...].starts(with: word.utf8) else { throw fault(word) }
    position += word.utf8.count
  }

  private mutating func take(_ character: Unicode.Scalar) throws(JSONFault) {
    guard peek == UInt8(ascii: character) else { throw fault("'\(character)'") }
    position += 1
  }

  private mutating func skipSpace() {
    while let byte = peek, " \t\r\n".utf8.contains(byte) { position += 1 }
  }

  private var peek: UInt8? { position < text.count ? text[position] : nil }

  private func fault(_ expected: String) -> JSONFault {
    let before = text[..<position]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return JSONFault(
      line: before.count { $0 == UInt8(ascii: "\n") } + 1,
      column: String(decoding: text[lineStart..<position], as: UTF8.self).count + 1,
      expected: expected,
      found: String(decoding: text[position...].prefix(4), as: UTF8.self).first)
  }
}
