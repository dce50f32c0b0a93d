// Text in protocol 0, and bytes that Python 3 writes as text for protocols 0 to 2:
//
//   S  Python 2's repr: quotes ' or ", escapes \\ \' \" \n \r \t \a \b \f \v \ooo \xHH
//   V  raw-unicode-escape: \uXXXX and \UXXXXXXXX; every other byte is its Latin-1 character
//   _codecs.encode(text, 'latin1')  each character is a byte

/// Undoes Python 2's notation of a string, a piece of the line at a time.
struct PickleQuotedText {
  private enum State {
    case beforeQuote, plain, escape, hexadecimal, octal, closed
  }

  private var state = State.beforeQuote
  private var quote: UInt8 = 0
  /// The digits of an escape so far.
  private var value: UInt16 = 0
  private var digitCount = 0

  /// Whether the closing quote was the last byte.
  var isComplete: Bool { state == .closed }

  /// Decodes the next bytes of the line.
  /// - Returns: the text, or nil where it is not valid.
  mutating func decode(_ input: ArraySlice<UInt8>) -> [UInt8]? {
    var isValid = true
    let output = makeBytes(capacity: input.count + 4) { cursor in
      for byte in input {
        isValid = take(byte, into: &cursor)
        if !isValid { return }
      }
    }
    return isValid ? output : nil
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8, into cursor: inout ByteCursor) -> Bool {
    if state == .octal {
      if digitCount < 3, (0x30...0x37).contains(byte) {
        value = value << 3 | UInt16(byte - 0x30)
        digitCount += 1
        return true
      }
      cursor.append(UInt8(truncatingIfNeeded: value))
      state = .plain
    }
    switch state {
    case .plain:
      if byte == 0x5C {
        state = .escape
      } else if byte == quote {
        state = .closed
      } else {
        cursor.append(byte)
      }
    case .hexadecimal:
      guard let digit = hexadecimalDigit(byte) else { return false }
      value = value << 4 | UInt16(digit)
      digitCount += 1
      if digitCount == 2 {
        cursor.append(UInt8(truncatingIfNeeded: value))
        state = .plain
      }
    case .escape: escape(byte, into: &cursor)
    case .beforeQuote:
      guard byte == 0x27 || byte == 0x22 else { return false }
      quote = byte
      state = .plain
    case .closed, .octal: return false
    }
    return true
  }

  private mutating func escape(_ byte: UInt8, into cursor: inout ByteCursor) {
    state = .plain
    switch byte {
    case UInt8(ascii: "x"):
      (state, value, digitCount) = (.hexadecimal, 0, 0)
    case 0x30...0x37:
      (state, value, digitCount) = (.octal, UInt16(byte - 0x30), 1)
    case 0x5C, 0x27, 0x22: cursor.append(byte)
    case UInt8(ascii: "n"): cursor.append(0x0A)
    case UInt8(ascii: "r"): cursor.append(0x0D)
    case UInt8(ascii: "t"): cursor.append(0x09)
    case UInt8(ascii: "a"): cursor.append(0x07)
    case UInt8(ascii: "b"): cursor.append(0x08)
    case UInt8(ascii: "f"): cursor.append(0x0C)
    case UInt8(ascii: "v"): cursor.append(0x0B)
    default:
      cursor.append(0x5C)
      cursor.append(byte)
    }
  }
}

/// Undoes Python's raw-unicode-escape, a piece of the line at a time; the text comes as UTF-8.
struct PickleUnicodeText {
  private var isAfterBackslash = false
  private var digitsLeft = 0
  private var value: UInt32 = 0

  /// Whether no escape is unfinished.
  var isComplete: Bool { digitsLeft == 0 && !isAfterBackslash }

  /// Decodes the next bytes of the line.
  /// - Returns: the text, or nil where it is not valid.
  mutating func decode(_ input: ArraySlice<UInt8>) -> [UInt8]? {
    var isValid = true
    let output = makeBytes(capacity: 2 * input.count + 8) { cursor in
      for byte in input {
        isValid = take(byte, into: &cursor)
        if !isValid { return }
      }
    }
    return isValid ? output : nil
  }

