/// What stands between the columns of a table.
enum TableDelimiter {
  /// Reads a character as users name it.
  /// - Parameters:
  ///   - text: one character, or `tab`.
  ///   - option: the option that it was given to.
  /// - Returns: the character.
  /// - Throws: ``UsageError`` for more than a character, and for one that values or lines are made of.
  static func parse(_ text: String, option: String) throws(UsageError) -> UInt8 {
    if text == "tab" || text == "\\t" { return 0x09 }
    let bytes = Array(text.utf8)
    // Digits, signs and points belong to numbers, letters to numbers and the names of columns, quotes
    // and line ends to the format.
    guard bytes.count == 1, bytes[0] >= 0x20 || bytes[0] == 0x09, bytes[0] < 0x7F,
      !"+-.\"".utf8.contains(bytes[0]), !Character(UnicodeScalar(bytes[0])).isLetter,
      !Character(UnicodeScalar(bytes[0])).isNumber
    else {
      throw .badValue(option: option, value: text, expected: "one character such as , ; | or tab")
    }
    return bytes[0]
  }
}
