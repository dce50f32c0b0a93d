/// The first rows of a table as texts: what separates its columns, and whether they have names.
struct CSVHead: Sendable {
  let delimiter: UInt8
  let hasHeader: Bool
  /// What is in the first line.
  let names: [String]
  /// The rows below a header, or from the first line on where there is none.
  let rows: [[String]]

  /// Looks at the first rows of a table.
  /// - Parameters:
  ///   - lines: some whole lines from the first one, without their ends.
  ///   - settings: what the user says.
  /// - Throws: ``CSVError``.
  init(of lines: [[UInt8]], _ settings: CSVSettings) throws(CSVError) {
    guard let first = lines.first else { throw .empty }
    delimiter = settings.delimiter ?? Self.delimiter(of: first)
    var rows: [[String]] = []
    for (position, line) in lines.enumerated() {
      rows.append(try Self.fields(line, delimiter, line: position + 1))
    }
    names = rows[0]
    hasHeader = settings.hasHeader ?? Self.areNames(names)
    self.rows = hasHeader ? Array(rows.dropFirst()) : rows
    if let row = self.rows.first { try Self.checkSingle(row, line: hasHeader ? 2 : 1) }
  }

  /// Whether the first line names the columns: most fields are no numbers, or those that are count up.
  ///
  /// A field that is damaged or missing makes no header of a row, which would be lost.
  private static func areNames(_ fields: [String]) -> Bool {
    let numbers = fields.filter(isNumber)
    // As pandas names columns without any; no row of a picture that is worth the name looks like this.
    let isCount =
      ["0", "1"].contains(numbers.first) && numbers.count > (numbers.count == fields.count ? 9 : 1)
      && zip(numbers, numbers.dropFirst()).allSatisfy { one, next in
        Int(one).map { $0 + 1 == Int(next) } ?? false
      }
    return isCount || CSVPixelNames.areRepetitions(fields)
      || (fields.count - numbers.count) * 2 > fields.count
  }

  /// Refuses pictures that are whole texts of numbers, as FER2013 has them.
  private static func checkSingle(_ row: [String], line: Int) throws(CSVError) {
    for (position, field) in row.enumerated() {
      let words = field.split(separator: " ").map(String.init)
      guard words.count > 1, words.allSatisfy(isNumber) else { continue }
      throw .severalNumbers(line: line, column: position + 1, count: words.count)
    }
  }

  /// The character that separates most columns of a line.
  static func delimiter(of line: [UInt8]) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in line {
      if byte == 0x22 { isQuoted.toggle() } else if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = Array(",;\t|".utf8)
    let best = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? 0x2C
    return counts[best, default: 0] > 0 ? best : (counts[0x20, default: 0] > 0 ? 0x20 : 0x2C)
  }

  /// The columns of a line as text, without quotes.
  static func fields(_ line: [UInt8], _ delimiter: UInt8, line number: Int) throws(CSVError)
    -> [String]
  {
    var fields: [String] = []
    var start = 0
    let end = CSVField.end(of: line.span, line.indices, delimiter)
    let span = line.span.extracting(..<end)
    while true {
      guard let field = CSVField(span, at: start, delimiter) else {
        throw .unclosedQuote(line: number, column: fields.count + 1)
      }
      guard fields.count < CSVLayout.maximumColumnCount else { throw .tooManyColumns }
      fields.append(text(line, field.content))
      guard field.end < end else { return fields }
      start = field.end + 1
    }
  }

  /// What a column says; two quotes in a quoted one are one.
  private static func text(_ line: [UInt8], _ content: Range<Int>) -> String {
    let isQuoted = content.lowerBound > 0 && line[content.lowerBound - 1] == 0x22
    var bytes: [UInt8] = []
    var position = content.lowerBound
    while position < content.upperBound {
      bytes.append(line[position])
      position += isQuoted && line[position] == 0x22 ? 2 : 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a line is several numbers.
  static func isRow(_ line: [UInt8]) -> Bool {
    guard let fields = try? fields(line, delimiter(of: line), line: 1) else { return false }
    return fields.count > 1 && fields.allSatisfy(isNumber)
  }

  /// Whether a line names pixels; one word alone may be the first one of any text.
  static func isHeader(_ line: [UInt8]) -> Bool {
    guard let names = try? fields(line, delimiter(of: line), line: 1),
      let others = CSVPixelNames.others(in: names)
    else { return false }
    return names.count - others.count > 1 && areNames(names)
  }

  static func isNumber(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return CSVNumber(bytes.span, 0..<bytes.count) != nil
  }
}

/// One column of a line.
struct CSVField {
  /// The text without spaces around it and without quotes.
  let content: Range<Int>
  /// Where its delimiter is, or the end of the line.
  let end: Int

  /// Where the last column of a line ends: spaces between columns may also stand behind them.
  static func end(of line: Span<UInt8>, _ range: Range<Int>, _ delimiter: UInt8) -> Int {
    var end = range.upperBound
    while delimiter == 0x20, end > range.lowerBound, line[end - 1] == 0x20 { end -= 1 }
    return end
  }

  /// Finds the column that begins at a position; nil where a quote is not closed.
  @inline(__always)
  init?(_ line: Span<UInt8>, at start: Int, _ delimiter: UInt8) {
    var first = start
    let limit = line.count
    // Where spaces separate columns, several do so together.
    while first < limit, line[first] == 0x20 { first += 1 }
    if first < limit, line[first] == 0x22 {
      var close = first + 1
      // Two quotes stand for one (RFC 4180).
      while close < limit, line[close] != 0x22 || close + 1 < limit && line[close + 1] == 0x22 {
        close += line[close] == 0x22 ? 2 : 1
      }
      var end = close + 1
      while end < limit, line[end] == 0x20, delimiter != 0x20 { end += 1 }
      guard close < limit, end == limit || line[end] == delimiter else { return nil }
      content = first + 1..<close
      self.end = end
      return
    }
    var end = first
    while end < limit, line[end] != delimiter { end += 1 }
    self.end = end
    var last = end
    while last > first, line[last - 1] == 0x20 { last -= 1 }
    content = first..<last
  }
}
