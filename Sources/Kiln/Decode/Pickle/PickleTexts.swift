/// What NumPy's elements of text are: `U7` has seven characters of 32 bits, `S7` seven bytes; shorter ones are
/// filled with zeros.
struct PickleTextType: Sendable, Equatable {
  let length: Int
  let isUnicode: Bool
  var isBigEndian = false

  /// Bytes of an element.
  var byteCount: Int { isUnicode ? 4 * length : length }

  /// The text of an element; nil where it is none.
  func text(_ bytes: some Collection<UInt8>) -> String? {
    var scalars = String.UnicodeScalarView()
    if isUnicode {
      var rest = bytes[...]
      while rest.count >= 4 {
        let word = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let scalar = Unicode.Scalar(isBigEndian ? word : word.byteSwapped) else { return nil }
        scalars.append(scalar)
        rest = rest.dropFirst(4)
      }
    } else {
      scalars.append(contentsOf: bytes.map { Unicode.Scalar($0) })
    }
    while scalars.last?.value == 0 { scalars.removeLast() }
    return String(scalars)
  }
}

extension PickleTextType {
  /// Reads a code such as `U7`; nil for others.
  init?(code: String) {
    guard let kind = code.first, kind == "U" || kind == "S", let length = Int(code.dropFirst()),
      length >= 0, length <= PickleLimits.textElementByteCount / (kind == "U" ? 4 : 1)
    else { return nil }
    self.init(length: length, isUnicode: kind == "U")
  }

  /// Bytes of an array.
  /// - Throws: ``ArrayError`` where they are more than an `Int` counts.
  func byteCount(of shape: [Int]) throws(ArrayError) -> Int {
    let elements = try NumericArray.byteCount(of: .uint8, shape)
    let (product, overflow) = elements.multipliedReportingOverflow(by: byteCount)
    if overflow { throw .tooLarge(shape) }
    return product
  }
}

/// A NumPy array of text: names of files or classes, which are no numbers and spoil none.
struct PickleTexts: Sendable {
  let type: PickleTextType
  let shape: [Int]
  private let bytes: PickleString

  /// - Throws: ``ArrayError`` where there are more or fewer bytes than the shape promises.
  init(
    _ type: PickleTextType, shape: [Int], _ bytes: PickleString
  ) throws(ArrayError) {
    let promised = try type.byteCount(of: shape)
    if bytes.byteCount < promised { throw .dataEnds(at: bytes.byteCount, promised: promised) }
    if bytes.byteCount > promised { throw .dataContinues(after: promised) }
    (self.type, self.shape, self.bytes) = (type, shape, bytes)
  }

  /// The texts of a row of at most so many names; nil for other shapes, longer texts, and where the bytes
  /// were read over.
  func row(ofAtMost limit: Int) -> [String]? {
    guard shape.count == 1, shape[0] <= limit, type.byteCount <= PickleLimits.inlineByteCount,
      bytes.byteCount <= PickleLimits.textArrayByteCount, bytes.isKept
    else { return nil }
    var texts: [String] = []
    for index in 0..<shape[0] {
      let start = index * type.byteCount
      guard let text = type.text(bytes.bytes(start..<start + type.byteCount)) else { return nil }
      texts.append(text)
    }
    return texts
  }
}

extension PickleString {
  /// Whether the bytes are at hand.
  var isKept: Bool {
    if case .long(let bytes) = self { bytes.isKept } else { true }
  }
}
