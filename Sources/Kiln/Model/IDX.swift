/// What readers and writers of IDX files agree on; the layout stands in `Decode/IDX/IDXHeader.swift`.
enum IDX {
  /// No published data set has more than four dimensions.
  static let maximumRank = 8

  private static let codes: [(code: UInt8, type: ElementType)] = [
    (0x08, .uint8), (0x09, .int8), (0x0B, .int16), (0x0C, .int32), (0x0D, .float32),
    (0x0E, .float64),
  ]

  /// The element type of a code, or nil where there is none.
  static func elementType(code: UInt8) -> ElementType? {
    codes.first { $0.code == code }?.type
  }

  /// The code of an element type, or nil where IDX has none for it.
  static func code(of type: ElementType) -> UInt8? {
    codes.first { $0.type == type }?.code
  }
}
