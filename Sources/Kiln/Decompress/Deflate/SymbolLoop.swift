/// What most time of inflating goes into: the symbols of a block, as long as neither the chunk nor the room can end
/// within one.
///
/// Only how far a match goes back has to be looked at here, so that a round takes eight bytes at a time, and copies
/// matches in vectors beyond their ends. The last bytes of chunk and room are left to ``DeflateDecoder``. The shape is
/// libdeflate's: up to three bytes for one look at the chunk, where a round for each takes 8 % longer, and the next
/// symbol looked up before a match is copied.
@unsafe struct SymbolLoop {
  /// Why it stopped.
  enum Stop {
    /// Too little is left of the chunk or of the room.
    case margin
    /// The block ends.
    case end
    /// A match begins before the room.
    case match(length: Int, distance: Int)
    case damaged
  }

  /// What one round reads at most: two words, the second one at most seven bytes behind the first.
  private static let inputMargin = 7 + 8
  /// What one round writes at most: two bytes, and the longest match, of 258 bytes, up to the end of a vector.
  private static let outputMargin = 2 + 17 * 16

  private typealias Lanes = SIMD16<UInt8>

  /// Goes on until it has to stop; what it stopped at is taken.
  @safe static func run(
    _ input: inout DeflateInput, _ output: inout DeflateOutput, _ codes: borrowing DeflateBlockCodes
  ) -> Stop {
    // The pointers end with this call.
    unsafe codes.literals.entries.withUnsafeBufferPointer { literals in
      unsafe codes.distances.entries.withUnsafeBufferPointer { distances in
        guard let literals = literals.baseAddress, let distances = distances.baseAddress else {
          return .margin
        }
        return unsafe SymbolLoop(literals: literals, distances: distances).run(&input, &output)
      }
    }
  }

  private let literals: UnsafePointer<UInt32>
  private let distances: UnsafePointer<UInt32>

  /// Goes on until it has to stop.
  ///
  /// Every pointer stays in bounds:
  /// - A round, and the first look ahead, begin where the margins are left before the ends of chunk and room. It fills
  ///   up twice at most, by a word whose first byte is at most seven bytes behind that of the word before.
  /// - What is repeated begins in the room, by the comparison with `start`.
  /// - As many bits as the first table of a code is wide index it, and its links lead to tables behind it, as
  ///   ``DeflateCode`` has filled them.
  private func run(_ input: inout DeflateInput, _ output: inout DeflateOutput) -> Stop {
    guard unsafe input.byteCount >= Self.inputMargin, unsafe output.left >= Self.outputMargin,
      let chunk = unsafe UnsafeRawPointer(input.chunk.baseAddress),
      let start = unsafe UnsafeMutableRawPointer(output.room.baseAddress)
    else { return .margin }
    let lastRead = unsafe chunk + input.chunk.count - Self.inputMargin
    let lastWrite = unsafe start + output.room.count - Self.outputMargin
    var stream = unsafe Words(input, from: chunk)
    var to = unsafe start + output.count
    defer {
      unsafe stream.giveBack(to: &input, chunk)
      output.goOn(at: unsafe to - start)
    }
    unsafe stream.fill()
    var entry = unsafe literal(stream)
    while unsafe stream.next <= lastRead && to <= lastWrite {
      var bits = unsafe stream.bits
      unsafe stream.drop(entry)
      if entry.isLiteral {
        unsafe to.storeBytes(of: entry.literalByte, as: UInt8.self)
        entry = unsafe literal(stream)
        bits = unsafe stream.bits
        unsafe stream.drop(entry)
        if entry.isLiteral {
          unsafe to.storeBytes(of: entry.literalByte, toByteOffset: 1, as: UInt8.self)
          entry = unsafe literal(stream)
          bits = unsafe stream.bits
          unsafe stream.drop(entry)
          if entry.isLiteral {
            unsafe to.storeBytes(of: entry.literalByte, toByteOffset: 2, as: UInt8.self)
            unsafe to += 3
            unsafe stream.fill()
            entry = unsafe literal(stream)
            continue
          }
          unsafe to += 2
        } else {
          unsafe to += 1
        }
      }
      if entry.isSpecial {
        guard entry.isLink else { return entry.isEnd ? .end : .damaged }
        entry = unsafe DeflateEntry(literals[entry.linkedIndex(in: stream.bits)])
        bits = unsafe stream.bits
        unsafe stream.drop(entry)
        if entry.isLiteral {
          unsafe to.storeBytes(of: entry.literalByte, as: UInt8.self)
          unsafe to += 1
          unsafe stream.fill()
          entry = unsafe literal(stream)
          continue
        }
        guard !entry.isSpecial else { return entry.isEnd ? .end : .damaged }
      }
      let length = entry.value(in: bits)
      if unsafe stream.mayEndWithinDistance { unsafe stream.fill() }
      entry = unsafe distance(stream)
      if entry.isSpecial {
        guard entry.isLink else { return .damaged }
        unsafe stream.drop(entry)
        entry = unsafe DeflateEntry(distances[entry.linkedIndex(in: stream.bits)])
        guard !entry.isSpecial else { return .damaged }
      }
      let distance = unsafe entry.value(in: stream.bits)
      unsafe stream.drop(entry)
      guard unsafe distance <= to - start else { return .match(length: length, distance: distance) }
      unsafe stream.fill()
      entry = unsafe literal(stream)
      unsafe repeatMatch(length, distance, at: to)
      unsafe to += length
    }
    return .margin
  }

