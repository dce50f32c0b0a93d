/// The type of one pixel value or label, named as in Rust, safetensors and NumPy's short codes.
public enum ElementType: String, Sendable, CaseIterable {
  /// Unsigned, 8 bits: what most images have.
  case uint8 = "u8"
  /// Signed, 8 bits.
  case int8 = "i8"
  /// Unsigned, 16 bits.
  case uint16 = "u16"
  /// Signed, 16 bits.
  case int16 = "i16"
  /// Unsigned, 32 bits.
  case uint32 = "u32"
  /// Signed, 32 bits.
  case int32 = "i32"
  /// Unsigned, 64 bits.
  case uint64 = "u64"
  /// Signed, 64 bits: what labels are in memory.
  case int64 = "i64"
  /// Floating point, 16 bits.
  case float16 = "f16"
  /// Floating point, 32 bits.
  case float32 = "f32"
  /// Floating point, 64 bits.
  case float64 = "f64"
  /// A byte that is 0 or 1.
  case bool

  /// Bytes that one element takes in memory and in every binary format.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Bytes of all elements of a shape; nil where they exceed an `Int`, or the shape is none.
  func byteCount(of shape: [Int]) -> Int? {
    var product = byteCount
    // Sizes of zero last: they must not hide what would overflow without them.
    for size in shape where size != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow else { return nil }
      product = next
    }
    return shape.contains(0) ? 0 : product
  }

  /// Whether a label can be stored in this type without a loss.
  func holds(_ label: Int64) -> Bool {
    switch self {
    case .uint8: UInt8(exactly: label) != nil
    case .int8: Int8(exactly: label) != nil
    case .uint16: UInt16(exactly: label) != nil
    case .int16: Int16(exactly: label) != nil
    case .uint32: UInt32(exactly: label) != nil
    case .int32: Int32(exactly: label) != nil
    case .uint64: UInt64(exactly: label) != nil
    case .int64: true
    case .float16: Float16(exactly: label) != nil
    case .float32: Float(exactly: label) != nil
    case .float64: Double(exactly: label) != nil
    case .bool: label == 0 || label == 1
    }
  }

  /// Whether the type holds fractions.
  public var isFloat: Bool {
    switch self {
    case .float16, .float32, .float64: true
    default: false
    }
  }
}

extension ElementType: CustomStringConvertible {
  /// The short name, such as `u8`.
  public var description: String { rawValue }
}

extension ElementType {
  /// The usual type for labels of a range.
  static func smallest(for range: ClosedRange<Int64>?) -> ElementType {
    guard let range else { return .uint8 }
    if range.lowerBound >= 0, range.upperBound <= UInt8.max { return .uint8 }
    return range.lowerBound >= Int32.min && range.upperBound <= Int32.max ? .int32 : .int64
  }
}
