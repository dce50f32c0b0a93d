/// Numbers of one type in several dimensions, where they lie: in memory, in a mapped or in a packed file.
///
/// A value of this type is checked: every element is inside the storage.
struct NumericArray: Sendable {
  /// The bytes that elements lie in.
  enum Storage: Sendable {
    case owned([UInt8])
    case pieces(BytePieces)
    case mapped(MappedFile)
    /// Samples lie behind one another, in C order.
    case packed(PackedBytes)

    var byteCount: Int {
      switch self {
      case .owned(let bytes): bytes.count
      case .pieces(let pieces): pieces.byteCount
      case .mapped(let file): file.byteCount
      case .packed(let bytes): bytes.range.count
      }
    }
  }

  /// Which axis varies fastest where elements lie behind one another without gaps.
  enum Order: Sendable {
    /// The last one, as in C.
    case rowMajor
    /// The first one, as in Fortran.
    case columnMajor
  }

  /// NumPy 2 stops at 64 dimensions, and data sets at five; this many need no thought.
  static let maximumRank = 32

  let elementType: ElementType
  let byteOrder: ByteOrder
  /// The size of each axis; empty for a single number.
  let shape: [Int]
  /// Elements between neighbours along each axis.
  let strides: [Int]
  private let storage: Storage
  /// The place of the first element in the storage, in bytes.
  private let offset: Int

  /// Finds an array that lies without gaps in some bytes.
  /// - Throws: ``ArrayError`` where the shape promises more than the storage holds.
  init(
    _ elementType: ElementType, _ byteOrder: ByteOrder = .little, shape: [Int],
    order: Order = .rowMajor, in storage: Storage, at offset: Int = 0
  ) throws(ArrayError) {
    let byteCount = try Self.byteCount(of: elementType, shape)
    let (end, overflow) = offset.addingReportingOverflow(byteCount)
    guard offset >= 0, !overflow, end <= storage.byteCount else {
      throw .dataEnds(at: storage.byteCount, promised: overflow ? .max : end)
    }
    if case .packed = storage { precondition(offset == 0 && order == .rowMajor) }
    self.elementType = elementType
    self.byteOrder = byteOrder
    self.shape = shape
    self.storage = storage
    self.offset = offset
    strides = Self.strides(of: shape, order)
  }

  private init(_ array: NumericArray, shape: [Int], strides: [Int]) {
    elementType = array.elementType
    byteOrder = array.byteOrder
    storage = array.storage
    offset = array.offset
    self.shape = shape
    self.strides = strides
  }

  /// Samples along the first axis; a single number is one.
  var count: Int { shape.first ?? 1 }

  /// The shape of one sample.
  var sampleShape: [Int] { Array(shape.dropFirst()) }

  /// Bytes of all elements of a shape.
  /// - Throws: ``ArrayError`` where no memory could hold them, or the shape is none.
  static func byteCount(of type: ElementType, _ shape: [Int]) throws(ArrayError) -> Int {
    guard shape.count <= maximumRank else { throw .rank(shape.count) }
    guard shape.allSatisfy({ $0 >= 0 }) else { throw .negative(shape) }
    guard let byteCount = type.byteCount(of: shape) else { throw .tooLarge(shape) }
    return byteCount
  }

  /// A file whose length is known shows before anything is written whether it is whole.
  /// - Parameters:
  ///   - byteCount: the length of the file.
  ///   - header: bytes before the elements.
  ///   - data: bytes of the elements.
  ///   - shape: what the header says, for the message.
  /// - Throws: ``ArrayError`` where the file ends earlier or later.
  static func checkLength(
    ofFile byteCount: Int, header: Int, data: Int, _ shape: [Int]
  ) throws(ArrayError) {
    let (promised, overflow) = header.addingReportingOverflow(data)
    guard !overflow else { throw .tooLarge(shape) }
    if byteCount < promised { throw .dataEnds(at: byteCount, promised: promised) }
    if byteCount > promised { throw .dataContinues(after: promised) }
  }

