/// Takes the error text that an image codec copies out before it returns.
struct ImageShimMessage {
  private var bytes = [CChar](repeating: 0, count: 256)

  /// Lends the buffer to one call of a codec.
  mutating func withBuffer<Result>(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Result) -> Result
  {
    // The codec writes at most the count that it is given, and ends with a NUL.
    unsafe bytes.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, $0.count) }
  }

  /// The text up to its NUL.
  var text: String {
    String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
