// MAT-file, level 5 (https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf):
//
//   offset  bytes  content
//   0       116    text: MATLAB 5.0 MAT-file, ...
//   124     2      version: 1.0
//   126     2      IM where numbers are little-endian, MI where they are big-endian
//   128     ...    elements: 4 bytes of type, 4 of length, data; each at a multiple of 8 bytes
//
//   type 14 (matrix): elements of its own: flags, dimensions, name, numbers, column-major
//   type 15 (compressed): a zlib stream of one matrix element
//   a length in the upper half of the type's word: at most 4 bytes of data follow in the same 8 bytes

/// The variables of a MAT-file, and where their numbers are.
struct MATFile: Sendable {
  /// Whether bytes begin a MAT-file, also one of a version that is refused by name.
  static func isMagic(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: "MATLAB 5.0 MAT-file".utf8) || bytes.starts(with: newerMagic)
  }
  static let magicByteCount = 19
  private static let newerMagic = Array("MATLAB 7.3 MAT-file".utf8)

  /// MATLAB's names have 63 characters.
  private static let maximumNameByteCount = 4096
  /// Data sets have a handful, and each is remembered.
  private static let maximumVariableCount = 4096

  /// One variable of numbers.
  struct Variable: Sendable, Equatable {
    let name: String
    /// The first one varies fastest.
    let dimensions: [Int]
    /// What the numbers are stored as, which may be narrower than what they are to MATLAB.
    let elementType: ElementType
    /// Where its element's data is in the file.
    let place: Range<Int>
    let isCompressed: Bool
    /// Where the numbers begin in that data, inflated.
    let offset: Int

    var byteCount: Int { dimensions.reduce(elementType.byteCount, *) }
  }

  let byteOrder: ByteOrder
  let variables: [Variable]
  /// Whether there are others: cells, structures, texts, sparse matrices or complex numbers.
  let hasOthers: Bool
  private let bytes: MATBytes

  /// Reads the headers of all variables.
  init(_ file: Resource) throws {
    bytes = try MATBytes(file)
    let start = try bytes.open(at: 0).read(128)
    guard !start.starts(with: Self.newerMagic) else { throw MATError.newer }
    guard start.count == 128, Self.isMagic(start) else { throw MATError.notMAT }
    switch (start[126], start[127]) {
    case (0x49, 0x4D): byteOrder = .little
    case (0x4D, 0x49): byteOrder = .big
    default: throw MATError.notMAT
    }
    var variables: [Variable] = []
    var count = 0
    // One pass over a packed file: each new start would unpack it up to there.
    let stream = PositionedStream(try bytes.open(at: 0))
    try stream.skip(to: start.count)
    while true {
      let position = stream.offset
      guard let tag = try MATCursor(stream, byteOrder).tag(isLast: true) else { break }
      guard count < Self.maximumVariableCount else {
        throw MATError.tooManyVariables(limit: Self.maximumVariableCount)
      }
      // One that is none would be passed over with whatever it holds.
      guard MATCursor.knownTypes.contains(tag.type) else { throw MATError.damaged(at: position) }
      count += 1
      let place = position + 8..<position + 8 + tag.byteCount
      if let variable = try Self.variable(tag, place, stream, of: bytes, byteOrder) {
        variables.append(variable)
      }
      // Compressed elements are not filled up.
      let isCompressed = tag.type == MATCursor.compressed
      try stream.skip(to: isCompressed ? place.upperBound : (place.upperBound + 7) / 8 * 8)
      guard stream.offset >= place.upperBound else { throw MATError.damaged(at: stream.offset) }
    }
    self.variables = variables
    hasOthers = count > variables.count
  }

  private static func variable(
    _ tag: MATCursor.Tag, _ place: Range<Int>, _ stream: PositionedStream, of bytes: MATBytes,
    _ order: ByteOrder
  ) throws -> Variable? {
    let isCompressed = tag.type == MATCursor.compressed
    guard isCompressed || tag.type == MATCursor.matrix else { return nil }
    try stream.skip(to: place.lowerBound)
    let cursor = MATCursor(bytes.part(of: stream, place, isCompressed: isCompressed), order)
    if isCompressed {
      guard let inner = try cursor.tag(), inner.type == MATCursor.matrix else {
        throw MATError.damaged(at: place.lowerBound)
      }
    }
    do {
      return try variable(cursor, place, isCompressed: isCompressed)
    } catch MATError.damaged(let offset) where isCompressed {
      throw MATError.damagedInside(offset: offset, element: place.lowerBound)
    } catch MATError.damaged(let offset) {
      throw MATError.damaged(at: place.lowerBound + offset)
    }
  }

  /// Reads flags, dimensions, name and the type of the numbers; nil for what is no array of numbers.
  private static func variable(
    _ cursor: MATCursor, _ place: Range<Int>, isCompressed: Bool
  ) throws -> Variable? {
    let flags = try cursor.words(upTo: 2)
    guard flags.count == 2 else { throw MATError.damaged(at: cursor.position) }
    let kind = flags[0] & 0xFF
    let isComplex = flags[0] & 0x800 != 0
    let dimensions = try cursor.words(upTo: NumericArray.maximumRank).map {
      Int(Int32(bitPattern: $0))
    }
    let name = try cursor.bytes(upTo: maximumNameByteCount)
    // Cells, structures, texts and sparse matrices are below 6.
    guard (6...15).contains(kind), !isComplex, dimensions.count >= 2 else { return nil }
    guard let numbers = try cursor.tag(), let type = MATCursor.elementType(numbers.type) else {
      throw MATError.damaged(at: cursor.position)
    }
    guard try NumericArray.byteCount(of: type, dimensions) == numbers.byteCount else {
      throw MATError.damaged(at: cursor.position)
    }
    let isLogical = flags[0] & 0x200 != 0
    return Variable(
      name: String(decoding: name, as: UTF8.self), dimensions: dimensions,
      elementType: isLogical && type == .uint8 ? .bool : type, place: place,
      isCompressed: isCompressed, offset: cursor.position)
  }

  /// Opens a variable's numbers.
  func open(_ variable: Variable) throws -> any ByteStream {
    let stream = try bytes.open(variable.place, isCompressed: variable.isCompressed)
    _ = try stream.read(variable.offset)
    return StreamSlice(
      stream, count: variable.byteCount, rest: variable.isCompressed ? .drained : .ignored)
  }
}

