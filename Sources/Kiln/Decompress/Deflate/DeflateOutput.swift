/// Room for inflated bytes.
///
/// It lives inside one call of ``Inflater/run(_:from:into:)``.
@safe struct DeflateOutput {
  /// What is written, for ``SymbolLoop``.
  let room: UnsafeMutableBufferPointer<UInt8>
  /// How many bytes of the room are written.
  private(set) var count = 0

  /// Begins with an empty room.
  init(_ room: UnsafeMutableBufferPointer<UInt8>) { unsafe self.room = room }

  /// Counts bytes that are written.
  /// - Parameter count: how many there are now.
  mutating func goOn(at count: Int) {
    unsafe precondition((self.count...room.count).contains(count))
    self.count = count
  }

  /// How many more bytes there is room for.
  var left: Int { unsafe room.count - count }

  /// Lets what is written be read.
  func withWritten(_ body: (Span<UInt8>) -> Void) {
    // `count` bytes are written, and the span ends with this call.
    unsafe body(UnsafeBufferPointer(rebasing: room[..<count]).span)
  }

  /// Appends a byte; needs room for it.
  mutating func append(_ byte: UInt8) {
    precondition(left > 0)
    // In bounds by the line above.
    unsafe room[count] = byte
    count += 1
  }

  /// Appends whole bytes of the input, as many as there are and fit.
  /// - Parameters:
  ///   - most: how many at most.
  ///   - input: where they come from.
  /// - Returns: how many.
  mutating func append(_ most: Int, from input: inout DeflateInput) -> Int {
    let end = count + min(most, left)
    // In bounds by the line above.
    let added = unsafe input.take(into: .init(rebasing: room[count..<end]))
    count += added
    return added
  }

  /// Appends bytes that went before once more, as many as fit.
  /// - Parameters:
  ///   - length: how many.
  ///   - distance: how far back they begin: at least 1, at most what is written and the window hold.
  ///   - window: what went before the room.
  /// - Returns: how many.
  mutating func appendMatch(
    _ length: Int, distance: Int, after window: borrowing DeflateWindow
  ) -> Int {
    let start = count
    let end = start + min(length, left)
    let reach = min(end - start, distance - start)
    if reach > 0 {
      // In bounds by the lines above.
      unsafe window.copy(from: distance - count, into: .init(rebasing: room[count..<count + reach]))
      count += reach
    }
    precondition(distance > 0 && distance <= count || count == end)
    while count < end {
      // Written before, by the line above, and with room, by the one before. A byte may go on to repeat itself.
      unsafe room[count] = room[count - distance]
      count += 1
    }
    return end - start
  }
}
