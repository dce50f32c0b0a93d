/// The type of one pixel value or label, named as in Rust, safetensors and NumPy's short codes.
public enum ElementType: String, Sendable, CaseIterable {
  case uint8 = "u8"
  case int8 = "i8"
  case uint16 = "u16"
  case int16 = "i16"
  case uint32 = "u32"
  case int32 = "i32"
  case uint64 = "u64"
  case int64 = "i64"
  case float16 = "f16"
  case float32 = "f32"
  case float64 = "f64"
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