  private mutating func take(_ byte: UInt8, into cursor: inout ByteCursor) -> Bool {
    if digitsLeft > 0 {
      guard let digit = hexadecimalDigit(byte) else { return false }
      value = value << 4 | UInt32(digit)
      digitsLeft -= 1
      guard digitsLeft == 0 else { return true }
      guard let scalar = Unicode.Scalar(value) else { return false }
      for unit in UTF8.encode(scalar) ?? .init() { cursor.append(unit) }
    } else if isAfterBackslash {
      isAfterBackslash = false
      if byte == UInt8(ascii: "u") || byte == UInt8(ascii: "U") {
        (digitsLeft, value) = (byte == UInt8(ascii: "u") ? 4 : 8, 0)
      } else {
        cursor.append(0x5C)
        append(byte, to: &cursor)
      }
    } else if byte == 0x5C {
      isAfterBackslash = true
    } else {
      append(byte, to: &cursor)
    }
    return true
  }

  private func append(_ byte: UInt8, to cursor: inout ByteCursor) {
    if byte < 0x80 { return cursor.append(byte) }
    cursor.append(0xC0 | byte >> 6)
    cursor.append(0x80 | byte & 0x3F)
  }
}

/// Turns UTF-8 whose characters are at most U+00FF into bytes, a piece at a time.
struct PickleLatin1 {
  /// The first byte of a character whose second byte is in the next piece.
  private var lead: UInt8?

  /// Whether no character is unfinished.
  var isComplete: Bool { lead == nil }

  /// Decodes the next bytes of the text.
  /// - Returns: the bytes, or nil where there is another character.
  mutating func decode(_ input: [UInt8]) -> [UInt8]? {
    var isValid = true
    var lead = lead
    let output = makeBytes(capacity: input.count) { cursor in
      for byte in input {
        if let first = lead {
          isValid = byte & 0xC0 == 0x80
          cursor.append(first << 6 | byte & 0x3F)
          lead = nil
        } else if byte < 0x80 {
          cursor.append(byte)
        } else {
          isValid = byte == 0xC2 || byte == 0xC3
          lead = byte
        }
        if !isValid { return }
      }
    }
    self.lead = lead
    return isValid ? output : nil
  }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x37
  case 0x61...0x66: byte - 0x57
  default: nil
  }
}

/// Numbers that a pickle writes as text or as bytes of any length.
enum PickleNumber {
  case integer(Int64)
  /// Beyond 64 bits: no label and no dimension.
  case huge

  /// Reads decimal digits with a sign.
  init?(decimal text: [UInt8]) {
    let digits = text.first == 0x2D || text.first == 0x2B ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let value =
      text.count <= PickleLimits.digitCount ? Int64(String(decoding: text, as: UTF8.self)) : nil
    self = value.map { .integer($0) } ?? .huge
  }

  /// Reads two's complement, little-endian; no bytes are the number 0.
  init(twosComplement bytes: [UInt8]) {
    guard bytes.count <= 8 else {
      self = .huge
      return
    }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    var bits: UInt64 = isNegative && bytes.count < 8 ? ~0 << UInt64(8 * bytes.count) : 0
    for (index, byte) in bytes.enumerated() { bits |= UInt64(byte) << UInt64(8 * index) }
    self = .integer(Int64(bitPattern: bits))
  }

  /// Reads a float as Python writes it.
  static func float(_ text: [UInt8]) -> Double? {
    let words: [String: Double] = ["inf": .infinity, "-inf": -.infinity, "nan": .nan]
    let string = String(decoding: text, as: UTF8.self)
    if let value = words[string] { return value }
    guard
      text.allSatisfy({ (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) })
    else { return nil }
    return Double(string)
  }
}
