import FoundationEssentials

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
  /// Deeper than anything that Kiln reads: JSONDecoder needs seconds for some hundred levels.
  private static let maximumDepth = 32
  /// More than the counts of 65,536 classes in ten splits; JSONDecoder takes 4 µs for each.
  private static let maximumCount = 1_000_000

  private let text: [UInt8]
  private var position = 0
  private var count = 0

  init(_ text: [UInt8]) {
    self.text = text
    // Editors on Windows put a byte order mark before the text.
    if text.starts(with: "\u{FEFF}".utf8) { position = 3 }
  }

  mutating func whole() throws(JSONFault) {
    try value(depth: 0)
    skipSpace()
    if position < text.count { throw fault("the end") }
  }

  private mutating func value(depth: Int) throws(JSONFault) {
    guard depth < Self.maximumDepth else { throw fault("less nesting") }
    count += 1
    guard count <= Self.maximumCount else { throw fault("at most \(Self.maximumCount) values") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"):
      var keys: Set<ArraySlice<UInt8>> = []
      try members(until: "}", depth: depth) { scanner throws(JSONFault) in
        let start = scanner.position
        try scanner.string("a key in double quotes")
        guard keys.insert(Self.key(scanner.text[start..<scanner.position])).inserted else {
          scanner.position = start
          throw scanner.fault("a key that is not given above")
        }
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

  /// A key in quotes as it is meant: characters may be written as their numbers.
  private static func key(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard text.contains(UInt8(ascii: "\\")),
      let meant = try? JSONDecoder().decode(String.self, from: Data(text))
    else { return text }
    return ArraySlice("\"\(meant)\"".utf8)
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
    let start = position
    guard peek == UInt8(ascii: "\"") else { throw fault(expected) }
    position += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte < 0x20 { throw fault("the closing '\"' on the same line") }
      position += 1
      if byte == UInt8(ascii: "\\") { try escape() }
    }
    guard String(validating: text[start..<position], as: UTF8.self) != nil else {
      position = start
      throw fault("a text in UTF-8")
    }
    try take("\"")
  }

  /// Reads what follows a backslash.
  private mutating func escape() throws(JSONFault) {
    guard let escaped = peek, "\"\\/bfnrtu".utf8.contains(escaped) else {
      throw fault("one of \" \\ / b f n r t u behind a backslash")
    }
    position += 1
    guard escaped == UInt8(ascii: "u") else { return }
    let start = position
    switch try codeUnit() {
    case 0xD800...0xDBFF:
      // The other half of a character beyond U+FFFF.
      guard text[position...].starts(with: "\\u".utf8) else { break }
      position += 2
      if (0xDC00...0xDFFF).contains(try codeUnit()) { return }
    case 0xDC00...0xDFFF: break
    default: return
    }
    position = start
    throw fault("both halves of a surrogate pair")
  }

  private mutating func codeUnit() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = peek.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw fault("4 hexadecimal digits behind \\u")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func number() throws(JSONFault) {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    let whole = position
    guard digits() else {
      position = start
      throw fault("a value")
    }
    if text[whole] == UInt8(ascii: "0"), position > whole + 1 {
      position = whole
      throw fault("a number without leading zeros")
    }
    if peek == UInt8(ascii: ".") {
      position += 1
      guard digits() else { throw fault("a digit") }
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      guard digits() else { throw fault("a digit") }
    }
    guard Double(String(decoding: text[start..<position], as: UTF8.self))?.isFinite ?? false else {
      position = start
      throw fault("a number below 1e308")
    }
  }

  /// Reads over digits; says whether there was one.
  private mutating func digits() -> Bool {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
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
