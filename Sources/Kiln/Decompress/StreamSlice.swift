/// The next bytes of a stream as a stream of their own.
final class StreamSlice: ByteStream {
  /// What becomes of what follows them.
  enum Rest: Sendable {
    /// It is not looked at.
    case ignored
    /// It is read to its end, since checksums are compared there.
    case drained
  }

  private let stream: any ByteStream
  private let rest: Rest
  private var missing: Int

  /// - Parameters:
  ///   - stream: at the first byte.
  ///   - count: how many bytes there are at most.
  ///   - rest: what becomes of the bytes behind them.
  init(_ stream: any ByteStream, count: Int, rest: Rest = .ignored) {
    self.stream = stream
    self.rest = rest
    missing = count
  }

  func read(_ count: Int) throws -> [UInt8] {
    guard missing > 0 else {
      if rest == .drained { try drain() }
      return []
    }
    let bytes = try stream.read(min(count, missing))
    missing -= bytes.count
    return bytes
  }

  private func drain() throws {
    while try stream.read(FileStream.chunkByteCount).count == FileStream.chunkByteCount {}
  }
}
