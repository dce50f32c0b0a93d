/// A range of a packed file's content, which is unpacked for whoever reads it.
struct PackedBytes: Sendable {
  /// Gives the content from its first byte on.
  typealias Content = @Sendable () throws -> any ByteStream

  private let content: Content
  /// Where the bytes are in the content.
  let range: Range<Int>

  /// - Parameters:
  ///   - range: where they are.
  ///   - content: what they are a part of.
  init(_ range: Range<Int>, of content: @escaping Content) {
    self.content = content
    self.range = range
  }

  /// All of them, to be read from the first to the last.
  /// - Throws: what is wrong with the file, which may have changed since it was looked through.
  func open() throws -> any ByteStream { try open(range) }

  private func open(_ range: Range<Int>) throws -> any ByteStream {
    let stream = PositionedStream(try content())
    try stream.skip(to: range.lowerBound)
    return StreamSlice(stream, count: range.count)
  }

  /// Unpacks a part.
  /// - Throws: what is wrong with the file.
  func bytes(_ part: Range<Int>) throws -> [UInt8] {
    precondition(part.lowerBound >= 0 && part.upperBound <= range.count)
    let place = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
    let bytes = try open(place).read(place.count)
    guard bytes.count == place.count else {
      throw ArrayError.dataEnds(at: place.lowerBound + bytes.count, promised: range.upperBound)
    }
    return bytes
  }
}