/// The bytes of a MAT-file from any place.
private struct MATBytes: Sendable {
  private let file: Resource
  /// A file that lies on disk as it is needs not be read up to a place.
  private let random: RandomAccessFile?

  init(_ file: Resource) throws {
    self.file = file
    let isPlain = try file.isWholeFile && file.knownByteCount() == file.file.byteCount
    random = isPlain ? try RandomAccessFile(file.file) : nil
  }

  func open(at position: Int) throws -> any ByteStream {
    if let random {
      return FileSlice(random, min(position, random.byteCount)..<random.byteCount)
    }
    let stream = PositionedStream(try file.open())
    try stream.skip(to: position)
    return stream
  }

  func open(_ place: Range<Int>, isCompressed: Bool) throws -> any ByteStream {
    part(of: try open(at: place.lowerBound), place, isCompressed: isCompressed)
  }

  /// An element's data, inflated, out of a stream that has come to it.
  func part(
    of stream: any ByteStream, _ place: Range<Int>, isCompressed: Bool
  ) -> any ByteStream {
    let slice = StreamSlice(stream, count: place.count)
    // The length of the element is its own word: only the size of the file limits what it becomes.
    return isCompressed
      ? LimitedStream(ZlibStream(slice), packedByteCount: file.file.byteCount) : slice
  }
}

/// Reads the elements of a MAT-file one after the other.
private final class MATCursor {
  static let matrix: UInt32 = 14
  static let compressed: UInt32 = 15
  /// What a file may be made of: plain elements, and the two above.
  static let knownTypes: ClosedRange<UInt32> = 1...18

