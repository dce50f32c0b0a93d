/// Bytes that were read piece by piece, kept in those pieces so that nothing is copied to join them.
struct BytePieces: Sendable {
  private var pieces: [[UInt8]] = []
  /// The place of each piece's first byte.
  private var starts: [Int] = []
  private(set) var byteCount = 0

  mutating func append(_ piece: [UInt8]) {
    guard !piece.isEmpty else { return }
    pieces.append(piece)
    starts.append(byteCount)
    byteCount += piece.count
  }

  /// Copies a range of bytes.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    return makeBytes(capacity: range.count) { cursor in
      visit(range) { cursor.append($0) }
    }
  }

  /// Visits the pieces of a range in order.
  /// - Throws: what `body` throws.
  func visit(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Void) rethrows {
    guard !range.isEmpty else { return }
    var index = piece(at: range.lowerBound)
    var position = range.lowerBound
    while position < range.upperBound {
      let piece = pieces[index]
      let first = position - starts[index]
      let end = min(piece.count, range.upperBound - starts[index])
      try body(piece.span.extracting(first..<end))
      position = starts[index] + end
      index += 1
    }
  }

  /// The piece that holds a byte.
  private func piece(at position: Int) -> Int {
    var (low, high) = (0, pieces.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position { low = middle } else { high = middle }
    }
    return low
  }
}
