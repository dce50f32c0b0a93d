/// A chunk of deflated bytes as bits, the lowest of each byte first (RFC 1951, section 3.1.1).
///
/// It lives inside one call of ``Inflater/run(_:from:into:)``.
@safe struct DeflateInput {
  /// What is read, for ``SymbolLoop``.
  let chunk: UnsafeBufferPointer<UInt8>
  /// How many bytes of the chunk are read.
  private(set) var position: Int
  /// Bits that were read and not taken yet, the next one lowest; above them are zeros.
  private(set) var bits: UInt64
  /// How many these are: 0 to 63.
  private(set) var bitCount: Int

  /// Goes on with a chunk.
  /// - Parameters:
  ///   - chunk: read only within its bounds.
  ///   - position: how many of its bytes are done with.
  ///   - bits: what an earlier chunk left, as it left it.
  ///   - bitCount: how many bits these are.
  init(
    _ chunk: UnsafeBufferPointer<UInt8>, from position: Int, after bits: UInt64, _ bitCount: Int
  ) {
    unsafe self.chunk = chunk
    self.position = position
    self.bits = bits
    self.bitCount = bitCount
  }

  /// Goes on at another place of the chunk.
  /// - Parameters:
  ///   - position: how many of its bytes are read.
  ///   - bits: those that are not taken yet, the next one lowest; others above them do not count.
  ///   - bitCount: how many these are: 0 to 63.
  mutating func goOn(at position: Int, _ bits: UInt64, _ bitCount: Int) {
    unsafe precondition((0...chunk.count).contains(position) && (0..<64).contains(bitCount))
    self.position = position
    self.bits = bits & (1 << UInt64(bitCount) - 1)
    self.bitCount = bitCount
  }

  /// How many bytes of the chunk are not read yet.
  var byteCount: Int { unsafe chunk.count - position }

  /// Reads whole bytes, up to at least 48 bits where the chunk has them: all that a symbol can take, and its distance.
  @inline(__always)
  mutating func fill() {
    guard bitCount < 48 else { return }
    if byteCount >= 8, let base = unsafe chunk.baseAddress {
      // Eight bytes are before the end. Those that do not fit are read once more later.
      let word = unsafe UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
      let read = (63 - bitCount) >> 3
      bits |= (UInt64(littleEndian: word) & (1 << UInt64(read << 3) - 1)) << UInt64(bitCount)
      position += read
      bitCount += read << 3
    } else {
      while bitCount < 56, byteCount > 0 {
        // Before the end, by the line above.
        bits |= unsafe UInt64(chunk[position]) << UInt64(bitCount)
        position += 1
        bitCount += 8
      }
    }
  }

  /// Takes bits, at most 32.
  /// - Returns: them, the first one lowest, or nothing where the chunk ends before.
  mutating func take(_ count: Int) -> Int? {
    fill()
    guard bitCount >= count else { return nil }
    let value = Int(bits & (1 << UInt64(count) - 1))
    drop(count)
    return value
  }

  /// Takes what an entry takes.
  /// - Returns: the bits from its first one on, or nothing where the chunk ends before its last one.
  @inline(__always)
  mutating func take(_ entry: DeflateEntry) -> UInt64? {
    guard bitCount >= entry.bitCount else { return nil }
    let start = bits
    drop(entry.bitCount)
    return start
  }

  /// Takes the next symbol of a code, and its extra bits.
  /// - Returns: what it stands for, and the bits from its first one on, or nothing where the chunk ends before its
  ///   last one: some bits may be taken then.
  mutating func take(_ code: borrowing DeflateCode) -> (entry: DeflateEntry, bits: UInt64)? {
    fill()
    var entry = code[stream: bits]
    if entry.isLink {
      guard take(entry) != nil else { return nil }
      entry = code[entry.linkedIndex(in: bits)]
    }
    return take(entry).map { (entry, $0) }
  }

  /// Takes whole bytes, as many as fit.
  /// - Returns: how many.
  mutating func take(into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
    giveBack()
    let count = min(room.count, byteCount)
    if let target = room.baseAddress, let base = unsafe chunk.baseAddress {
      // Within both, by the line above; the chunk is no part of the room.
      unsafe target.update(from: base + position, count: count)
    }
    position += count
    return count
  }

  /// Passes over what is left of a byte.
  mutating func dropToByte() { drop(bitCount & 7) }

  /// Gives bytes that were read and not taken back to the chunk.
  ///
  /// They have to be of this chunk. So they are where something has been taken: bits stay from one chunk to the next
  /// only where they are too few for what comes next, which then takes them all.
  mutating func giveBack() {
    position -= bitCount >> 3
    precondition(position >= 0)
    bitCount &= 7
    bits &= 1 << UInt64(bitCount) - 1
  }

  @inline(__always)
  private mutating func drop(_ count: Int) {
    bits >>= UInt64(count)
    bitCount -= count
  }
}
