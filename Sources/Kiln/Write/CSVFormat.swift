/// Formats samples as rows of a table.
struct CSVFormat: Sendable {
  let elementType: ElementType
  let pixelCount: Int
  let labelCount: Int
  let labelFirst: Bool
  let delimiter: UInt8
  private let table: ByteDigits

  init(
    elementType: ElementType, pixelCount: Int, labelCount: Int, labelFirst: Bool, delimiter: UInt8
  ) {
    self.elementType = elementType
    self.pixelCount = pixelCount
    self.labelCount = labelCount
    self.labelFirst = labelFirst
    self.delimiter = delimiter
    table = ByteDigits(delimiter: delimiter)
  }

  /// The most bytes that a value takes with its delimiter.
  private static func maximumByteCount(of type: ElementType) -> Int {
    switch type {
    case .uint8, .bool: 4
    case .int8: 5
    case .uint16: 6
    case .int16: 7
    // A Double's shortest form has at most 17 digits, sign, point, and e-308.
    default: 26
    }
  }

  /// More bytes than the rows of a batch can take.
  func capacity(for batch: Batch) -> Int {
    let rowByteCount =
      pixelCount * Self.maximumByteCount(of: elementType)
      + labelCount * Self.maximumByteCount(of: .int64) + 1
    // Values are stored as whole words, so the last ones need room behind them.
    return batch.count * rowByteCount + 64
  }

  /// Appends the rows of a batch.
  func append(_ batch: Batch, to cursor: inout ByteCursor) {
    switch elementType {
    case .uint8, .bool: rows(of: batch, UInt8.self, &cursor) { appendBytes($0, to: &$1) }
    case .int8: rows(of: batch, Int8.self, &cursor) { appendIntegers($0, to: &$1) }
    case .uint16: rows(of: batch, UInt16.self, &cursor) { appendIntegers($0, to: &$1) }
    case .int16: rows(of: batch, Int16.self, &cursor) { appendIntegers($0, to: &$1) }
    case .uint32: rows(of: batch, UInt32.self, &cursor) { appendIntegers($0, to: &$1) }
    case .int32: rows(of: batch, Int32.self, &cursor) { appendIntegers($0, to: &$1) }
    case .uint64: rows(of: batch, UInt64.self, &cursor) { appendIntegers($0, to: &$1) }
    case .int64: rows(of: batch, Int64.self, &cursor) { appendIntegers($0, to: &$1) }
    case .float16: rows(of: batch, Float16.self, &cursor) { appendFloats($0, to: &$1) }
    case .float32: rows(of: batch, Float.self, &cursor) { appendFloats($0, to: &$1) }
    case .float64: rows(of: batch, Double.self, &cursor) { appendFloats($0, to: &$1) }
    }
  }

  @inline(__always)
  private func rows<Value: BitwiseCopyable>(
    of batch: Batch, _ type: Value.Type, _ cursor: inout ByteCursor,
    _ append: (Span<Value>, inout ByteCursor) -> Void
  ) {
    withElements(of: batch.pixels, as: type) { values in
      for sample in 0..<batch.count {
        let start = cursor.count
        if labelFirst { appendLabels(batch, sample, to: &cursor) }
        append(values.extracting(sample * pixelCount..<(sample + 1) * pixelCount), &cursor)
        if !labelFirst { appendLabels(batch, sample, to: &cursor) }
        // Every value ends in a delimiter; the row's last one becomes the end of the line.
        if cursor.count > start { cursor.removeLast() }
        cursor.append(0x0A)
      }
    }
  }

  private func appendLabels(_ batch: Batch, _ sample: Int, to cursor: inout ByteCursor) {
    for column in 0..<labelCount {
      appendInteger(batch.labels[sample * labelCount + column], to: &cursor)
    }
  }

  /// One store for each value, from a table; one for eight values where they are all zero.
  ///
  /// 0.4 ns a value on MNIST, whose pixels are zero four times in five, against 1.0 without the
  /// short cut.
  @inline(__always)
  private func appendBytes(_ values: Span<UInt8>, to cursor: inout ByteCursor) {
    let (entries, eightZeros) = (table.entries.span, table.eightZeros)
    var position = 0
    while position + 8 <= values.count {
      let word = values.word(at: position)
      if word == 0 {
        cursor.append(prefix: 16, of: eightZeros)
      } else {
        cursor.appendEight { index in
          ByteDigits.text(
            of: UInt8(truncatingIfNeeded: word.littleEndian >> UInt64(8 * index)), in: entries)
        }
      }
      position += 8
    }
    while position < values.count {
      append(values[position], to: &cursor)
      position += 1
    }
  }

  @inline(__always)
  private func append(_ value: UInt8, to cursor: inout ByteCursor) {
    let entry = ByteDigits.text(of: value, in: table.entries.span)
    cursor.append(prefix: entry.count, of: UInt32(truncatingIfNeeded: entry.text))
  }

  private func appendIntegers<Value: BinaryInteger>(
    _ values: Span<Value>, to cursor: inout ByteCursor
  ) {
    for index in values.indices { appendInteger(values[index], to: &cursor) }
  }

  private func appendInteger<Value: BinaryInteger>(_ value: Value, to cursor: inout ByteCursor) {
    if let small = UInt8(exactly: value) { return append(small, to: &cursor) }
    cursor.append(String(value))
    cursor.append(delimiter)
  }

  /// The shortest text that reads back as the same number.
  private func appendFloats<Value: BinaryFloatingPoint & CustomStringConvertible>(
    _ values: Span<Value>, to cursor: inout ByteCursor
  ) {
    for index in values.indices {
      let value = values[index]
      if let small = UInt8(exactly: value), value.sign == .plus {
        append(small, to: &cursor)
        // Like "0.0": a column of floats is seen to be one.
        cursor.removeLast()
        cursor.append(".0")
      } else {
        cursor.append(value.description)
      }
      cursor.append(delimiter)
    }
  }
}