  @inline(__always)
  private func literal(_ stream: Words) -> DeflateEntry {
    let mask: UInt64 = 1 << UInt64(DeflateAlphabet.literalBitCount) - 1
    return unsafe DeflateEntry(literals[Int(truncatingIfNeeded: stream.bits & mask)])
  }

  @inline(__always)
  private func distance(_ stream: Words) -> DeflateEntry {
    let mask: UInt64 = 1 << UInt64(DeflateAlphabet.distanceBitCount) - 1
    return unsafe DeflateEntry(distances[Int(truncatingIfNeeded: stream.bits & mask)])
  }

  /// Copies whole vectors or words, of which the last one may end behind the match: in all 32 bytes, or less than 16
  /// more than the match has.
  ///
  /// What they read is written by then: no step is longer than the distance.
  @inline(__always)
  private func repeatMatch(_ length: Int, _ distance: Int, at target: UnsafeMutableRawPointer) {
    let end = unsafe target + length
    var to = unsafe target
    var from = unsafe UnsafeRawPointer(target) - distance
    if distance >= 16 {
      // Of the matches in MNIST 96 % end here.
      unsafe to.storeBytes(of: from.loadUnaligned(as: Lanes.self), as: Lanes.self)
      unsafe to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: 16, as: Lanes.self), toByteOffset: 16, as: Lanes.self
      )
      unsafe from += 32
      unsafe to += 32
      while unsafe to < end {
        unsafe to.storeBytes(of: from.loadUnaligned(as: Lanes.self), as: Lanes.self)
        unsafe from += 16
        unsafe to += 16
      }
    } else if distance == 1 {
      let lanes = unsafe Lanes(repeating: from.load(as: UInt8.self))
      while unsafe to < end {
        unsafe to.storeBytes(of: lanes, as: Lanes.self)
        unsafe to += 16
      }
    } else if distance >= 8 {
      while unsafe to < end {
        unsafe to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
        unsafe from += 8
        unsafe to += 8
      }
    } else {
      while unsafe to < end {
        unsafe to.storeBytes(of: from.load(as: UInt8.self), as: UInt8.self)
        unsafe from += 1
        unsafe to += 1
      }
    }
  }

  /// Bits of the chunk that are read eight bytes at a time.
  @unsafe private struct Words {
    /// The next bits, the next one lowest.
    ///
    /// Above those that count stand some of those behind them, which are read once more later.
    private(set) var bits: UInt64
    /// How many bits count, in its lowest six bits: to drop an entry takes all of it away, not only these six.
    private var count: UInt64
    private(set) var next: UnsafeRawPointer

    init(_ input: DeflateInput, from chunk: UnsafeRawPointer) {
      unsafe bits = input.bits
      unsafe count = UInt64(input.bitCount)
      unsafe next = chunk + input.position
    }

    /// Reads whole bytes, so that 56 to 63 bits count: two or three bytes take 33 at most, two and a length 42.
    @inline(__always)
    mutating func fill() {
      unsafe bits |= UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) &<< count
      unsafe next += 7 &- Int(truncatingIfNeeded: count &>> 3 & 7)
      unsafe count |= 56
    }

    /// Whether a distance might take more bits than count: 15 of its code and 13 extra ones.
    @inline(__always) var mayEndWithinDistance: Bool { unsafe count & 63 < 28 }

    @inline(__always)
    mutating func drop(_ entry: DeflateEntry) {
      unsafe bits &>>= entry.bits
      unsafe count &-= entry.bits
    }

    func giveBack(to input: inout DeflateInput, _ chunk: UnsafeRawPointer) {
      unsafe input.goOn(at: next - chunk, bits, Int(count & 63))
    }
  }
}
