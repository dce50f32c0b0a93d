/// A long string of a pickle: where it lies in a mapped file, or in the pieces it was read in.
enum PickleBytes: Sendable {
  case mapped(MappedFile, Range<Int>)
  case pieces(BytePieces)

  var byteCount: Int {
    switch self {
    case .mapped(_, let range): range.count
    case .pieces(let pieces): pieces.byteCount
    }
  }

  /// Copies a range of the string.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    switch self {
    case .mapped(let file, let whole):
      file.bytes(whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
    case .pieces(let pieces): pieces.bytes(range)
    }
  }
}