  private static func strides(of shape: [Int], _ order: Order) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for axis in order == .rowMajor ? Array(shape.indices.reversed()) : Array(shape.indices) {
      strides[axis] = step
      step *= max(1, shape[axis])
    }
    return strides
  }

  // MARK: Other views of the same numbers

  /// The array with its axes in another order: axis `i` of the result is axis `axes[i]` of this one.
  /// - Throws: ``ArrayError`` where the axes are no permutation.
  func transposed(_ axes: [Int]) throws(ArrayError) -> NumericArray {
    guard axes.sorted() == Array(shape.indices) else { throw .badAxes(axes, rank: shape.count) }
    return NumericArray(self, shape: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
  }

  /// The array with samples of another shape, such as 784 as 28 x 28.
  ///
  /// Elements are counted in the order in which ``samples(_:)`` gives them; where they lie in another
  /// one, with no single step between them, they are copied.
  /// - Throws: ``ArrayError`` where the sizes differ, or too much would have to be copied; what is wrong
  ///   with a packed file.
  func reshaped(sampleShape: [Int]) throws -> NumericArray {
    let shape = [count] + sampleShape
    guard
      try Self.byteCount(of: elementType, shape) == Self.byteCount(of: elementType, self.shape)
    else { throw ArrayError.reshape(from: self.sampleShape, to: sampleShape) }
    let inner = Self.strides(of: sampleShape, .rowMajor)
    if let step = strides.first, let distance = elementDistance {
      return NumericArray(self, shape: shape, strides: [step] + inner.map { $0 * distance })
    }
    let byteCount = try Self.byteCount(of: elementType, shape)
    guard byteCount <= SampleArray.maximumWholeByteCount else {
      throw ArrayError.mustBeWhole(byteCount: byteCount)
    }
    return try NumericArray(
      elementType, .native, shape: shape, in: .owned(try samples(0..<count)))
  }

  /// How far the elements of a sample lie from one to the next; nil where that differs.
  private var elementDistance: Int? {
    let row = StridedLayout(shape: sampleShape, strides: Array(strides.dropFirst()))
    if row.isContiguous { return 1 }
    // Columns are one axis whose elements lie as far apart as there are samples.
    let axes = sampleShape.indices.filter { sampleShape[$0] != 1 }
    return axes.count == 1 ? strides[axes[0] + 1] : nil
  }

  // MARK: Reading

  /// Elements of samples, row-major and in native byte order.
  ///
  /// Those of a packed file are unpacked for it; whoever wants one sample after the other reads
  /// ``packed`` instead.
  /// - Throws: what is wrong with the packed file.
  func samples(_ range: Range<Int>) throws -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let layout = layout(of: range.count)
    guard layout.count > 0 else { return [] }
    let width = elementType.byteCount
    let start = offset + range.lowerBound * storedSampleByteCount
    let place = start..<start + layout.extent * width
    switch storage {
    case .owned(let bytes):
      return gatheredElements(bytes.span.extracting(place), layout, width: width, order: byteOrder)
    case .pieces(let pieces): return samples(range.count, in: pieces.bytes(place))
    case .packed(let packed): return samples(range.count, in: try packed.bytes(place))
    case .mapped(let file):
      defer { if layout.isContiguous { file.release(place) } }
      return file.withBytes(place) {
        gatheredElements($0, layout, width: width, order: byteOrder)
      }
    }
  }

  /// Where samples lie in a packed file, to be read from the first to the last.
  var packed: PackedBytes? {
    if case .packed(let bytes) = storage { bytes } else { nil }
  }

  /// Bytes from one sample to the next where they are stored.
  var storedSampleByteCount: Int { (strides.first ?? 0) * elementType.byteCount }

  /// Gathers samples from bytes that were read from where they are stored.
  /// - Parameters:
  ///   - count: how many samples.
  ///   - bytes: what is stored from the first of them on.
  /// - Returns: their elements, row-major and in native byte order.
  func samples(_ count: Int, in bytes: [UInt8]) -> [UInt8] {
    let layout = layout(of: count)
    let width = elementType.byteCount
    if layout.isContiguous, width == 1 || byteOrder == .native { return bytes }
    return gatheredElements(bytes.span, layout, width: width, order: byteOrder)
  }

  private func layout(of count: Int) -> StridedLayout {
    shape.isEmpty
      ? StridedLayout(shape: [count], strides: [1])
      : StridedLayout(shape: [count] + sampleShape, strides: strides)
  }

  /// Elements of samples as whole numbers, row-major.
  /// - Throws: ``ArrayError`` that names the first sample with a fraction, a NaN, or what exceeds an i64;
  ///   what is wrong with a packed file.
  func integers(_ range: Range<Int>) throws -> [Int64] {
    try Self.integers(
      samples(range), elementType, columns: sampleShape.reduce(1, *), first: range.lowerBound)
  }

  /// Native elements as whole numbers.
  static func integers(
    _ bytes: [UInt8], _ type: ElementType, columns: Int, first: Int
  ) throws(ArrayError) -> [Int64] {
    do {
      return try type.integers(in: bytes)
    } catch {
      throw .labelNotWhole(sample: first + error.position / max(1, columns), value: error.value)
    }
  }
}

