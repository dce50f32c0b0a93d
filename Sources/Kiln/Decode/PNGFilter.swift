// What the byte in front of a PNG row says, https://www.w3.org/TR/png-3/#9Filters: each byte of the row
// is stored as the difference to a prediction from the bytes to its left and above.

/// How a PNG row was filtered.
enum PNGFilter: UInt8 {
  case none, sub, up, average, paeth

  /// Undoes the filter of one row of 8-bit samples.
  ///
  /// `line` and `target` have `count` bytes, `above` too; without it the row above is black.
  @unsafe @inline(__always)
  func undo(
    _ line: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>?, into target:
      UnsafeMutablePointer<UInt8>,
    count: Int, pixelByteCount: Int
  ) {
    // Every index below is less than `count`.
    switch self {
    case .none: unsafe target.update(from: line, count: count)
    case .sub:
      unsafe copyFirstPixel(line, above: nil, into: target, count: pixelByteCount)
      for index in pixelByteCount..<count {
        unsafe target[index] = line[index] &+ target[index - pixelByteCount]
      }
    case .up:
      guard let above = unsafe above else { return unsafe target.update(from: line, count: count) }
      for index in 0..<count { unsafe target[index] = line[index] &+ above[index] }
    case .average:
      for index in 0..<count {
        let left = index < pixelByteCount ? 0 : unsafe Int(target[index - pixelByteCount])
        let up = unsafe above.map { unsafe Int($0[index]) } ?? 0
        unsafe target[index] = line[index] &+ UInt8((left + up) / 2)
      }
    case .paeth:
      guard let above = unsafe above else {
        return unsafe PNGFilter.sub.undo(
          line, above: nil, into: target, count: count, pixelByteCount: pixelByteCount)
      }
      unsafe copyFirstPixel(line, above: above, into: target, count: pixelByteCount)
      for index in pixelByteCount..<count {
        let left = unsafe Int(target[index - pixelByteCount])
        let corner = unsafe Int(above[index - pixelByteCount])
        unsafe target[index] = line[index] &+ Self.paeth(left, Int(above[index]), corner)
      }
    }
  }

  /// The first pixel of a row, which has none to its left.
  @unsafe @inline(__always)
  private func copyFirstPixel(
    _ line: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>?,
    into target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    // A row has one pixel at least.
    for index in 0..<count {
      unsafe target[index] = line[index] &+ (above.map { unsafe $0[index] } ?? 0)
    }
  }

  /// Of left, above and the corner between them, the one nearest to left + above - corner.
  @inline(__always)
  private static func paeth(_ left: Int, _ above: Int, _ corner: Int) -> UInt8 {
    let toLeft = abs(above - corner)
    let toAbove = abs(left - corner)
    let toCorner = abs(left + above - 2 * corner)
    if toLeft <= toAbove && toLeft <= toCorner { return UInt8(truncatingIfNeeded: left) }
    return UInt8(truncatingIfNeeded: toAbove <= toCorner ? above : corner)
  }
}
