extension ElementType {
  /// NumPy's code of the type without a byte order: a letter and the bytes of an element, such as `f4`.
  var numPyCode: String { self == .bool ? "b1" : "\(rawValue.prefix(1))\(byteCount)" }

  /// The codes of all types, in their order.
  static let numPyCodes = allCases.map(\.numPyCode)

  /// The type of a code; nil for types that Kiln has not.
  init?(numPyCode code: some StringProtocol) {
    guard let position = Self.numPyCodes.firstIndex(where: { $0 == code }) else { return nil }
    self = Self.allCases[position]
  }
}
