/// A long string of a pickle: where it lies in a mapped file, the pieces it was read in, or its place
/// in a packed file.
enum PickleBytes: Sendable {
  case mapped(MappedFile, Range<Int>)
  case pieces(BytePieces)
  /// Samples that lie behind one another: who reads them unpacks them again.
  case packed(PackedBytes)
  /// Too long for a key and no part of an array: read over, and not kept.
  case skipped(byteCount: Int)

  var byteCount: Int {
    switch self {
    case .mapped(_, let range): range.count
    case .pieces(let pieces): pieces.byteCount
    case .packed(let bytes): bytes.range.count
    case .skipped(let byteCount): byteCount
    }
  }

  /// Whether the bytes are at hand.
  var isKept: Bool {
    switch self {
    case .mapped, .pieces: true
    case .packed, .skipped: false
    }
  }

  /// Copies a range of the string, where it is kept.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    switch self {
    case .mapped(let file, let whole):
      file.bytes(whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
    case .pieces(let pieces): pieces.bytes(range)
    case .packed, .skipped: preconditionFailure("a string that was not kept")
    }
  }
}
