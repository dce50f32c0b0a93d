// Prefix codes: RFC 1951, section 3.2.2. The lengths of its symbols' codes make a code: shorter ones come first, those
// of one length in the order of their symbols, each counted up from the one before.

/// One prefix code: a table that the next bits of a stream index, whose links lead to further tables for the
/// longest codes.
struct DeflateCode {
  /// The entries of the first table, then those of the further ones.
  private(set) var entries: [UInt32]
  private let alphabet: DeflateAlphabet

  /// A code without symbols.
  init(_ alphabet: DeflateAlphabet) {
    self.alphabet = alphabet
    entries = Array(repeating: DeflateEntry.unused, count: alphabet.capacity)
  }

  /// How many bits index the first table.
  var tableBitCount: Int { alphabet.tableBitCount }

  /// What the next bits of a stream stand for: a link where the code is longer than the first table is wide.
  @inline(__always)
  subscript(stream stream: UInt64) -> DeflateEntry {
    self[Int(truncatingIfNeeded: stream & (1 &<< UInt64(tableBitCount) &- 1))]
  }

  /// What stands at an index, where a link leads to.
  @inline(__always)
  subscript(index: Int) -> DeflateEntry { DeflateEntry(entries[index]) }

  /// Makes the tables from the lengths of the codes.
  /// - Parameter lengths: of each symbol's code, 0 to 15 bits, where 0 is a symbol without one; at most as many
  ///   as the alphabet has symbols.
  /// - Returns: false where these lengths make no code.
  mutating func build(_ lengths: Span<UInt8>) -> Bool {
    var counts = Counts(repeating: 0)
    for index in lengths.indices { counts[Int(lengths[index])] += 1 }
    counts[0] = 0
    var starts = Counts(repeating: 0)
    // How much of the space of all codes is taken: of 2 codes of 1 bit, of 4 of 2 bits, ...
    var used = 0
    for length in 1..<16 {
      used = used << 1 + counts[length]
      starts[length] = starts[length - 1] + counts[length - 1]
    }
    guard used <= 1 << 15 else { return false }
    var symbols = Symbols(repeating: 0)
    for index in lengths.indices where lengths[index] > 0 {
      let length = Int(lengths[index])
      symbols[starts[length]] = UInt16(truncatingIfNeeded: index)
      starts[length] += 1
    }
    if used == 1 << 15 {
      fill(counts.span, symbols.span)
      return true
    }
    guard alphabet.mayBeIncomplete, used == counts[1] << 14, counts[1] <= 1 else { return false }
    let entry = counts[1] == 0 ? DeflateEntry.unused : alphabet.entry(symbols[0], codeBitCount: 1)
    for index in 0..<1 << tableBitCount {
      entries[index] = index & 1 == 0 ? entry : DeflateEntry.unused
    }
    return true
  }

  private typealias Counts = InlineArray<16, Int>
  private typealias Symbols = InlineArray<288, UInt16>

  /// Fills the tables of a complete code.
  ///
  /// Codes come in their order, each one counted up from the one before. A stream holds the first bit of a code
  /// lowest, so they are kept with their bits reversed.
  private mutating func fill(_ counts: Span<Int>, _ symbols: Span<UInt16>) {
    let alphabet = alphabet
    let width = alphabet.tableBitCount
    var table = entries.mutableSpan
    var code = 0
    var next = 0
    for length in 1...width {
      // As wide as the codes are by now: one bit more repeats all codes that are shorter.
      let half = 1 << (length - 1)
      if next > 0 { Self.repeatFirst(half, of: &table) }
      for _ in 0..<counts[length] {
        table[code] = alphabet.entry(symbols[next], codeBitCount: length)
        next += 1
        code = Self.successor(of: code, bitCount: length)
      }
    }
    var (start, end) = (0, 1 << width)
    var prefix = -1
    for length in width + 1..<16 {
      for done in 0..<counts[length] {
        if code & (1 << width - 1) != prefix {
          prefix = code & (1 << width - 1)
          start = end
          let bitCount = Self.bitCount(beyond: width, from: length, done: done, counts)
          end += 1 << bitCount
          table[prefix] = DeflateEntry.link(to: start, bitCount: bitCount, behind: width)
        }
        let entry = alphabet.entry(symbols[next], codeBitCount: length - width)
        for index in stride(from: start + code >> width, to: end, by: 1 << (length - width)) {
          table[index] = entry
        }
        next += 1
        code = Self.successor(of: code, bitCount: length)
      }
    }
  }

  /// Copies the first entries behind themselves.
  private static func repeatFirst(_ count: Int, of table: inout MutableSpan<UInt32>) {
    unsafe table.withUnsafeMutableBufferPointer { table in
      precondition(2 * count <= table.count)
      guard let start = table.baseAddress else { return }
      // In bounds by the precondition, and the halves do not overlap.
      unsafe (start + count).update(from: start, count: count)
    }
  }

  /// The next code of so many bits, its first bit lowest.
  private static func successor(of code: Int, bitCount: Int) -> Int {
    let zeros = code ^ (1 << bitCount - 1)
    // Behind the last code comes none.
    guard zeros != 0 else { return code }
    let bit = 1 << (Int.bitWidth - 1 - zeros.leadingZeroBitCount)
    return code & (bit - 1) | bit
  }

  /// How many bits index a further table: it ends where the codes with this beginning do.
  private static func bitCount(
    beyond width: Int, from length: Int, done: Int, _ counts: Span<Int>
  ) -> Int {
    var bitCount = length - width
    var space = counts[length] - done
    while space < 1 << bitCount {
      bitCount += 1
      space = space << 1 + counts[width + bitCount]
    }
    return bitCount
  }
}
