/// Reads rows of numbers out of whole lines.
struct CSVRows: Sendable {
  /// Rows in the schema's order: pixels packed and native, labels samples x columns.
  typealias Values = (pixels: [UInt8], labels: [Int64])

  let layout: CSVLayout

  // MARK: The usual case

  /// Reads rows of plain numbers from 0 to 255; nil where a line is anything else.
  ///
  /// 1.3 ns a byte of MNIST would be one field after the other; four zeros at once make it 0.5.
  func simpleRows(_ text: [UInt8], count: Int) -> Values? {
    var labels: [Int64] = []
    labels.reserveCapacity(count * layout.labelCount)
    var isSimple = true
    let text = text.span
    // Every number takes a digit and what separates it from the next: no more than half the text.
    let capacity = min(count * layout.pixelCount, text.count / 2 + 1) + 8
    let pixels = makeBytes(capacity: capacity) { cursor in
      var position = 0
      for _ in 0..<count {
        guard simpleRow(text, &position, &cursor, &labels) else {
          isSimple = false
          return
        }
      }
      isSimple = position == text.count
    }
    return isSimple ? (pixels, labels) : nil
  }

  @inline(__always)
  private func simpleRow(
    _ text: Span<UInt8>, _ position: inout Int, _ pixels: inout ByteCursor, _ labels: inout [Int64]
  ) -> Bool {
    let delimiter = UInt64(layout.delimiter)
    // Eight bytes: four times a zero and the delimiter.
    let zeros =
      0x0030_0030_0030_0030 | delimiter << 8 | delimiter << 24 | delimiter << 40
      | delimiter << 56
    var isAtEnd = false
    for run in layout.runs {
      var left = run.count
      if run.meaning == .pixel {
        // The last column ends otherwise.
        while left > 1, position + 8 <= text.count {
          let word = text.word(at: position).littleEndian
          if word == zeros, left >= 4 {
            pixels.append(prefix: 4, of: UInt32(0))
            position += 8
            left -= 4
            continue
          }
          var value = word & 0xFF &- 0x30
          guard value <= 9 else { return false }
          var byte = word >> 8 & 0xFF
          var used = 2
          if byte != delimiter {
            guard byte &- 0x30 <= 9 else { return false }
            value = value &* 10 &+ byte &- 0x30
            byte = word >> 16 & 0xFF
            used = 3
            if byte != delimiter {
              guard byte &- 0x30 <= 9 else { return false }
              value = value &* 10 &+ byte &- 0x30
              guard value <= 255, word >> 24 & 0xFF == delimiter else { return false }
              used = 4
            }
          }
          pixels.append(UInt8(truncatingIfNeeded: value))
          position += used
          left -= 1
        }
      }
      while left > 0 {
        guard !isAtEnd, let value = simpleNumber(text, &position, isAtEnd: &isAtEnd) else {
          return false
        }
        switch run.meaning {
        case .pixel:
          guard value <= 255 else { return false }
          pixels.append(UInt8(truncatingIfNeeded: value))
        case .label: labels.append(value)
        case .other: break
        }
        left -= 1
      }
    }
    return isAtEnd
  }

  /// Digits up to a delimiter or the end of the line, and that; nil where there is anything else.
  @inline(__always)
  private func simpleNumber(
    _ text: Span<UInt8>, _ position: inout Int, isAtEnd: inout Bool
  ) -> Int64? {
    let first = position
    var value: Int64 = 0
    // Nine digits are far from overflow.
    while position < text.count, position - first < 10 {
      let byte = text[position]
      let digit = byte &- 0x30
      if digit <= 9 {
        value = value * 10 + Int64(digit)
        position += 1
        continue
      }
      guard position > first else { return nil }
      position += 1
      if byte == layout.delimiter { return value }
      isAtEnd = true
      if byte == 0x0A { return value }
      guard byte == 0x0D, position < text.count, text[position] == 0x0A else { return nil }
      position += 1
      return value
    }
    guard position == text.count, position > first, position - first < 10 else { return nil }
    isAtEnd = true
    return value
  }

