/// The decimal text of every byte value with a delimiter behind it, ready to be stored as one word.
struct ByteDigits: Sendable {
  /// Text and length packed together: the text little-endian in the low 32 bits.
  let entries: [UInt64]
  /// Eight zeros, each with its delimiter.
  let eightZeros: UInt128

  init(delimiter: UInt8) {
    entries = (0...255).map { value in
      let text = Array(String(value).utf8) + [delimiter]
      let word = text.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return word | UInt64(text.count) << 32
    }
    let zero = UInt128(0x30) | UInt128(delimiter) << 8
    eightZeros = (0..<8).reduce(0) { word, position in word | zero << (16 * position) }
  }

  /// Looks up a value.
  /// - Parameters:
  ///   - value: the number.
  ///   - entries: the table's ``entries``, where a loop over many values has them at hand.
  /// - Returns: its text with the delimiter, in the low 4 bytes, and how many of them it has.
  @inline(__always)
  static func text(
    of value: UInt8, in entries: Span<UInt64>
  ) -> (text: UInt64, count: Int) {
    let entry = entries[Int(value)]
    return (entry, Int(entry >> 32))
  }
}

extension Span<UInt8> {
  /// Eight bytes from a position as one word, in memory order.
  @inline(__always)
  func word(at position: Int) -> UInt64 {
    precondition(position >= 0 && position + 8 <= count)
    // In range by the check above; any bytes are a word.
    return unsafe withUnsafeBytes {
      unsafe $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)
    }
  }
}
