/// A long string of a pickle: where it lies in a mapped file, the pieces it was read in, or where it
/// is in a packed file.
enum PickleBytes: Sendable {
  case mapped(MappedFile, Range<Int>)
  case pieces(BytePieces)
  case packed(PackedBytes)
  /// Too long for a key and no part of an array: read over, and not kept.
  case skipped(byteCount: Int)

  var byteCount: Int {
    switch self {
    case .mapped(_, let range): range.count
    case .pieces(let pieces): pieces.byteCount
    case .packed(let bytes): bytes.byteCount
    case .skipped(let byteCount): byteCount
    }
  }

  /// Whether the bytes can still be had.
  var isKept: Bool {
    if case .skipped = self { false } else { true }
  }

  /// Copies a range of the string, where it is kept.
  /// - Throws: what is wrong with the packed file that it is unpacked from.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    switch self {
    case .mapped(let file, let whole):
      file.bytes(whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
    case .pieces(let pieces): pieces.bytes(range)
    case .packed(let bytes): try bytes.bytes(range)
    case .skipped: preconditionFailure("a string that was not kept")
    }
  }
}
