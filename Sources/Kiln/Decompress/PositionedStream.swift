/// A stream, and how far it has been read.
// Unchecked: one at a time has it. A RestartableStream lends it to who takes it out of a lock and may put it back;
// others never let it go.
final class PositionedStream: ByteStream, @unchecked Sendable {
  private let stream: any ByteStream
  /// How many bytes have been read or passed over.
  private(set) var offset = 0

  /// - Parameter stream: at its first byte.
  init(_ stream: any ByteStream) { self.stream = stream }

  func read(_ count: Int) throws -> [UInt8] {
    let bytes = try stream.read(count)
    offset += bytes.count
    return bytes
  }

  /// Passes over what is before a place, or to the end of the stream where that comes first.
  func skip(to target: Int) throws {
    if let stream = stream as? any SkippingStream, target > offset {
      offset += stream.skip(target - offset)
    }
    while offset < target {
      let bytes = try read(min(target - offset, FileStream.chunkByteCount))
      if bytes.isEmpty { return }
    }
  }
}
