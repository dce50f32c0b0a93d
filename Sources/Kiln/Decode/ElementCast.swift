/// Gives back to numbers the type that they had before a text held them.
struct ElementCast: Sendable {
  private let source: ElementType
  private let target: ElementType

  /// Prepares to change types; nil where fractions would be lost.
  init?(from source: ElementType, to target: ElementType) {
    guard source != .bool, target.isFloat || !source.isFloat else { return nil }
    self.source = source
    self.target = target
  }

  /// The same values as another type.
  /// - Throws: ``UnsupportedError`` that names the first value which the type does not hold.
  func applied(to elements: [UInt8]) throws -> [UInt8] {
    if source == target { return elements }
    if source.isFloat { return target.bytes(nearest: source.numbers(in: elements)) }
    let values = try source.integers(in: elements)
    if target.isFloat { return target.bytes(of: values) }
    let range = target.integerRange
    if let value = values.first(where: { !range.contains($0) }) {
      throw UnsupportedError("pixel \(value) does not fit into \(target), the type in the manifest")
    }
    return target.bytes(of: values)
  }
}

extension ElementType {
  /// The whole numbers of an integer type, as far as an `Int64` holds them.
  fileprivate var integerRange: ClosedRange<Int64> {
    let bits = Int64(byteCount * 8)
    return switch self {
    case .bool: 0...1
    case .int8, .int16, .int32: -(1 << (bits - 1))...(1 << (bits - 1)) - 1
    case .uint8, .uint16, .uint32: 0...(1 << bits) - 1
    case .uint64: 0...Int64.max
    default: Int64.min...Int64.max
    }
  }
}
