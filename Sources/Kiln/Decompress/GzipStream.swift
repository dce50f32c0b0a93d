// gzip: RFC 1952. A file is one or more members; each has a header, deflated bytes (RFC 1951), then
// CRC-32 and length modulo 2^32 of the inflated bytes, little-endian. Zero padding may follow the last.

/// Inflates a gzip file of any number of members, whose CRC-32 and length are compared.
final class GzipStream: ByteStream {
  /// The first bytes of every gzip file.
  static let magic: [UInt8] = [0x1F, 0x8B]

  private let input: any ByteStream
  private var inflater = Inflater()
  private let largestChunkByteCount: Int
  private var chunkByteCount: Int
  private var chunk: [UInt8] = []
  private var position = 0
  private var inputIsAtEnd = false
  /// Bytes taken from the file in earlier chunks.
  private var consumed = 0
  private var produced = 0
  private var state = State.betweenMembers(first: true)

  private enum State {
    case betweenMembers(first: Bool)
    case inMember
    case ended
  }

  /// Many files are opened for their header only, for which a page is enough; chunks double from there.
  private static let firstChunkByteCount = 4 << 10

  init(_ input: any ByteStream, chunkByteCount: Int = FileStream.chunkByteCount) {
    self.input = input
    largestChunkByteCount = chunkByteCount
    self.chunkByteCount = min(Self.firstChunkByteCount, chunkByteCount)
  }

  func read(_ count: Int) throws -> [UInt8] {
    try makeBytes(capacity: count) { cursor in
      while cursor.count < count {
        switch state {
        case .ended: return
        case .betweenMembers(let first): try startMember(isFirst: first)
        case .inMember: try inflate(into: &cursor)
        }
      }
    }
  }

  /// Makes sure that a byte is at hand; false at the end of the file.
  private func fill() throws -> Bool {
    if position < chunk.count { return true }
    if inputIsAtEnd { return false }
    consumed += chunk.count
    chunk = try input.read(chunkByteCount)
    position = 0
    inputIsAtEnd = chunk.count < chunkByteCount
    chunkByteCount = min(2 * chunkByteCount, largestChunkByteCount)
    return !chunk.isEmpty
  }

  private func startMember(isFirst: Bool) throws {
    guard try fill() else {
      if isFirst { throw GzipError.cutShort(produced: 0) }
      state = .ended
      return
    }
    if !isFirst, chunk[position] == 0 { return try skipPadding() }
    guard chunk[position] == Self.magic[0] else {
      if isFirst { throw GzipError.notGzip }
      throw GzipError.trailingBytes(offset: consumed + position)
    }
    guard try GzipHeader.skip(nextByte) else {
      throw GzipError.damaged(.header, produced: produced)
    }
    inflater.start(.gzipBody)
    state = .inMember
  }

  private func nextByte() throws -> UInt8 {
    guard try fill() else { throw GzipError.cutShort(produced: produced) }
    defer { position += 1 }
    return chunk[position]
  }

  private func skipPadding() throws {
    while try fill() {
      guard chunk[position] == 0 else { throw GzipError.trailingBytes(offset: consumed + position) }
      position += 1
    }
    state = .ended
  }

  private func inflate(into cursor: inout ByteCursor) throws {
    let hasInput = try fill()
    let before = cursor.count
    let (outcome, used) = inflater.run(chunk, from: position, into: &cursor)
    position += used
    produced += cursor.count - before
    switch outcome {
    case .needsMore:
      // Without input, output may still be waiting inside the inflater.
      guard hasInput || cursor.count > before else { throw GzipError.cutShort(produced: produced) }
    case .ended: state = .betweenMembers(first: false)
    case .wrongChecksum: throw GzipError.damaged(.checksum, produced: produced)
    case .damaged: throw GzipError.damaged(.data, produced: produced)
    }
  }
}

/// What is wrong with a gzip file.
enum GzipError: UnpackingError, Equatable, CustomStringConvertible {
  enum Fault: String, Sendable {
    case checksum = "its CRC-32 or length does not match its content"
    case header = "its header is not valid"
    case data = "its deflate data is not valid"
  }
  case notGzip
  case cutShort(produced: Int)
  case damaged(Fault, produced: Int)
  case trailingBytes(offset: Int)

  var description: String {
    switch self {
    case .notGzip: "expected gzip data (1f 8b), found something else"
    case .cutShort(let produced):
      "gzip data ends after \(produced) inflated bytes, before its checksum (file cut short?)"
    case .damaged(let fault, let produced):
      "gzip data is damaged after \(produced) inflated bytes: \(fault.rawValue)"
        + " (fetch the file again)"
    case .trailingBytes(let offset):
      "gzip data ends at byte \(offset), expected the end of the file or another gzip member there"
    }
  }
}
