/// A decimal number as it is written in a table.
///
/// Only what is in the text is kept, so that the type that all values need can be chosen first.
struct CSVNumber {
  /// Digits without point, as far as they fit; leading and trailing zeros do not count.
  private(set) var mantissa: UInt64 = 0
  /// The power of ten that the mantissa is multiplied by.
  private(set) var exponent = 0
  private(set) var isNegative = false
  /// Whether there is a point or an exponent, or a word such as `nan`.
  private(set) var isFloat = false
  /// How many digits there are from the first to the last that is not zero.
  private(set) var digitCount = 0
  /// Whether the mantissa holds all of them.
  private var isExact = true
  /// Its value where it is a word; nil for digits.
  private(set) var word: Double?

  /// Every number of so many digits fits into 64 bits.
  private static let safeDigits = 19

  /// Reads a number; nil where the text is none.
  @inline(__always)
  init?(_ text: Span<UInt8>, _ range: Range<Int>) {
    var position = range.lowerBound
    let end = range.upperBound
    guard position < end else { return nil }
    if text[position] == 0x2D || text[position] == 0x2B {
      isNegative = text[position] == 0x2D
      position += 1
    }
    var hasDigits = false
    var hasPoint = false
    // Zeros that count only if another digit follows them.
    var zeros = 0
    while position < end {
      let digit = text[position] &- 0x30
      if digit <= 9 {
        hasDigits = true
        if hasPoint { exponent -= 1 }
        if digit == 0 {
          if digitCount > 0 { zeros += 1 }
        } else {
          digitCount += zeros + 1
          if digitCount <= Self.safeDigits {
            for _ in 0...zeros { mantissa &*= 10 }
            mantissa &+= UInt64(digit)
          } else if isExact {
            isExact = append(digit, after: zeros)
          }
          zeros = 0
        }
      } else if text[position] == 0x2E, !hasPoint {
        hasPoint = true
        isFloat = true
      } else {
        break
      }
      position += 1
    }
    exponent += zeros
    guard hasDigits else {
      guard !hasPoint, let word = Self.word(text, position..<end) else { return nil }
      self.word = isNegative ? -word : word
      isFloat = true
      return
    }
    if mantissa == 0, digitCount == 0 { exponent = 0 }
    guard position < end else { return }
    guard text[position] | 0x20 == 0x65, readExponent(text, position + 1..<end) else { return nil }
    isFloat = true
  }

  /// Appends a digit after zeros; false where 64 bits do not hold it.
  private mutating func append(_ digit: UInt8, after zeros: Int) -> Bool {
    for _ in 0...zeros {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
      guard !overflow else { return false }
      mantissa = product
    }
    let (sum, overflow) = mantissa.addingReportingOverflow(UInt64(digit))
    mantissa = sum
    return !overflow
  }

  /// Reads what follows the `e`.
  private mutating func readExponent(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var position = range.lowerBound
    var isBelow = false
    if position < range.upperBound, text[position] == 0x2D || text[position] == 0x2B {
      isBelow = text[position] == 0x2D
      position += 1
    }
    guard position < range.upperBound else { return false }
    var value = 0
    while position < range.upperBound {
      let digit = text[position] &- 0x30
      guard digit <= 9 else { return false }
      // Far beyond any type, and far from overflow.
      if value < 100_000 { value = value * 10 + Int(digit) }
      position += 1
    }
    if digitCount > 0 { exponent += isBelow ? -value : value }
    return true
  }

  private static func word(_ text: Span<UInt8>, _ range: Range<Int>) -> Double? {
    let letters = range.prefix(8).map { Character(UnicodeScalar(text[$0] | 0x20)) }
    return switch String(letters) {
    case "inf" where range.count == 3, "infinity" where range.count == 8: .infinity
    case "nan" where range.count == 3: .nan
    // Swift and C show what else is in a NaN: nan(0x123).
    case let word where word.hasPrefix("nan(") && text[range.upperBound - 1] == 0x29: .nan
    case let word where word.hasPrefix("snan"): .nan
    default: nil
    }
  }

  /// Ten to the power of 0…19.
  private static let powers: [UInt64] = (0...19).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// The distance from zero where it is a whole number of at most 64 bits.
  var wholeMagnitude: UInt64? {
    guard word == nil, isExact else { return nil }
    if mantissa == 0 { return 0 }
    guard (0...19).contains(exponent) else { return nil }
    let (product, overflow) = mantissa.multipliedReportingOverflow(by: Self.powers[exponent])
    return overflow ? nil : product
  }

