/// What the symbols of a code stand for, and how wide the tables for them are.
struct DeflateAlphabet: Sendable {
  /// How many bits index the first table: what most codes have room in, and what a cache still holds.
  let tableBitCount: Int
  /// The entries of the largest tables that a code of this alphabet needs, as zlib's `examples/enough.c` finds them.
  let capacity: Int
  /// Whether a code may have one symbol only, of one bit, or none.
  let mayBeIncomplete: Bool
  private let entries: [UInt32]

  /// How many symbols there are.
  var symbolCount: Int { entries.count }

  /// The entry of a symbol.
  /// - Parameters:
  ///   - symbol: below ``symbolCount``.
  ///   - codeBitCount: how many bits of its code index the table.
  /// - Returns: the bits of a ``DeflateEntry``.
  func entry(_ symbol: UInt16, codeBitCount: Int) -> UInt32 {
    // Added to the extra bits that are counted there already, and by itself.
    entries[Int(symbol)] + UInt32(codeBitCount) * 0x101
  }

  /// How many bits index the first table of ``literals``.
  static let literalBitCount = 11
  /// How many bits index the first table of ``distances``.
  static let distanceBitCount = 8

  /// Literals, the end of a block, and lengths (section 3.2.5).
  static let literals = DeflateAlphabet(
    // `enough 288 11 15`
    tableBitCount: literalBitCount, capacity: 2342, mayBeIncomplete: true,
    entries: (0..<256).map { DeflateEntry.literal | $0 << 16 }
      + [DeflateEntry.special | DeflateEntry.end]
      + ranges([
        (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1),
        (17, 1), (19, 2), (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4),
        (83, 4), (99, 4), (115, 4), (131, 5), (163, 5), (195, 5), (227, 5), (258, 0),
      ]) + neverUsed)

  /// Distances (section 3.2.5).
  static let distances = DeflateAlphabet(
    // `enough 32 8 15`
    tableBitCount: distanceBitCount, capacity: 402, mayBeIncomplete: true,
    entries: ranges([
      (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3), (33, 4),
      (49, 4), (65, 5), (97, 5), (129, 6), (193, 6), (257, 7), (385, 7), (513, 8), (769, 8),
      (1025, 9), (1537, 9), (2049, 10), (3073, 10), (4097, 11), (6145, 11), (8193, 12), (12289, 12),
      (16385, 13), (24577, 13),
    ]) + neverUsed)

  /// Lengths of codes, and repetitions of them (section 3.2.7).
  static let lengths = DeflateAlphabet(
    // No code of this alphabet is longer than seven bits.
    tableBitCount: 7, capacity: 128, mayBeIncomplete: false,
    entries: (0..<16).map { DeflateEntry.literal | $0 << 16 }
      + [DeflateEntry.previous | 3 << 16 | 2] + ranges([(3, 3), (11, 7)]))

  /// Entries for least values and the counts of extra bits behind their codes.
  private static func ranges(_ ranges: [(base: UInt32, extraBitCount: UInt32)]) -> [UInt32] {
    ranges.map { $0.base << 16 | $0.extraBitCount }
  }

  /// Two symbols that have codes where codes are fixed, and must not occur (section 3.2.6).
  private static let neverUsed = [DeflateEntry.special, DeflateEntry.special]
}
