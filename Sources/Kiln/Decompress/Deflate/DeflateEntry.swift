/// What the next bits of a stream stand for, in 32 bits that decoding takes apart without a branch.
///
/// | bits | content |
/// | --- | --- |
/// | 0-5 | how many bits it takes: the code, and the extra bits behind it |
/// | 8-11 | how many of these are the code; of a link, how many bits index the further table |
/// | 13-15 | ``end``, ``link``, ``special`` |
/// | 16-30 | the byte, the least length, distance or count, or where the further table begins |
/// | 31 | ``literal`` |
struct DeflateEntry {
  /// The 32 bits, in a word that shifts the bits of a stream.
  let bits: UInt64

  /// A byte; in the code of lengths, one length.
  static let literal: UInt32 = 1 << 31
  /// What has no value: a link, the end of a block, or a code that must not occur.
  static let special: UInt32 = 1 << 15
  /// The code is longer than the table is wide, and goes on in a further table.
  static let link: UInt32 = 1 << 14
  /// The block ends.
  static let end: UInt32 = 1 << 13
  /// In the code of lengths, which has nothing special: what is repeated is the length before, not zero.
  static let previous = special
  /// Bits that are no code: one of them tells.
  static let unused = special | 0x101

  @inline(__always) init(_ bits: UInt32) { self.bits = UInt64(bits) }

  @inline(__always) var isLiteral: Bool { bits & UInt64(Self.literal) != 0 }
  @inline(__always) var isSpecial: Bool { bits & UInt64(Self.special) != 0 }
  @inline(__always) var isLink: Bool { bits & UInt64(Self.link) != 0 }
  @inline(__always) var isEnd: Bool { bits & UInt64(Self.end) != 0 }
  @inline(__always) var isPrevious: Bool { bits & UInt64(Self.previous) != 0 }
  /// How many bits it takes.
  @inline(__always) var bitCount: Int { Int(bits & 0x3F) }
  @inline(__always) var literalByte: UInt8 { UInt8(truncatingIfNeeded: bits &>> 16) }

  /// What this entry and its extra bits make: a length, a distance, or how often a length is repeated.
  /// - Parameter stream: the bits of the stream, the code's first one lowest.
  /// - Returns: 1 to 32,768.
  @inline(__always)
  func value(in stream: UInt64) -> Int {
    // Shifts go by six bits, as a processor's do, and no flag is among the lowest 14 bits of what has a value.
    Int(truncatingIfNeeded: (bits &>> 16) &+ ((stream & (1 &<< bits &- 1)) &>> (bits &>> 8)))
  }

  /// Where the entry is that this link leads to.
  /// - Parameter stream: the bits of the stream behind the first table's.
  /// - Returns: an index of the code's entries.
  @inline(__always)
  func linkedIndex(in stream: UInt64) -> Int {
    let width = bits &>> 8 & 0xF
    return Int(truncatingIfNeeded: (bits &>> 16) &+ (stream & (1 &<< width &- 1)))
  }

  /// A link to a further table.
  /// - Parameters:
  ///   - start: the index of its first entry.
  ///   - bitCount: how many bits index it.
  ///   - width: how many bits of the code come before these.
  /// - Returns: the bits of an entry.
  static func link(to start: Int, bitCount: Int, behind width: Int) -> UInt32 {
    UInt32(start) << 16 | special | link | UInt32(bitCount) << 8 | UInt32(width)
  }
}