  /// The value where it is a whole number that fits.
  var whole: Int64? {
    guard let magnitude = wholeMagnitude else { return nil }
    if isNegative {
      return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }

  /// Exact powers: up to 10^22, quotients and products of exact numbers are rounded once.
  private static let exactPowers: [Double] = (0...22).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// The nearest value; nil where rounding takes more than one step.
  private var quick: Double? {
    if let word { return word }
    guard isExact, mantissa < 1 << 53, abs(exponent) <= 22 else {
      return mantissa == 0 && digitCount == 0 ? (isNegative ? -0.0 : 0) : nil
    }
    let value = Double(mantissa)
    let scaled =
      exponent < 0 ? value / Self.exactPowers[-exponent] : value * Self.exactPowers[exponent]
    return isNegative ? -scaled : scaled
  }

  /// The nearest 64-bit value.
  func double(_ text: @autoclosure () -> String) -> Double { quick ?? Double(text()) ?? .nan }

  /// The nearest 32-bit value.
  func float(_ text: @autoclosure () -> String) -> Float {
    // Rounding twice is wrong only where the first result lies just between two 32-bit values; very
    // small values have fewer bits, which the library knows.
    if let quick {
      let isBetween = quick.bitPattern & 0x1FFF_FFFF == 0x1000_0000
      if quick == 0 || quick.isInfinite || quick.isNaN
        || (!isBetween && quick.magnitude >= 1e-37 && quick.magnitude <= 1e38)
      {
        return Float(quick)
      }
    }
    return Float(text()) ?? .nan
  }

  /// Whether it is a whole number of a few digits, which every float holds.
  var isSmallWhole: Bool { !isFloat && digitCount + exponent <= 7 }

  /// Whether 32 bits hold all of its digits, as they do where such a float was written in up to nine; whole
  /// numbers must be exact.
  func isFloat32(_ text: @autoclosure () -> String) -> Bool {
    let value = double(text())
    guard word == nil, value != 0 else { return true }
    let nearest = Double(Float(value))
    if nearest == value { return value.isFinite }
    guard isFloat, digitCount <= 9, nearest.isFinite,
      value.magnitude >= Double(Float.leastNormalMagnitude)
    else { return false }
    // As many digits of the nearest 32-bit value are these; what is added is the rounding of the sum.
    return (nearest - value).magnitude <= Self.power(exponent) * 0.500_001
  }

  /// Ten to a power, to many digits.
  private static func power(_ exponent: Int) -> Double {
    let power = (0..<abs(exponent) / 22).reduce(exactPowers[abs(exponent) % 22]) { power, _ in
      power * exactPowers[22]
    }
    return exponent < 0 ? 1 / power : power
  }

  // MARK: Elements

  /// Appends the number as a native element; false where the type does not hold it.
  @inline(__always)
  func append(
    to cursor: inout ByteCursor, as type: ElementType, _ text: [UInt8], _ content: Range<Int>
  ) -> Bool {
    @inline(__always) func append<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
      cursor.append(littleEndian: ByteOrder.native == .little ? word : word.byteSwapped)
    }
    @inline(__always) func append<Value: FixedWidthInteger & BitwiseCopyable>(
      exactly type: Value.Type
    ) -> Bool {
      guard !isFloat, let value = whole.flatMap({ Value(exactly: $0) }) else { return false }
      append(value)
      return true
    }
    switch type {
    case .uint8, .bool: return append(exactly: UInt8.self)
    case .int8: return append(exactly: Int8.self)
    case .uint16: return append(exactly: UInt16.self)
    case .int16: return append(exactly: Int16.self)
    case .uint32: return append(exactly: UInt32.self)
    case .int32: return append(exactly: Int32.self)
    case .int64: return append(exactly: Int64.self)
    case .uint64:
      guard !isFloat, !isNegative || mantissa == 0, let value = wholeMagnitude else {
        return false
      }
      append(value)
    case .float16:
      append(Float16(float(String(decoding: text[content], as: UTF8.self))).bitPattern)
    case .float32: append(float(String(decoding: text[content], as: UTF8.self)).bitPattern)
    case .float64: append(double(String(decoding: text[content], as: UTF8.self)).bitPattern)
    }
    return true
  }
}
