/// A stream whose first bytes have been looked at: yields them again, then the rest.
final class PrefixedStream: ByteStream {
  private var prefix: ArraySlice<UInt8>
  private let rest: any ByteStream
  /// A stream that has ended is not asked again.
  private var isAtEnd: Bool

  /// Looks at the first bytes of a stream.
  /// - Parameters:
  ///   - count: how many.
  ///   - stream: at its start.
  /// - Returns: them, or all where there are fewer, and the stream as if it had not been read.
  /// - Throws: what the stream throws.
  static func peek(
    _ count: Int, of stream: any ByteStream
  ) throws -> (start: [UInt8], stream: PrefixedStream) {
    let start = try stream.read(count)
    return (start, PrefixedStream(start, stream, isAtEnd: start.count < count))
  }

  private init(_ prefix: [UInt8], _ rest: any ByteStream, isAtEnd: Bool) {
    self.prefix = prefix[...]
    self.rest = rest
    self.isAtEnd = isAtEnd
  }

  func read(_ count: Int) throws -> [UInt8] {
    if prefix.isEmpty { return isAtEnd ? [] : try readRest(count) }
    let first = Array(prefix.prefix(count))
    prefix = prefix.dropFirst(count)
    if first.count == count || isAtEnd { return first }
    let more = try readRest(count - first.count)
    return makeBytes(capacity: first.count + more.count) { cursor in
      cursor.append(first.span)
      cursor.append(more.span)
    }
  }

  private func readRest(_ count: Int) throws -> [UInt8] {
    let bytes = try rest.read(count)
    isAtEnd = bytes.count < count
    return bytes
  }
}