/// What is wrong with an array.
enum ArrayError: Error, Sendable, Equatable, CustomStringConvertible {
  case rank(Int)
  case negative([Int])
  case tooLarge([Int])
  case dataEnds(at: Int, promised: Int)
  case dataContinues(after: Int)
  case badAxes([Int], rank: Int)
  case reshape(from: [Int], to: [Int])
  case scrambled(from: [Int], to: [Int])
  case labelNotWhole(sample: Int, value: String)
  case sampleTooLarge(byteCount: Int)
  case emptySamples([Int])
  case labelRank(Int)
  case labelColumns(Int)
  case mustBeWhole(byteCount: Int)

  var description: String {
    switch self {
    case .rank(let rank):
      "has \(rank) dimensions, expected at most \(NumericArray.maximumRank)"
    case .negative(let shape): "has the impossible shape \(Self.text(shape))"
    case .tooLarge(let shape):
      "promises \(Self.text(shape)) elements, more than any file can hold (damaged header?)"
    case .dataEnds(let end, let promised):
      "data ends at byte \(end), header promises \(promised) (file cut short?)"
    case .dataContinues(let end):
      "data goes on after byte \(end), where the header promises the end of the file"
    case .badAxes(let axes, let rank):
      "has its axes in the order \(axes), which is none of \(rank) axes"
    case .reshape(let from, let to):
      "has samples of shape \(Self.text(from)), which cannot be read as \(Self.text(to))"
    case .scrambled(let from, let to):
      "has samples of shape \(Self.text(from)): read as \(Self.text(to)), their rows and columns would"
        + " run into each other"
    case .labelNotWhole(let sample, let value):
      "label of sample \(sample) is \(value), expected a whole number in the range of i64"
    case .sampleTooLarge(let byteCount):
      "promises samples of \(byteCount) bytes, expected at most"
        + " \(Schema.maximumSampleByteCount) (damaged header?)"
    case .emptySamples(let shape): "promises samples without elements: \(Self.text(shape))"
    case .labelRank(let rank):
      "expected labels of 1 or 2 dimensions, found \(rank) (are images and labels swapped?)"
    case .labelColumns(let count):
      "has \(count) label columns, expected at most \(LabelSchema.maximumColumnCount)"
    case .mustBeWhole(let byteCount):
      "is stored column by column, so all \(byteCount) bytes would be needed at once, expected at most"
        + " \(SampleArray.maximumWholeByteCount) (decompress the file, or store it row by row: rows of"
        + " a MAT-file transposed)"
    }
  }

  private static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "()" : shape.map(String.init).joined(separator: "x")
  }
}
