// gzip: RFC 1952. A file is one or more members; each has a header, deflated bytes (RFC 1951), then
// CRC-32 and length modulo 2^32 of the inflated bytes, little-endian. Zero padding may follow the last.
import CISAL

/// Inflates a gzip file of any number of members, by ISA-L.
///
/// ISA-L checks each member's CRC-32 and length itself.
final class GzipStream: ByteStream {
  /// The first bytes of every gzip file.
  static let magic: [UInt8] = [0x1F, 0x8B]

  private let input: any ByteStream
  private let inflater: Inflater
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
    inflater = Inflater()
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
    inflater.reset()
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
    case .memberEnded: state = .betweenMembers(first: false)
    case .failed(let fault): throw GzipError.damaged(fault, produced: produced)
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

/// One ISA-L inflater: 87 KB, made once for each stream.
@safe private final class Inflater {
  enum Outcome {
    case needsMore
    case memberEnded
    case failed(GzipError.Fault)
  }

  // Owned: allocated in init, freed in deinit, never handed out.
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)

  init() {
    unsafe isal_inflate_init(state)
  }

  deinit { unsafe state.deallocate() }

  func reset() {
    unsafe isal_inflate_reset(state)
    // The header has been read; the trailer is read and compared.
    unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
  }

  func run(
    _ chunk: [UInt8], from position: Int, into cursor: inout ByteCursor
  ) -> (Outcome, used: Int) {
    // ISA-L reads within the chunk and writes within the room; both pointers end with this call.
    unsafe chunk.withUnsafeBufferPointer { chunk in
      let rest = unsafe UnsafeBufferPointer(rebasing: chunk[position...])
      unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
      unsafe state.pointee.avail_in = UInt32(rest.count)
      var status: Int32 = 0
      unsafe cursor.append(byCodec: { room in
        let size = min(room.count, Int(UInt32.max))
        unsafe state.pointee.next_out = room.baseAddress
        unsafe state.pointee.avail_out = UInt32(size)
        status = withISAL { unsafe isal_inflate(state) }
        return unsafe size - Int(state.pointee.avail_out)
      })
      let used = unsafe rest.count - Int(state.pointee.avail_in)
      return (outcome(status), used)
    }
  }

  private func outcome(_ status: Int32) -> Outcome {
    switch status {
    case ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW:
      unsafe state.pointee.block_state == ISAL_BLOCK_FINISH ? .memberEnded : .needsMore
    case ISAL_INCORRECT_CHECKSUM: .failed(.checksum)
    default: .failed(.data)
    }
  }
}
