/// A range of a packed file's content, which is unpacked for whoever reads it.
struct PackedBytes: Sendable {
  private let content: RestartableStream
  private let range: Range<Int>

  init(_ content: RestartableStream, _ range: Range<Int>) {
    self.content = content
    self.range = range
  }

  var byteCount: Int { range.count }

  /// All of them, to be read from the first to the last.
  func open() -> any ByteStream { content.open(range) }

  /// Unpacks a part.
  /// - Throws: what is wrong with the file, which may have changed since it was looked through.
  func bytes(_ part: Range<Int>) throws -> [UInt8] {
    precondition(part.lowerBound >= 0 && part.upperBound <= byteCount)
    let place = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
    let bytes = try content.open(place).read(place.count)
    guard bytes.count == place.count else {
      throw ArrayError.dataEnds(at: place.lowerBound + bytes.count, promised: range.upperBound)
    }
    return bytes
  }
}
