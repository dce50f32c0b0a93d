// .npy (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
//
//   offset  bytes   content
//   0       6       93 "NUMPY"
//   6       2       version: 1, 2 or 3, then 0
//   8       2 or 4  header length h, little-endian: 2 bytes in version 1, 4 in 2 and 3
//   10/12   h       Python dict of descr, fortran_order, shape in any order; Latin-1, in version 3 UTF-8
//   ...     ...     elements, row-major, or column-major where fortran_order is True

/// The header of an `.npy` file, read and checked.
struct NPYContents: Sendable, Equatable {
  /// The first bytes of every file.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// What version 1 can hold; NumPy itself reads 10,000 bytes unless told otherwise.
  static let maximumHeaderByteCount = 1 << 16

  let elementType: ElementType
  let byteOrder: ByteOrder
  let order: NumericArray.Order
  let shape: [Int]
  /// Where the elements begin.
  let dataOffset: Int
  /// Bytes of all elements together.
  let dataByteCount: Int

  /// Whether bytes begin an `.npy` file.
  static func isMagic(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Reads a header from the start of a stream, and nothing behind it.
  init(parsing stream: any ByteStream) throws {
    var offset = 0
    func take(_ count: Int) throws -> [UInt8] {
      let bytes = try stream.read(count)
      guard bytes.count == count else {
        throw NPYError.headerEnds(at: offset + bytes.count, expected: offset + count)
      }
      offset += count
      return bytes
    }
    let start = try take(Self.magic.count + 2)
    guard Self.isMagic(start) else { throw NPYError.notNPY }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw NPYError.version(start[6], start[7])
    }
    let length = try take(start[6] == 1 ? 2 : 4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.maximumHeaderByteCount else { throw NPYError.headerTooLong(length) }
    var literal = NPYDictionary(try take(length), at: offset - length)
    let fields = try literal.fields()
    (elementType, byteOrder) = try Self.type(fields.descriptor)
    order = fields.isFortran ? .columnMajor : .rowMajor
    shape = fields.shape
    dataOffset = offset
    dataByteCount = try NumericArray.byteCount(of: elementType, shape)
  }

  /// Reads a type code such as `<f4`.
  private static func type(
    _ descriptor: String
  ) throws(NPYError) -> (ElementType, ByteOrder) {
    var code = descriptor[...]
    var order = ByteOrder.little
    if let first = code.first, "<>|=".contains(first) {
      code.removeFirst()
      if first == ">" { order = .big }
      if first == "=" || first == "|" { order = .native }
    }
    guard let type = code == "?" ? .bool : ElementType(numPyCode: code) else {
      throw code.hasPrefix("O") ? .objects : .type(descriptor)
    }
    return (type, order)
  }
}

/// The Python dict of an `.npy` header: exactly its three keys, nothing evaluated.
private struct NPYDictionary {
  private let bytes: [UInt8]
  private let start: Int
  private var position = 0

  /// - Parameters:
  ///   - bytes: the text.
  ///   - start: its place in the file, for messages.
  init(_ bytes: [UInt8], at start: Int) {
    self.bytes = bytes
    self.start = start
  }

  mutating func fields() throws(NPYError) -> (descriptor: String, isFortran: Bool, shape: [Int]) {
    var (descriptor, isFortran, shape): (String?, Bool?, [Int]?) = (nil, nil, nil)
    try expect("{")
    while !take("}") {
      let place = position
      let key = try text()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try type()
      case "fortran_order" where isFortran == nil: isFortran = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw .header(at: start + place)
      }
      if take("}") { break }
      try expect(",")
    }
    skipSpace()
    guard position == bytes.count, let descriptor, let isFortran, let shape else {
      throw .header(at: start + position)
    }
    return (descriptor, isFortran, shape)
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws(NPYError) {
    guard take(character) else { throw .header(at: start + position) }
  }

  /// A string without escapes, in either quotes.
  private mutating func text() throws(NPYError) -> String {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
      throw .header(at: start + position)
    }
    let quote = bytes[position]
    var end = position + 1
    while end < bytes.count, bytes[end] != quote, bytes[end] != 0x5C, (0x20..<0x7F) ~= bytes[end] {
      end += 1
    }
    guard end < bytes.count, bytes[end] == quote else { throw .header(at: start + end) }
    defer { position = end + 1 }
    return String(decoding: bytes[position + 1..<end], as: UTF8.self)
  }

  private mutating func type() throws(NPYError) -> String {
    skipSpace()
    // A list names the fields of a structure.
    if position < bytes.count, bytes[position] == 0x5B { throw .structured }
    return try text()
  }

  private mutating func boolean() throws(NPYError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw .header(at: start + position)
  }

  /// A tuple of sizes such as `(60000, 28, 28)`, `(5,)` or `()`.
  ///
  /// Python 2 also writes `(5L,)`. `(5)` is a number, no tuple.
  private mutating func tuple() throws(NPYError) -> [Int] {
    try expect("(")
    var sizes: [Int] = []
    while !take(")") {
      sizes.append(try size())
      if take(")") {
        guard sizes.count > 1 else { throw .header(at: start + position) }
        break
      }
      try expect(",")
    }
    return sizes
  }

  private mutating func size() throws(NPYError) -> Int {
    skipSpace()
    let first = position
    var size = 0
    while position < bytes.count, (0x30...0x39) ~= bytes[position] {
      let (tens, tooLarge) = size.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !tooLarge, !overflow else { throw .header(at: start + first) }
      size = sum
      position += 1
    }
    guard position > first else { throw .header(at: start + position) }
    if position < bytes.count, bytes[position] == 0x4C { position += 1 }
    return size
  }
}

/// What is wrong with an `.npy` file.
enum NPYError: Error, Sendable, Equatable, CustomStringConvertible {
  case notNPY
  case version(UInt8, UInt8)
  case headerEnds(at: Int, expected: Int)
  case headerTooLong(Int)
  case header(at: Int)
  case type(String)
  case structured
  case objects

  var description: String {
    switch self {
    case .notNPY: "expected an .npy file (93 NUMPY), found something else"
    case .version(let major, let minor):
      "is of version \(major).\(minor), expected 1.0, 2.0 or 3.0"
    case .headerEnds(let end, let expected):
      "header ends at byte \(end), expected \(expected) bytes (file cut short?)"
    case .headerTooLong(let count):
      "header promises \(count) bytes of text, expected at most"
        + " \(NPYContents.maximumHeaderByteCount) (damaged header?)"
    case .header(let offset):
      "header is damaged at byte \(offset): expected a dict of descr, fortran_order and shape"
    case .type(let descriptor):
      "holds elements of type '\(descriptor.printable)', expected numbers"
        + " (u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1)"
    case .structured: "holds structures, expected plain numbers (save each field by itself)"
    case .objects:
      "holds Python objects, which means a pickle that could run programs; it is not read"
        + " (save the array with a numeric dtype)"
    }
  }
}
