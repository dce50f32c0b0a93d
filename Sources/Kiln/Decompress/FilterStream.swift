/// Decompresses xz, bz2, zstd or lz4 from another stream, by libarchive.
///
/// Several streams or frames after one another are one file, as the formats' own tools read them.
final class FilterStream: ByteStream {
  private let input: any ByteStream
  private let compression: Compression
  private var handle: ArchiveHandle?
  private var produced = 0
  private var state = State.new

  private enum State { case new, open, ended }

  init(_ input: any ByteStream, _ compression: Compression) {
    self.input = compression == .xz ? XZDictionaryGuard(input) : input
    self.compression = compression
  }

  func read(_ count: Int) throws -> [UInt8] {
    if state == .ended { return [] }
    do {
      let handle = try opened()
      if state == .ended { return [] }
      let bytes = try makeBytes(capacity: count) { cursor in
        defer { produced += cursor.count }
        try handle.appendData(to: &cursor, count: count)
      }
      if bytes.count < count { try end(handle) }
      return bytes
    } catch let fault as ArchiveHandle.Fault {
      throw error(fault)
    }
  }

  private func opened() throws -> ArchiveHandle {
    if let handle { return handle }
    let handle = try ArchiveHandle(input, .compressed(compression))
    self.handle = handle
    state = .open
    if try handle.next() == nil { try end(handle) }
    return handle
  }

  private func end(_ handle: ArchiveHandle) throws {
    state = .ended
    // libarchive finds nothing in nothing, but no tool makes such a file.
    if handle.isInputEmpty { throw ArchiveHandle.Fault.ended }
    guard try handle.isInputUsedUp() else {
      throw CompressionError.trailingBytes(compression, offset: handle.consumed)
    }
  }

  private func error(_ fault: ArchiveHandle.Fault) -> CompressionError {
    switch fault {
    case .ended: .cutShort(compression, produced: produced)
    case .damaged(let reason): .damaged(compression, reason, produced: produced)
    }
  }
}

/// What is wrong with an xz, bz2, zstd or lz4 file.
enum CompressionError: UnpackingError, Equatable, CustomStringConvertible {
  case cutShort(Compression, produced: Int)
  case damaged(Compression, String, produced: Int)
  case trailingBytes(Compression, offset: Int)
  case memory(Compression, byteCount: Int, limit: Int)

  var description: String {
    switch self {
    case .cutShort(let compression, let produced):
      "\(compression.rawValue) data ends after \(produced) unpacked bytes (file cut short?)"
    case .damaged(let compression, let reason, let produced):
      "\(compression.rawValue) data is damaged after \(produced) unpacked bytes: \(reason)"
        + " (fetch the file again)"
    case .trailingBytes(let compression, let offset):
      "\(compression.rawValue) data ends at byte \(offset), expected the end of the file there"
    case .memory(let compression, let byteCount, let limit):
      "unpacking the \(compression.rawValue) data takes \(byteCount) bytes of memory, Kiln gives"
        + " \(limit) (pack the file again with a smaller dictionary)"
    }
  }
}
