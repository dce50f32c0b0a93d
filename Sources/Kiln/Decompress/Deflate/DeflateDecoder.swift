// DEFLATE: RFC 1951. A stream is one block after another (section 3.2.3):
//
// | bits | content |
// | --- | --- |
// | 1 | 1 in the last block |
// | 2 | 0: bytes as they are; 1: symbols in fixed codes; 2: symbols in codes of its own, which come first |
//
// Bytes as they are begin at the next whole byte with their count and its complement, 16 bits each. Symbols are
// bytes, and lengths with distances of what is repeated; one of them ends the block.

/// Inflates one DEFLATE stream, however its bytes and the room for its content come in pieces.
///
/// It is Kiln's own because inflating is what most conversions wait for, and no library that can stop within a stream
/// keeps up: MNIST's training images take 40 ms, by ISA-L 50, by zlib 110. (libdeflate takes 38, whole streams only.)
struct DeflateDecoder {
  /// Why it stopped.
  enum Pause {
    /// Nothing is left of the chunk but bits that are too few for what comes next.
    case needsInput
    case needsRoom
    case ended
    case damaged
  }

  /// What comes next.
  private enum Stage {
    case block
    case storedCount
    case stored(Int)
    case codes
    case symbols
    case match(length: Int, distance: Int)
    case end
    case damaged
  }

  private var stage = Stage.block
  private var isLastBlock = false
  private var codes = DeflateBlockCodes()
  private var window = DeflateWindow()

  /// Begins a stream.
  mutating func start() {
    stage = .block
    isLastBlock = false
    codes.start()
    window.removeAll()
  }

  /// Inflates until it has to stop.
  mutating func run(_ input: inout DeflateInput, _ output: inout DeflateOutput) -> Pause {
    while true {
      guard let pause = step(&input, &output) else { continue }
      output.withWritten { window.append($0) }
      switch pause {
      case .needsRoom, .ended: input.giveBack()
      // Bits that are too few for what comes next wait for the next chunk.
      case .needsInput: break
      case .damaged: stage = .damaged
      }
      return pause
    }
  }

  /// - Returns: nothing where the next step can follow.
  private mutating func step(
    _ input: inout DeflateInput, _ output: inout DeflateOutput
  ) -> Pause? {
    switch stage {
    case .block: startBlock(&input)
    case .storedCount: readStoredCount(&input)
    case .stored(let count): copyStored(count, &input, &output)
    case .codes: readCodes(&input)
    case .symbols: inflateSymbols(&input, &output)
    case .match(let length, let distance): repeatMatch(length, distance, &output)
    case .end: .ended
    case .damaged: .damaged
    }
  }

  private mutating func startBlock(_ input: inout DeflateInput) -> Pause? {
    guard !isLastBlock else {
      stage = .end
      return nil
    }
    guard let header = input.take(3) else { return .needsInput }
    isLastBlock = header & 1 == 1
    switch header >> 1 {
    case 0:
      input.dropToByte()
      stage = .storedCount
    case 1:
      codes.useFixed()
      stage = .symbols
    case 2: stage = .codes
    default: return .damaged
    }
    return nil
  }

  private mutating func readStoredCount(_ input: inout DeflateInput) -> Pause? {
    guard let header = input.take(32) else { return .needsInput }
    let count = header & 0xFFFF
    guard header >> 16 == count ^ 0xFFFF else { return .damaged }
    stage = .stored(count)
    return nil
  }

  private mutating func copyStored(
    _ count: Int, _ input: inout DeflateInput, _ output: inout DeflateOutput
  ) -> Pause? {
    let left = count - output.append(count, from: &input)
    guard left > 0 else {
      stage = .block
      return nil
    }
    stage = .stored(left)
    return output.left == 0 ? .needsRoom : .needsInput
  }

  private mutating func readCodes(_ input: inout DeflateInput) -> Pause? {
    switch codes.read(&input) {
    case .needsInput: return .needsInput
    case .damaged: return .damaged
    case .done:
      stage = .symbols
      return nil
    }
  }

  private mutating func inflateSymbols(
    _ input: inout DeflateInput, _ output: inout DeflateOutput
  ) -> Pause? {
    while output.left > 0 {
      switch SymbolLoop.run(&input, &output, codes) {
      case .margin: break
      case .end:
        stage = .block
        return nil
      case .match(let length, let distance):
        stage = .match(length: length, distance: distance)
        return nil
      case .damaged: return .damaged
      }
      if let pause = inflateSymbol(&input, &output) { return pause }
      guard case .symbols = stage else { return nil }
    }
    return .needsRoom
  }

  /// Inflates one symbol, and its distance, for which there is room.
  private mutating func inflateSymbol(
    _ input: inout DeflateInput, _ output: inout DeflateOutput
  ) -> Pause? {
    input.fill()
    // Nothing is taken where the chunk ends before the distance does.
    var ahead = input
    guard let (entry, bits) = ahead.take(codes.literals) else { return .needsInput }
    if entry.isLiteral {
      output.append(entry.literalByte)
    } else if entry.isSpecial {
      guard entry.isEnd else { return .damaged }
      stage = .block
    } else {
      guard let (back, backBits) = ahead.take(codes.distances) else { return .needsInput }
      guard !back.isSpecial else { return .damaged }
      stage = .match(length: entry.value(in: bits), distance: back.value(in: backBits))
    }
    input = ahead
    return nil
  }

  private mutating func repeatMatch(
    _ length: Int, _ distance: Int, _ output: inout DeflateOutput
  ) -> Pause? {
    guard distance <= output.count + window.count else { return .damaged }
    let left = length - output.appendMatch(length, distance: distance, after: window)
    guard left > 0 else {
      stage = .symbols
      return nil
    }
    stage = .match(length: left, distance: distance)
    return .needsRoom
  }
}
