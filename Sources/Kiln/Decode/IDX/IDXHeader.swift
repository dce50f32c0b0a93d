// IDX, the format of the MNIST files (http://yann.lecun.com/exdb/mnist/, "The IDX file format"):
//
//   offset  bytes  content
//   0       2      zero
//   2       1      element type: 08 u8, 09 i8, 0B i16, 0C i32, 0D f32, 0E f64
//   3       1      rank: number of dimensions
//   4       4 x r  dimensions, big-endian unsigned; the first one counts the samples
//   4 + 4r  ...    elements, big-endian, row-major

/// The header of an IDX file, checked.
struct IDXHeader {
  let elementType: ElementType
  let dimensions: [Int]
  /// Bytes of all elements together.
  let dataByteCount: Int

  var byteCount: Int { 4 + 4 * dimensions.count }

  /// Whether four bytes can begin an IDX file.
  static func isMagic(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0
      && IDX.elementType(code: bytes[2]) != nil && (1...IDX.maximumRank).contains(Int(bytes[3]))
  }

  /// Reads a header from the start of a stream.
  init(parsing stream: any ByteStream) throws {
    let magic = try stream.read(4)
    guard magic.count == 4 else { throw IDXError.headerEnds(at: magic.count, expected: 4) }
    guard magic[0] == 0, magic[1] == 0 else { throw IDXError.notIDX(found: magic) }
    guard let elementType = IDX.elementType(code: magic[2]) else {
      throw IDXError.unknownType(code: magic[2])
    }
    self.elementType = elementType
    let rank = Int(magic[3])
    guard (1...IDX.maximumRank).contains(rank) else { throw IDXError.badRank(rank) }
    let bytes = try stream.read(4 * rank)
    guard bytes.count == 4 * rank else {
      throw IDXError.headerEnds(at: 4 + bytes.count, expected: 4 + 4 * rank)
    }
    dimensions = (0..<rank).map { axis in
      bytes[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    dataByteCount = try NumericArray.byteCount(of: elementType, dimensions)
  }
}

/// What is wrong with the header of an IDX file.
enum IDXError: Error, Sendable, Equatable, CustomStringConvertible {
  case notIDX(found: [UInt8])
  case unknownType(code: UInt8)
  case badRank(Int)
  case headerEnds(at: Int, expected: Int)

  var description: String {
    switch self {
    case .notIDX(let found):
      "expected an IDX file (00 00, type, rank), found \(hexadecimal(found))"
        + (found.first == UInt8(ascii: "<") ? " (a web page?)" : "")
    case .unknownType(let code):
      "expected an IDX element type (08 09 0b 0c 0d 0e), found \(hexadecimal([code]))"
    case .badRank(let rank):
      "expected 1 to \(IDX.maximumRank) dimensions, found \(rank)"
    case .headerEnds(let end, let expected):
      "header ends at byte \(end), expected \(expected) bytes (file cut short?)"
    }
  }
}
