/// The numbers of one split, images or labels: an array at hand, or one that is read from first to last.
struct SampleArray: Sendable {
  /// Where an array can only be had as a whole, it must fit into memory: ImageNet at 64 x 64 does not.
  static let maximumWholeByteCount = 1 << 30

  /// Where the numbers come from.
  enum Content: Sendable {
    /// Any sample at any time, or one after the other where they lie in a packed file.
    case array(NumericArray)
    /// Several arrays of the same type and samples, one behind the other.
    case joined([SampleArray])
    /// One sample after the other.
    case stream(Stream)
  }

  /// Samples that lie behind one another in a stream.
  struct Stream: Sendable {
    let elementType: ElementType
    let byteOrder: ByteOrder
    /// The shape as it is stored, row-major, samples first.
    let storedShape: [Int]
    /// Axis `i` of a sample is axis `axes[i]` of a stored sample; nil where they are the same.
    let axes: [Int]?
    /// Opens the stream at the first element.
    let open: @Sendable (Background?) throws -> any ByteStream
    /// Where the first element is in the file, for messages.
    let offset: Int

    init(
      _ elementType: ElementType, _ byteOrder: ByteOrder = .little, storedShape: [Int],
      axes: [Int]? = nil, offset: Int = 0,
      open: @escaping @Sendable (Background?) throws -> any ByteStream
    ) {
      self.elementType = elementType
      self.byteOrder = byteOrder
      self.storedShape = storedShape
      self.axes = axes
      self.offset = offset
      self.open = open
    }

    /// The elements behind the header of a file.
    init(
      _ elementType: ElementType, _ byteOrder: ByteOrder, storedShape: [Int], of file: Resource,
      behind header: Int
    ) {
      self.init(elementType, byteOrder, storedShape: storedShape, offset: header) { background in
        let stream = try file.open(digestingOn: background)
        _ = try stream.read(header)
        return stream
      }
    }

    /// The shape of all samples with their axes in order.
    var shape: [Int] {
      guard let axes else { return storedShape }
      return [storedShape[0]] + axes.map { storedShape[$0 + 1] }
    }

    /// Bytes of one sample.
    var sampleByteCount: Int { storedShape.dropFirst().reduce(elementType.byteCount, *) }
  }

  /// What the array is called in messages: its file, or file and key.
  let name: String
  let content: Content
  let elementType: ElementType
  /// The shape of all samples.
  let shape: [Int]
  /// The file on disk that it is read from, where there is one.
  let file: SourceFile?
  /// The path of the entry of an archive that it is read from; nil for a whole file.
  let memberName: String?
  /// Whether reading the samples reads all of the file, so that its digest is made on the way.
  let readsWholeFile: Bool

  /// Checks that samples can be read one by one.
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - content: the numbers.
  ///   - file: where they come from.
  ///   - readsWholeFile: whether a stream of them is all that the file has.
  /// - Throws: ``StageError`` that names the array.
  init(
    _ name: String, _ content: Content, of file: Resource? = nil, readsWholeFile: Bool = true
  ) throws {
    self.name = name
    self.file = file?.file
    memberName = file.flatMap {
      $0.isWholeFile ? nil : Path.join($0.file.path, $0.relativePath)
    }
    if case .stream = content, file?.isWholeFile == true {
      self.readsWholeFile = readsWholeFile
    } else {
      self.readsWholeFile = false
    }
    self.content = content
    switch content {
    case .array(let array):
      elementType = array.elementType
      shape = array.shape
    case .joined(let arrays):
      guard let first = arrays.first else { preconditionFailure("no arrays to join") }
      precondition(
        arrays.allSatisfy {
          $0.elementType == first.elementType && $0.sampleShape == first.sampleShape
        })
      elementType = first.elementType
      // Cannot overflow: each count is at most the bytes of its array.
      shape = [arrays.reduce(0) { $0 + $1.count }] + first.sampleShape
    case .stream(let stream):
      elementType = stream.elementType
      shape = stream.shape
    }
    let (type, shape) = (elementType, shape)
    try at(.decode, name) {
      guard !shape.isEmpty else {
        throw UnsupportedError("is a single number, expected an array with a sample in each row")
      }
      try Self.check(type, shape)
    }
  }

  /// Checks that samples of a shape can be.
  /// - Parameters:
  ///   - type: of their elements.
  ///   - shape: of all samples, with at least one axis.
  /// - Throws: ``ArrayError`` where they are too large, or are nothing.
  static func check(_ type: ElementType, _ shape: [Int]) throws(ArrayError) {
    _ = try NumericArray.byteCount(of: type, shape)
    let sampleByteCount = try NumericArray.byteCount(of: type, Array(shape.dropFirst()))
    guard sampleByteCount <= Schema.maximumSampleByteCount else {
      throw .sampleTooLarge(byteCount: sampleByteCount)
    }
    // A few bytes could promise billions of these.
    guard shape[0] == 0 || sampleByteCount > 0 else { throw .emptySamples(shape) }
  }

