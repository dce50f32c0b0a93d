// Gzip (RFC 1952) around the content:
//
//   offset  bytes  content
//   0       4      1f 8b, 08 deflate, 00 no name or other field
//   4       4      time: 0, so that equal runs write equal bytes
//   8       2      00 no remark on the compressor, FF no remark on the system
//   10      ...    deflate data: a piece for each batch (Write/DeflatePieces.swift)
//   end-8   8      CRC-32 and length modulo 2^32 of the inflated bytes, little-endian
//
// A gap, whose bytes are known only later, is a stored block (RFC 1951): 00, its length and the
// complement of that as little-endian u16, then the bytes as they are.

/// One file, plain or gzip, made of pieces that are encoded side by side and appended in order.
final class EncodedFile: Sendable {
  enum Encoding: Sendable {
    case plain
    case gzip(ReusePool<DeflateCompressor>)

    init(gzip isGzip: Bool, _ content: DeflateCompressor.Content) {
      self = isGzip ? .gzip(ReusePool { try DeflateCompressor(content) }) : .plain
    }

    /// Encodes bytes, beside other pieces.
    func piece(_ bytes: [UInt8]) throws -> StoredPiece {
      switch self {
      case .plain: StoredPiece(storing: bytes)
      case .gzip(let compressors): try StoredPiece(bytes, by: compressors)
      }
    }
  }

  /// A place in the file that is filled in later.
  struct Gap: Sendable {
    fileprivate let offset: Int
    fileprivate let section: Int
    fileprivate let byteCount: Int
  }

  private struct State {
    /// Checksums of what precedes the first gap, of the gap, of what follows it, and so on.
    var sections = [CRC32()]
    var byteCount = 0
  }

  private static let gzipHeader: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]

  private let file: OutputFile
  private let encoding: Encoding
  private let state = Locked(State())

  init(_ file: OutputFile, _ encoding: Encoding) throws {
    self.file = file
    self.encoding = encoding
    if case .gzip = encoding { try appendBytes(Self.gzipHeader) }
  }

  /// Encodes bytes, beside other pieces.
  func piece(_ bytes: [UInt8]) throws -> StoredPiece { try encoding.piece(bytes) }

  /// Appends a piece, in order.
  func append(_ piece: StoredPiece) throws {
    try appendBytes(piece.bytes)
    state.withLock { $0.sections[$0.sections.count - 1].append(piece.checksum) }
  }

  /// Leaves room for a few bytes.
  func appendGap(byteCount: Int) throws -> Gap {
    if case .gzip = encoding {
      let length = UInt16(byteCount)
      try appendBytes(
        makeBytes(capacity: 5) { cursor in
          cursor.append(0)
          cursor.append(littleEndian: length)
          cursor.append(littleEndian: ~length)
        })
    }
    let gap = state.withLock { state in
      state.sections += [CRC32(), CRC32()]
      return Gap(
        offset: state.byteCount, section: state.sections.count - 2, byteCount: byteCount)
    }
    try appendBytes([UInt8](repeating: 0, count: byteCount))
    return gap
  }

  /// Fills in what was left open.
  func fill(_ gap: Gap, _ bytes: [UInt8]) throws {
    precondition(bytes.count == gap.byteCount)
    try file.write(bytes.span, at: gap.offset)
    state.withLock { $0.sections[gap.section] = CRC32(of: bytes.span) }
  }

  private func appendBytes(_ bytes: [UInt8]) throws {
    try file.append(bytes)
    state.withLock { $0.byteCount += bytes.count }
  }

  /// Completes the file; returns its size.
  func finish() throws -> Int {
    if case .gzip = encoding {
      var checksum = CRC32()
      for section in state.withLock({ $0.sections }) { checksum.append(section) }
      let end = DeflateCompressor.end
      try appendBytes(
        makeBytes(capacity: 10) { cursor in
          cursor.append(end.span)
          cursor.append(littleEndian: checksum.value)
          cursor.append(littleEndian: UInt32(truncatingIfNeeded: checksum.byteCount))
        })
    }
    try file.flush()
    return state.withLock { $0.byteCount }
  }
}
