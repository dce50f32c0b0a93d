// zlib: RFC 1950. Two bytes of header, deflated bytes (RFC 1951), then Adler-32 of the inflated bytes.

/// Inflates one zlib stream, whose Adler-32 is compared.
///
/// What follows the stream in the input is not read as part of it.
final class ZlibStream: ByteStream {
  private let input: any ByteStream
  private var inflater = Inflater()
  private var chunk: [UInt8] = []
  private var position = 0
  private var inputIsAtEnd = false
  private var isAtEnd = false
  private var produced = 0

  init(_ input: any ByteStream) {
    self.input = input
    inflater.start(.zlib)
  }

  func read(_ count: Int) throws -> [UInt8] {
    try makeBytes(capacity: count) { cursor in
      while cursor.count < count, !isAtEnd {
        if position == chunk.count, !inputIsAtEnd {
          chunk = try input.read(FileStream.chunkByteCount)
          position = 0
          inputIsAtEnd = chunk.count < FileStream.chunkByteCount
        }
        let (used, made) = (position, cursor.count)
        try inflate(into: &cursor)
        if isAtEnd || position > used || cursor.count > made { continue }
        // Nothing went in or out: more input must help, or nothing does.
        guard position == chunk.count, !inputIsAtEnd else {
          throw ZlibError.cutShort(produced: produced)
        }
      }
    }
  }

  private func inflate(into cursor: inout ByteCursor) throws(ZlibError) {
    let before = cursor.count
    let (outcome, used) = inflater.run(chunk, from: position, into: &cursor)
    position += used
    produced += cursor.count - before
    switch outcome {
    case .needsMore: break
    case .ended: isAtEnd = true
    case .wrongChecksum, .damaged: throw .damaged(produced: produced)
    }
  }
}

/// What is wrong with zlib data.
enum ZlibError: UnpackingError, Equatable, CustomStringConvertible {
  case cutShort(produced: Int)
  case damaged(produced: Int)

  var description: String {
    switch self {
    case .cutShort(let produced):
      "zlib data ends after \(produced) inflated bytes, before its checksum (file cut short?)"
    case .damaged(let produced):
      "zlib data is damaged after \(produced) inflated bytes (fetch the file again)"
    }
  }
}