  struct Tag {
    let type: UInt32
    let byteCount: Int
    /// Whether its data shares the tag's eight bytes.
    let isSmall: Bool
  }

  private let stream: any ByteStream
  private let order: ByteOrder
  private(set) var position = 0

  init(_ stream: any ByteStream, _ order: ByteOrder) {
    self.stream = stream
    self.order = order
  }

  private func take(_ count: Int) throws -> [UInt8] {
    let bytes = try stream.read(count)
    position += bytes.count
    guard bytes.count == count else { throw MATError.damaged(at: position) }
    return bytes
  }

  private func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let word = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return order == .big ? word : word.byteSwapped
  }

  /// Reads a tag, of a small element only its first half.
  /// - Parameter isLast: whether the end of the file may stand in its place.
  /// - Returns: the tag; nil at the end of the file.
  /// - Throws: ``MATError`` where the file ends inside it.
  func tag(isLast: Bool = false) throws -> Tag? {
    let start = try stream.read(4)
    position += start.count
    if isLast, start.isEmpty { return nil }
    guard start.count == 4 else { throw MATError.damaged(at: position) }
    let first = word(start[...])
    if first >> 16 != 0 {
      guard first >> 16 <= 4 else { throw MATError.damaged(at: position) }
      return Tag(type: first & 0xFFFF, byteCount: Int(first >> 16), isSmall: true)
    }
    return Tag(type: first, byteCount: Int(word(try take(4)[...])), isSmall: false)
  }

  /// Reads the data of an element that has no more bytes than that.
  func bytes(upTo limit: Int) throws -> [UInt8] {
    guard let tag = try tag(), tag.byteCount <= limit else {
      throw MATError.damaged(at: position)
    }
    let filled = tag.isSmall ? 4 : (tag.byteCount + 7) / 8 * 8
    return Array(try take(filled).prefix(tag.byteCount))
  }

  /// Reads the data of an element as 32-bit words.
  func words(upTo limit: Int) throws -> [UInt32] {
    let bytes = try bytes(upTo: limit * 4)
    return stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { word(bytes[$0..<$0 + 4]) }
  }

  static func elementType(_ type: UInt32) -> ElementType? {
    switch type {
    case 1: .int8
    case 2: .uint8
    case 3: .int16
    case 4: .uint16
    case 5: .int32
    case 6: .uint32
    case 7: .float32
    case 9: .float64
    case 12: .int64
    case 13: .uint64
    default: nil
    }
  }
}

/// What is wrong with a MAT-file.
enum MATError: Error, Sendable, Equatable, CustomStringConvertible {
  case notMAT
  case newer
  case damaged(at: Int)
  case damagedInside(offset: Int, element: Int)
  case noImages(String)
  case noArrays(hasOthers: Bool)
  case tooManyVariables(limit: Int)
  case axes(images: [Int], labels: [Int])

  var description: String {
    switch self {
    case .notMAT: "expected a MAT-file of level 5, found something else"
    case .newer: "is a MAT-file of version 7.3, which is HDF5 (save it with -v7)"
    case .damaged(let offset): "is damaged at byte \(offset) (file cut short?)"
    case .damagedInside(let offset, let element):
      "is damaged at inflated byte \(offset) of the element at byte \(element)"
    case .noImages(let list):
      "holds \(list): which are images and which labels?"
        + " (say so with --images-key and --labels-key)"
    case .noArrays(let hasOthers):
      hasOthers
        ? "holds nothing but structures, cells, texts or sparse matrices, which are not read"
          + " (save images and labels as arrays of their own)"
        : "holds no arrays of numbers"
    case .tooManyVariables(let limit):
      "has more than \(limit) variables (save images and labels in a file of their own)"
    case .axes(let images, let labels):
      "has images of \(Self.text(images)) and labels of \(Self.text(labels)):"
        + " neither the first nor the last axis of the images counts the labels"
    }
  }

  static func text(_ dimensions: [Int]) -> String {
    dimensions.map(String.init).joined(separator: "x")
  }
}
