/// The bytes of a pickle, read once from first to last: in a mapped file, where long strings stay in
/// place, or from a stream, of which no more is read than has made sense so far.
final class PickleInput {
  enum Content {
    case mapped(MappedFile)
    /// Unpacked bytes of a file of so many, and how they can be had again; nil where that takes long.
    case stream(any ByteStream, packedByteCount: Int, again: Again? = nil)
  }

  /// How the bytes of a stream can be had again, so that long arrays need not be kept.
  struct Again {
    let content: PackedBytes.Content
    /// What is kept all the same, for it takes longer to unpack.
    var keptArrayByteCount = PickleLimits.keptArrayByteCount
  }

  private static let chunkByteCount = 64 << 10

  private let content: Content
  private var chunk: [UInt8] = []
  private var position = 0
  private var chunkStart = 0
  private var isAtEnd = false
  private var heldByteCount = 0
  private var copiedByteCount = 0
  /// The opcode whose argument is being read, for messages.
  private(set) var opcode = PickleOpcode.mark
  /// Where that opcode is.
  private(set) var opcodeOffset = 0

  init(_ content: Content) { self.content = content }

  /// Whether long strings stay where they are.
  var isInPlace: Bool {
    if case .mapped = content { true } else { false }
  }

  /// Bytes read so far.
  var offset: Int { chunkStart + position }

  /// Makes sure that a byte is at hand; false at the end.
  private func fill() throws -> Bool {
    if position < chunk.count { return true }
    if isAtEnd { return false }
    chunkStart += chunk.count
    position = 0
    switch content {
    case .mapped(let file):
      let end = min(file.byteCount, chunkStart + Self.chunkByteCount)
      chunk = file.bytes(chunkStart..<end)
    case .stream(let stream, _, _):
      chunk = try stream.read(Self.chunkByteCount)
    }
    isAtEnd = chunk.count < Self.chunkByteCount
    return !chunk.isEmpty
  }

  private func endsEarly() -> PickleError {
    .endsEarly(offset: offset, within: opcode.name)
  }

  /// Reads the next opcode.
  func nextOpcode() throws -> PickleOpcode {
    guard try fill() else {
      if offset == 0 { throw PickleError.empty }
      throw PickleError.endsEarly(offset: offset, within: "the stream of opcodes, before STOP")
    }
    opcodeOffset = offset
    let byte = chunk[position]
    guard let opcode = PickleOpcode(rawValue: byte) else {
      throw PickleError.unknownOpcode(byte, offset: offset)
    }
    position += 1
    self.opcode = opcode
    return opcode
  }

  /// Reads one byte.
  func byte() throws -> UInt8 {
    guard try fill() else { throw endsEarly() }
    defer { position += 1 }
    return chunk[position]
  }

