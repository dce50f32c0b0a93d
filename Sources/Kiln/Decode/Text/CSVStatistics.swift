/// What the values of tables need, found by one look at each.
struct CSVStatistics: Sendable {
  /// Rows of values.
  private(set) var rowCount = 0
  private(set) var labelRanges: LabelRanges
  private var least: Int64 = 0
  private var greatest: UInt64 = 0
  private var hasFloats = false
  private var needsDoubles = false

  init(labelCount: Int) { labelRanges = LabelRanges(columnCount: labelCount) }

  mutating func add(rows count: Int) { rowCount += count }

  /// Adds the largest of values that are all 8 bits without a sign.
  mutating func add(greatest value: UInt8) { greatest = max(greatest, UInt64(value)) }

  /// Adds labels, samples x columns.
  mutating func add(labels: [Int64]) { labelRanges.add(labels) }

  /// Adds a pixel's value.
  mutating func add(_ number: CSVNumber, _ text: @autoclosure () -> String) {
    if number.isFloat || number.wholeMagnitude == nil
      || (number.isNegative && number.whole == nil)
    {
      hasFloats = true
      if !needsDoubles, !number.isFloat32(text()) { needsDoubles = true }
    } else {
      if number.isNegative {
        least = min(least, number.whole ?? 0)
      } else {
        greatest = max(greatest, number.wholeMagnitude ?? 0)
      }
      if !number.isSmallWhole, !needsDoubles, !number.isFloat32(text()) { needsDoubles = true }
    }
  }

  /// Adds what another table of the same data set needs.
  mutating func add(_ other: CSVStatistics) {
    rowCount += other.rowCount
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    hasFloats = hasFloats || other.hasFloats
    needsDoubles = needsDoubles || other.needsDoubles
    labelRanges.add(other.labelRanges)
  }

  /// The smallest type that holds every pixel.
  var elementType: ElementType {
    if hasFloats { return needsDoubles ? .float64 : .float32 }
    if least == 0 {
      switch greatest {
      case ...255: return .uint8
      case ...65_535: return .uint16
      case ...UInt64(UInt32.max): return .uint32
      default: return .uint64
      }
    }
    for type in [ElementType.int8, .int16, .int32, .int64] {
      let bits = type.byteCount * 8 - 1
      if greatest < 1 << UInt64(bits), least >= -1 << Int64(bits) { return type }
    }
    return .float64
  }

  /// The type that files keep such labels in.
  var labelType: ElementType {
    let ranges = labelRanges.byColumn.compactMap(\.self)
    let least = ranges.map(\.lowerBound).min() ?? 0
    let greatest = ranges.map(\.upperBound).max() ?? 0
    return .smallest(for: least...greatest)
  }
}
