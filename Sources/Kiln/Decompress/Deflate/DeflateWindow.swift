/// The last bytes that went before a room, as many as matches go back.
struct DeflateWindow {
  /// The largest distance there is (RFC 1951, section 3.2.5).
  private static let capacity = 32 << 10

  private var bytes = [UInt8](repeating: 0, count: capacity)
  /// How many there are: they are the last ones of `bytes`.
  private(set) var count = 0

  /// Begins anew: nothing went before.
  mutating func removeAll() { count = 0 }

  /// Adds what a room was filled with.
  mutating func append(_ added: Span<UInt8>) {
    let added = added.extracting(last: Self.capacity)
    let kept = min(count, Self.capacity - added.count)
    count = kept + added.count
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      let end = Self.capacity - added.count
      // `count` is at most the capacity, so that both copies are in bounds; the first one's halves may overlap.
      unsafe (base + end - kept).update(from: base + Self.capacity - kept, count: kept)
      unsafe added.withUnsafeBufferPointer { added in
        guard let source = added.baseAddress else { return }
        unsafe (base + end).update(from: source, count: added.count)
      }
    }
  }

  /// Copies bytes into a room, which they fill.
  /// - Parameters:
  ///   - reach: how far before the end they begin; at most ``count``.
  ///   - room: at most `reach` bytes.
  borrowing func copy(from reach: Int, into room: UnsafeMutableBufferPointer<UInt8>) {
    precondition(reach <= count && room.count <= reach)
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let target = room.baseAddress, let base = bytes.baseAddress else { return }
      // In bounds by the precondition.
      unsafe target.update(from: base + Self.capacity - reach, count: room.count)
    }
  }
}