  /// Samples in the array.
  var count: Int { shape[0] }
  /// The shape of one sample.
  var sampleShape: [Int] { Array(shape.dropFirst()) }
  /// Elements of one sample.
  var sampleElementCount: Int { shape.dropFirst().reduce(1, *) }
  /// Type and shape of a sample, such as `u8 28x28`; `i32` alone for single numbers.
  var sampleText: String {
    let shape = sampleShape.map(String.init).joined(separator: "x")
    return shape.isEmpty ? elementType.rawValue : "\(elementType) \(shape)"
  }

  /// Starts to read at the first sample.
  func open(_ background: Background?) throws -> SampleArrayReader {
    try at(.decode, name) {
      switch content {
      case .array(let numbers): SampleArrayReader(self, try numbers.packed?.open())
      case .joined(let arrays): SampleArrayReader(self, joining: arrays, background)
      case .stream(let stream): SampleArrayReader(self, try stream.open(background))
      }
    }
  }
}

/// Reads an array from its first sample to its last; used by one thread at a time.
final class SampleArrayReader {
  /// Samples that are read, but perhaps not yet in order.
  typealias Elements = @Sendable () throws -> [UInt8]

  let array: SampleArray
  private let stream: (any ByteStream)?
  /// Those that are joined and not yet open, and the one that is being read.
  private var members: ArraySlice<SampleArray> = []
  private var member: SampleArrayReader?
  private let background: Background?
  private(set) var position = 0

  /// - Parameters:
  ///   - array: what is read.
  ///   - stream: the bytes of its samples; nil where they are at hand.
  fileprivate init(_ array: SampleArray, _ stream: (any ByteStream)?) {
    self.array = array
    self.stream = stream
    background = nil
  }

  fileprivate init(
    _ array: SampleArray, joining members: [SampleArray], _ background: Background?
  ) {
    self.array = array
    self.background = background
    self.members = members[...]
    stream = nil
  }

  /// Reads the next samples; what is left to do may be done on any thread.
  func read(_ count: Int) throws -> Elements {
    let range = position..<position + count
    position += count
    switch array.content {
    case .array(let numbers):
      guard let packed = numbers.packed else { return { try numbers.samples(range) } }
      let bytes = try stored(range, numbers.storedSampleByteCount, from: packed.range.lowerBound)
      return { numbers.samples(count, in: bytes) }
    case .joined: return try joined(count)
    case .stream(let source):
      let bytes = try stored(range, source.sampleByteCount, from: source.offset)
      return {
        let width = source.elementType.byteCount
        guard let axes = source.axes else {
          return source.byteOrder == .native ? bytes : swappedElements(bytes, width: width)
        }
        let stored = try NumericArray(
          source.elementType, source.byteOrder, shape: [count] + source.storedShape.dropFirst(),
          in: .owned(bytes))
        return try stored.transposed([0] + axes.map { $0 + 1 }).samples(0..<count)
      }
    }
  }

  /// Reads samples of so many bytes from the stream, which begins at a place of the file.
  private func stored(
    _ range: Range<Int>, _ sampleByteCount: Int, from offset: Int
  ) throws -> [UInt8] {
    let expected = range.count * sampleByteCount
    return try at(.decode, array.name) {
      let bytes = try stream?.read(expected) ?? []
      guard bytes.count == expected else {
        throw ArrayError.dataEnds(
          at: offset + range.lowerBound * sampleByteCount + bytes.count,
          promised: offset + array.count * sampleByteCount)
      }
      return bytes
    }
  }

  /// Reads samples of the arrays that follow one another; most batches lie in one.
  private func joined(_ count: Int) throws -> Elements {
    var parts: [Elements] = []
    var missing = count
    while missing > 0, let member = try self.member ?? members.popFirst()?.open(background) {
      let part = min(missing, member.array.count - member.position)
      if part > 0 { parts.append(try member.read(part)) }
      missing -= part
      self.member = member.position < member.array.count ? member : nil
    }
    guard parts.count != 1 else { return parts[0] }
    return { [parts] in try parts.flatMap { part in try part() } }
  }

  /// Makes sure that nothing follows the last sample; checksums are compared on the way.
  func finish() throws {
    guard case .stream(let source) = array.content else { return }
    try at(.decode, array.name) {
      guard try stream?.read(1).isEmpty ?? true else {
        throw ArrayError.dataContinues(after: source.offset + position * source.sampleByteCount)
      }
    }
  }

  /// Reads what is left, so that checksums behind it are compared.
  func finishEarly(_ cancellation: Cancellation) throws {
    try member?.finishEarly(cancellation)
    guard case .stream = array.content else { return }
    try at(.decode, array.name) { try stream?.readToEnd(cancellation) }
  }
}
