/// Bytes that can be read more than once, in ranges: each reader goes on where an earlier one has
/// stopped, or begins anew, so that what is packed is unpacked once for ranges that are read in order.
final class RestartableStream: Sendable {
  /// Gives the bytes from the first one on, to who reads them all.
  let start: @Sendable () throws -> any ByteStream
  /// The bytes up to some place have been read, for whoever reads on from there.
  private let idle = Locked<PositionedStream?>(nil)

  /// - Parameter start: gives the bytes from the first one on.
  init(_ start: @escaping @Sendable () throws -> any ByteStream) { self.start = start }

  /// A range of the bytes as a stream of its own, which ends where they do.
  func open(_ range: Range<Int>) -> any ByteStream { RangeReader(self, range) }

  private func position(before offset: Int) throws -> PositionedStream {
    let near = idle.withLock { position in
      guard let near = position, near.offset <= offset else { return nil as PositionedStream? }
      position = nil
      return near
    }
    return try near ?? PositionedStream(start())
  }

  private func giveBack(_ position: PositionedStream) { idle.withLock { $0 = position } }

  private final class RangeReader: ByteStream {
    private let whole: RestartableStream
    private var rest: Range<Int>
    private var position: PositionedStream?

    init(_ whole: RestartableStream, _ range: Range<Int>) {
      self.whole = whole
      rest = range
    }

    // A reader that leaves early leaves its place to the next.
    deinit { if let position { whole.giveBack(position) } }

    func read(_ count: Int) throws -> [UInt8] {
      let wanted = min(count, rest.count)
      guard wanted > 0 else { return [] }
      let position = try self.position ?? whole.position(before: rest.lowerBound)
      // Where reading fails or the bytes end, nobody goes on from there.
      self.position = nil
      try position.skip(to: rest.lowerBound)
      let bytes = try position.read(wanted)
      guard bytes.count == wanted else {
        rest = rest.upperBound..<rest.upperBound
        return bytes
      }
      rest = rest.lowerBound + wanted..<rest.upperBound
      if rest.isEmpty {
        whole.giveBack(position)
      } else {
        self.position = position
      }
      return bytes
    }
  }
}