  // MARK: Every case

  /// Finds each number of each row.
  ///
  /// Empty lines are passed to `body` as rows without columns.
  /// - Parameters:
  ///   - text: whole lines.
  ///   - first: the number of the first one.
  ///   - body: gets line, column from 0, its number and its text.
  /// - Returns: which lines are empty.
  /// - Throws: ``CSVError``, and what `body` throws.
  @inline(__always)
  func forEachNumber(
    _ text: [UInt8], first: Int,
    _ body: (_ line: Int, _ column: Int, _ number: CSVNumber, _ content: Range<Int>) throws -> Void
  ) throws -> [Int] {
    var empty: [Int] = []
    let span = text.span
    let (columnCount, meanings) = (layout.columnCount, meanings)
    var (start, line) = (0, first)
    while start < span.count {
      let (place, found) = span.endOfLines(1, from: start)
      let next = found == 1 ? place : span.count
      var end = found == 1 ? place - 1 : span.count
      if end > start, span[end - 1] == 0x0D { end -= 1 }
      end = CSVField.end(of: span, start..<end, layout.delimiter)
      defer { (start, line) = (next, line + 1) }
      var isBlank = true
      for index in start..<end where span[index] != 0x20 {
        isBlank = false
        break
      }
      if isBlank {
        empty.append(line)
        continue
      }
      let row = span.extracting(start..<end)
      var (column, position) = (0, 0)
      while true {
        guard let field = CSVField(row, at: position, layout.delimiter) else {
          throw CSVError.unclosedQuote(line: line, column: column + 1)
        }
        guard column < columnCount else {
          let all = try CSVHead.fields(Array(text[start..<end]), layout.delimiter, line: line)
          throw CSVError.columnCount(line: line, found: all.count, expected: columnCount)
        }
        let content = start + field.content.lowerBound..<start + field.content.upperBound
        if let number = CSVNumber(span, content) {
          try body(line, column, number, content)
        } else if meanings[column] != .other {
          let text = Self.text(text, content)
          throw meanings[column] == .label && line > 1
            ? CSVError.labelNotNumber(
              line: line, column: column + 1, text: text, isOneOfSeveral: layout.labelCount > 1)
            : .notNumber(line: line, column: column + 1, text: text)
        }
        column += 1
        if field.end == row.count { break }
        position = field.end + 1
      }
      guard column == columnCount else {
        throw CSVError.columnCount(line: line, found: column, expected: columnCount)
      }
    }
    return empty
  }

  /// Nobody needs to see more of what is no number.
  private static let shownByteCount = 32

  static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    let shown = range.prefix(shownByteCount)
    return String(decoding: bytes[shown], as: UTF8.self) + (shown.count < range.count ? "…" : "")
  }

  /// What each column holds.
  var meanings: [CSVLayout.Run.Meaning] {
    layout.runs.flatMap { Array(repeating: $0.meaning, count: $0.count) }
  }

  /// Reads rows as numbers of a type that every value fits into.
  func rows(_ text: [UInt8], first: Int, as type: ElementType) throws -> Values {
    let meanings = meanings
    var labels: [Int64] = []
    // A number takes a digit and what separates it from the next.
    let pixels = try makeBytes(capacity: (text.count / 2 + 1) * type.byteCount) { cursor in
      _ = try forEachNumber(text, first: first) { line, column, number, content in
        switch meanings[column] {
        case .label:
          labels.append(try label(number, text, content, line: line, column: column))
        case .pixel:
          guard number.append(to: &cursor, as: type, text, content) else {
            throw CSVError.doesNotFit(
              line: line, column: column + 1, text: Self.text(text, content), type: type)
          }
        case .other: break
        }
      }
    }
    return (pixels, labels)
  }

  func label(
    _ number: CSVNumber, _ text: [UInt8], _ content: Range<Int>, line: Int, column: Int
  ) throws(CSVError) -> Int64 {
    guard let label = number.whole else {
      throw .labelNotWhole(line: line, column: column + 1, text: Self.text(text, content))
    }
    return label
  }
}