  /// Reads a number of so many bytes, little-endian.
  func word(_ byteCount: Int) throws -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<byteCount { word |= UInt64(try byte()) << UInt64(8 * index) }
    return word
  }

  /// Reads a few bytes.
  func bytes(_ count: Int) throws -> [UInt8] {
    precondition(count <= PickleLimits.lineByteCount)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      guard try fill() else { throw endsEarly() }
      let end = min(chunk.count, position + count - bytes.count)
      bytes += chunk[position..<end]
      position = end
    }
    return bytes
  }

  /// Reads a line of at most some KiB, without its line feed.
  func line() throws -> [UInt8] {
    var line: [UInt8] = []
    while true {
      let byte = try byte()
      if byte == 0x0A { return line }
      guard line.count < PickleLimits.lineByteCount else {
        throw PickleError.lineTooLong(opcode, offset: opcodeOffset)
      }
      line.append(byte)
    }
  }

  /// Reads a line of any length, without its line feed, a chunk at a time.
  func longLine(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
    while true {
      guard try fill() else { throw endsEarly() }
      let rest = chunk[position...]
      let end = rest.firstIndex(of: 0x0A)
      try body(rest[..<(end ?? rest.endIndex)])
      position = end.map { $0 + 1 } ?? rest.endIndex
      if end != nil { return }
    }
  }

  /// Checks a length against what is left, as far as that is known.
  func length(_ promised: UInt64) throws -> Int {
    let left: Int? =
      switch content {
      case .mapped(let file): file.byteCount - offset
      case .stream: nil
      }
    guard let length = Int(exactly: promised), length <= left ?? .max - offset else {
      throw PickleError.badLength(opcode, offset: opcodeOffset, promised: promised, left: left)
    }
    return length
  }

  /// Counts what is kept in memory of a stream.
  /// - Throws: ``UnpackLimitError`` where it is more than data sets have.
  func hold(_ count: Int) throws {
    heldByteCount += count
    guard case .stream(_, let packed, _) = content, heldByteCount > PickleLimits.freeHeldByteCount,
      heldByteCount / UnpackLimit.ratio > packed
    else { return }
    throw UnpackLimitError(unpacked: offset, packed: packed)
  }

  /// Counts bytes that are kept a second time, in another order or without their encoding.
  ///
  /// A file has each of its strings in one array: together they are no longer than it is.
  /// - Throws: ``PickleError`` where the same bytes are asked for again and again.
  func copy(_ count: Int) throws(PickleError) {
    copiedByteCount += count
    guard copiedByteCount > PickleLimits.freeHeldByteCount + offset else { return }
    throw .badArray(
      "is one of many that have the same bytes, \(copiedByteCount) in all (a trap?)",
      offset: opcodeOffset)
  }

  /// Reads over the bytes of a long array that lies as it is used, where they can be unpacked again, so
  /// that memory need not hold them; reads others as any long string.
  func longArray(_ count: Int) throws -> PickleBytes {
    guard case .stream(_, _, let again?) = content, count > again.keptArrayByteCount else {
      return try long(count)
    }
    let start = offset
    try skip(count)
    return .packed(PackedBytes(start..<start + count, of: again.content))
  }

  /// Reads a long string: not at all from a mapped file, and else straight into its pieces.
  func long(_ count: Int) throws -> PickleBytes {
    if case .mapped(let file) = content {
      let start = offset
      jump(to: start + count)
      return .mapped(file, start..<start + count)
    }
    var pieces = BytePieces()
    try read(count, inPiecesOf: PickleLimits.pieceByteCount) { piece in
      try hold(piece.count)
      pieces.append(piece)
    }
    return .pieces(pieces)
  }

  /// Reads over bytes.
  func skip(_ count: Int) throws {
    if case .mapped = content { return jump(to: offset + count) }
    try read(count, inPiecesOf: FileStream.chunkByteCount) { _ in }
  }

  private func jump(to place: Int) {
    chunkStart = place
    chunk = []
    position = 0
    // Of a mapped file, the next chunk tells.
    if case .mapped = content { isAtEnd = false }
  }

  /// Reads bytes of a stream, first what is at hand.
  private func read(
    _ count: Int, inPiecesOf pieceByteCount: Int, _ body: ([UInt8]) throws -> Void
  ) throws {
    guard case .stream(let stream, _, _) = content else { return }
    let atHand = min(count, chunk.count - position)
    try body(Array(chunk[position..<position + atHand]))
    position += atHand
    var left = count - atHand
    while left > 0 {
      guard !isAtEnd else { throw endsEarly() }
      let wanted = min(left, pieceByteCount)
      let piece = try stream.read(wanted)
      isAtEnd = piece.count < wanted
      jump(to: offset + piece.count)
      left -= piece.count
      try body(piece)
    }
  }

  /// Makes sure that what a frame promised is there, behind STOP.
  func finish(frameEnd: Int) throws {
    guard frameEnd > offset else { return }
    if case .mapped(let file) = content, file.byteCount < frameEnd {
      throw PickleError.frameEnds(offset: file.byteCount, promised: frameEnd)
    }
    do {
      try skip(frameEnd - offset)
    } catch is PickleError {
      throw PickleError.frameEnds(offset: offset, promised: frameEnd)
    }
  }

  /// Reads a stream to its end, where a checksum may be compared; what follows STOP means nothing.
  func readOn() throws {
    guard case .stream = content else { return }
    var left = PickleLimits.trailingByteCount
    while left > 0, try fill() {
      left -= chunk.count - position
      position = chunk.count
    }
  }
}
