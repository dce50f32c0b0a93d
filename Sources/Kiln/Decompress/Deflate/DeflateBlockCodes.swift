// A block with codes of its own begins with the lengths of these codes: RFC 1951, section 3.2.7.
//
// | bits | content |
// | --- | --- |
// | 5 | how many lengths there are for bytes, the end and lengths of matches: 257 more than this |
// | 5 | how many lengths there are for distances: 1 more |
// | 4 | how many lengths of codes for lengths there are: 4 more |
// | 3 each | lengths of codes for lengths, in an order of their own |
//
// Then the lengths in that code: each is one, or repeats the one before, or zero, as often as extra bits say.

/// The two codes of a block.
struct DeflateBlockCodes {
  /// What stands for bytes, the end of the block, and lengths of matches.
  private(set) var literals = DeflateCode(.literals)
  /// What stands for the distances of matches.
  private(set) var distances = DeflateCode(.distances)

  /// How reading them goes on.
  enum Reading {
    case done
    case needsInput
    case damaged
  }

  private enum Stage {
    case counts
    case lengthCode(read: Int)
    case lengths(read: Int)
  }

  private var stage = Stage.counts
  private var lengthCodeCount = 0
  private var literalCount = 0
  /// How many lengths there are for both codes.
  private var lengthCount = 0
  private var lengthCode = DeflateCode(.lengths)
  /// Lengths of codes: for a while those of lengths, then those of both codes, one behind the other.
  private var lengths = [UInt8](
    repeating: 0,
    count: DeflateAlphabet.literals.symbolCount + DeflateAlphabet.distances.symbolCount)

  /// Whether the codes are the fixed ones: whoever has many small blocks of them does not wait for their tables.
  private var areFixed = false

  /// Begins a stream: whatever was begun is left.
  mutating func start() { stage = .counts }

  /// Uses the codes that each decoder knows (section 3.2.6).
  mutating func useFixed() {
    guard !areFixed else { return }
    literalCount = DeflateAlphabet.literals.symbolCount
    lengthCount = literalCount + DeflateAlphabet.distances.symbolCount
    for index in 0..<144 { lengths[index] = 8 }
    for index in 144..<256 { lengths[index] = 9 }
    for index in 256..<280 { lengths[index] = 7 }
    for index in 280..<literalCount { lengths[index] = 8 }
    for index in literalCount..<lengthCount { lengths[index] = 5 }
    areFixed = build()
  }

  /// Reads the codes of a block, or goes on with them where the chunk before ended.
  mutating func read(_ input: inout DeflateInput) -> Reading {
    let reading = readOn(&input)
    if reading == .done { stage = .counts }
    return reading
  }

  private mutating func readOn(_ input: inout DeflateInput) -> Reading {
    if case .counts = stage {
      guard let counts = input.take(14) else { return .needsInput }
      literalCount = counts & 31 + 257
      let distanceCount = counts >> 5 & 31 + 1
      lengthCount = literalCount + distanceCount
      lengthCodeCount = counts >> 10 + 4
      // The last two symbols of each are there to make the fixed codes complete; zlib refuses more than these, too.
      guard literalCount <= 286, distanceCount <= 30 else { return .damaged }
      stage = .lengthCode(read: 0)
    }
    if case .lengthCode(let read) = stage {
      let reading = readLengthCode(&input, from: read)
      guard reading == .done else { return reading }
      stage = .lengths(read: 0)
    }
    if case .lengths(let read) = stage {
      let reading = readLengths(&input, from: read)
      guard reading == .done else { return reading }
    }
    // Without a code for its end a block would not end.
    return lengths[Self.endSymbol] > 0 && build() ? .done : .damaged
  }

  private mutating func readLengthCode(
    _ input: inout DeflateInput, from start: Int
  ) -> Reading {
    for index in start..<lengthCodeCount {
      guard let length = input.take(3) else {
        stage = .lengthCode(read: index)
        return .needsInput
      }
      lengths[Self.lengthCodeOrder[index]] = UInt8(length)
    }
    for symbol in Self.lengthCodeOrder[lengthCodeCount...] { lengths[symbol] = 0 }
    let lengths = lengths
    let isCode = lengthCode.build(lengths.span.extracting(0..<Self.lengthCodeOrder.count))
    return isCode ? .done : .damaged
  }

  private mutating func readLengths(_ input: inout DeflateInput, from start: Int) -> Reading {
    var read = start
    // In registers: half of the time that a block's beginning takes.
    var stream = input
    defer { input = stream }
    while read < lengthCount {
      stream.fill()
      let entry = lengthCode[stream: stream.bits]
      guard let bits = stream.take(entry) else {
        stage = .lengths(read: read)
        return .needsInput
      }
      if entry.isLiteral {
        lengths[read] = entry.literalByte
        read += 1
        continue
      }
      let count = entry.value(in: bits)
      // There has to be a length before it to repeat, and symbols to have it.
      guard count <= lengthCount - read, read > 0 || !entry.isPrevious else { return .damaged }
      let length = entry.isPrevious ? lengths[read - 1] : 0
      for index in read..<read + count { lengths[index] = length }
      read += count
    }
    return .done
  }

  private mutating func build() -> Bool {
    areFixed = false
    let lengths = lengths
    return literals.build(lengths.span.extracting(0..<literalCount))
      && distances.build(lengths.span.extracting(literalCount..<lengthCount))
  }

  /// The symbol that ends a block.
  private static let endSymbol = 256
  private static let lengthCodeOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
}
