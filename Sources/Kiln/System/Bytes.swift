/// Appends to memory that was reserved once, so that an encoder's hot loop is plain stores.
///
/// It lives only inside ``makeBytes(capacity:_:)`` and ``BufferPool``. Every append checks the room
/// left: a capacity computed too small is a programmer's mistake and traps, it never writes outside
/// the buffer.
@safe struct ByteCursor: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var count = 0

  init(base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = base
    self.capacity = capacity
  }

  /// Appends one byte.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    precondition(count < capacity)
    // In range by the check above.
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Stores a whole word, little-endian, and advances by its first `used` bytes.
  ///
  /// Digits from a table become one store. Needs room for the whole word.
  @inline(__always)
  mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(prefix used: Int, of word: Word) {
    precondition(count + MemoryLayout<Word>.size <= capacity && used <= MemoryLayout<Word>.size)
    // In range by the check above.
    unsafe base.storeBytes(of: word.littleEndian, toByteOffset: count, as: Word.self)
    count += used
  }

  /// Stores eight words one behind the other, little-endian, and advances by the first bytes of each,
  /// with one check of the room for all.
  ///
  /// Needs room for eight whole words.
  /// - Parameter word: the word at a position and how many of its bytes count: 0 to 7.
  @inline(__always)
  mutating func appendEight(_ word: (Int) -> (text: UInt64, count: Int)) {
    let step = 7
    precondition(count + 8 * MemoryLayout<UInt64>.size <= capacity)
    var end = count
    for position in 0..<8 {
      let (text, used) = word(position)
      // Each word begins at most `step` bytes behind the one before, so all lie in the room checked above.
      unsafe base.storeBytes(of: text.littleEndian, toByteOffset: end, as: UInt64.self)
      end &+= used & step
    }
    count = end
  }

  /// Takes back the byte appended last.
  @inline(__always)
  mutating func removeLast() {
    precondition(count > 0)
    count -= 1
  }

  /// Appends the elements of `bytes`.
  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>) {
    precondition(bytes.count <= capacity - count)
    // In range by the check above; the source is read within its own span.
    unsafe bytes.withUnsafeBytes {
      guard let source = $0.baseAddress else { return }
      unsafe base.advanced(by: count).copyMemory(from: source, byteCount: $0.count)
    }
    count += bytes.count
  }

  /// Appends sixteen bytes as one store.
  @inline(__always)
  mutating func append(_ lanes: SIMD16<UInt8>) {
    precondition(capacity - count >= MemoryLayout<SIMD16<UInt8>>.size)
    // In range by the check above; vectors hold plain bytes, and the store may be unaligned.
    unsafe base.storeBytes(of: lanes, toByteOffset: count, as: SIMD16<UInt8>.self)
    count += MemoryLayout<SIMD16<UInt8>>.size
  }

  /// Appends `byte` so many times.
  @inline(__always)
  mutating func append(repeating byte: UInt8, count times: Int) {
    precondition(times >= 0 && times <= capacity - count)
    // In range by the check above.
    unsafe base.advanced(by: count).initializeMemory(as: UInt8.self, repeating: byte, count: times)
    count += times
  }

  /// Appends the UTF-8 bytes of a string.
  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// Appends an integer in big-endian order.
  @inline(__always)
  mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(bigEndian word: Word) {
    append(prefix: MemoryLayout<Word>.size, of: word.byteSwapped)
  }

  /// Appends an integer in little-endian order.
  @inline(__always)
  mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(littleEndian word: Word) {
    append(prefix: MemoryLayout<Word>.size, of: word)
  }

  /// Lets a codec write into the room left; `body` returns how many bytes it wrote.
  mutating func append(
    byCodec body: (UnsafeMutableBufferPointer<UInt8>) throws -> Int
  ) rethrows {
    // The buffer is exactly the room left; what the codec reports is checked against it.
    let room = unsafe UnsafeMutableBufferPointer(
      start: base.advanced(by: count).assumingMemoryBound(to: UInt8.self), count: capacity - count)
    let written = unsafe try body(room)
    precondition(written >= 0 && written <= capacity - count)
    count += written
  }
}

/// Builds an array of at most `capacity` bytes without clearing it first.
/// - Throws: what `body` throws.
func makeBytes(capacity: Int, _ body: (inout ByteCursor) throws -> Void) rethrows -> [UInt8] {
  // The cursor counts what it has written, so exactly that many bytes are initialised.
  unsafe try makeUninitialized(capacity: capacity) { base, count in
    var cursor = unsafe ByteCursor(base: base, capacity: capacity)
    try body(&cursor)
    count = cursor.count
  }
}

/// Builds an array in memory that is not cleared first.
///
/// An array without room is the one of the whole process, whose count every thread would set to the zero
/// that it is: none is made.
/// - Parameters:
///   - capacity: the room in bytes.
///   - body: writes into the room, and sets how many bytes from its start it has written.
/// - Returns: those bytes.
/// - Throws: what `body` throws.
@unsafe func makeUninitialized(
  capacity: Int, _ body: (UnsafeMutableRawPointer, inout Int) throws -> Void
) rethrows -> [UInt8] {
  unsafe try [UInt8](unsafeUninitializedCapacity: max(1, capacity)) { buffer, count in
    guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
    unsafe Allocator.preferLargePages(UnsafeMutableRawBufferPointer(start: base, count: capacity))
    unsafe try body(base, &count)
  }
}

extension Span<UInt8> {
  /// The bytes as text.
  var text: String {
    var bytes: [UInt8] = []
    for index in indices { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
