/// Reads the tokens of sparse rows.
enum LIBSVMRows {
  enum Token {
    case label(Int64)
    /// An index and where its number is.
    case value(index: Int, CSVNumber, Range<Int>)
    /// The end of a row.
    case end
    /// A line without a row.
    case blank
  }

  /// Reads whole lines from left to right.
  /// - Parameters:
  ///   - text: whole lines.
  ///   - first: the number of the first one.
  ///   - body: gets the number of the line and what is next in it.
  /// - Throws: ``LIBSVMError``, and what `body` throws.
  @inline(__always)
  static func forEachToken(
    _ text: [UInt8], first: Int, _ body: (_ line: Int, _ token: Token) throws -> Void
  ) throws {
    let span = text.span
    var (start, line) = (0, first)
    while start < span.count {
      let (place, found) = span.endOfLines(1, from: start)
      var end = found == 1 ? place - 1 : span.count
      let next = found == 1 ? place : span.count
      for index in start..<end where span[index] == 0x23 {
        end = index
        break
      }
      defer { (start, line) = (next, line + 1) }
      guard let label = word(span, from: start, to: end) else {
        try body(line, .blank)
        continue
      }
      guard let number = CSVNumber(span, label), let value = number.whole else {
        throw LIBSVMError(line, .label(CSVRows.text(text, label)))
      }
      try body(line, .label(value))
      var (position, last) = (label.upperBound, -1)
      while let token = word(span, from: position, to: end) {
        let pair = try pair(span, token, line, text)
        guard pair.index > last else { throw LIBSVMError(line, .order(pair.index, after: last)) }
        guard pair.index <= CSVLayout.maximumColumnCount else {
          throw LIBSVMError(line, .index(pair.index))
        }
        try body(line, .value(index: pair.index, pair.number, pair.content))
        (position, last) = (token.upperBound, pair.index)
      }
      try body(line, .end)
    }
  }

  /// The next characters that are no space.
  @inline(__always)
  private static func word(_ text: Span<UInt8>, from start: Int, to end: Int) -> Range<Int>? {
    var first = start
    while first < end, text[first] <= 0x20 { first += 1 }
    guard first < end else { return nil }
    var last = first
    while last < end, text[last] > 0x20 { last += 1 }
    return first..<last
  }

  /// Takes `index:value` apart.
  @inline(__always)
  private static func pair(
    _ span: Span<UInt8>, _ token: Range<Int>, _ line: Int, _ text: [UInt8]
  ) throws(LIBSVMError) -> (index: Int, number: CSVNumber, content: Range<Int>) {
    var (index, position) = (0, token.lowerBound)
    // Nine digits are far from overflow.
    while position < token.upperBound, position - token.lowerBound < 9,
      span[position] &- 0x30 <= 9
    {
      index = index * 10 + Int(span[position] &- 0x30)
      position += 1
    }
    let content = min(position + 1, token.upperBound)..<token.upperBound
    guard position > token.lowerBound, position < token.upperBound, span[position] == 0x3A,
      let number = CSVNumber(span, content)
    else { throw LIBSVMError(line, .token(CSVRows.text(text, token))) }
    return (index, number, content)
  }
}

/// What is wrong with a line of sparse text.
struct LIBSVMError: Error, Sendable, Equatable, CustomStringConvertible {
  enum Fault: Sendable, Equatable {
    case label(String)
    case token(String)
    case order(Int, after: Int)
    case index(Int)
    case empty
    case changed
  }

  let line: Int
  let fault: Fault

  init(_ line: Int, _ fault: Fault) {
    self.line = line
    self.fault = fault
  }

  var description: String {
    switch fault {
    case .label(let text):
      "line \(line): '\(text.printable)' is no whole number, expected a label"
    case .token(let text): "line \(line): '\(text.printable)' is not INDEX:VALUE"
    case .order(let index, let last):
      "line \(line): index \(index) after \(last), expected ascending indices"
    case .index(let index):
      "line \(line): index \(index), expected at most \(CSVLayout.maximumColumnCount)"
    case .empty: "line \(line) holds no row, but rows follow it (remove it)"
    case .changed: "line \(line) is not what it was a moment ago (file changed meanwhile?)"
    }
  }
}
