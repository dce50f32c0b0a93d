// What the byte in front of a PNG row says, https://www.w3.org/TR/png-3/#9Filters: each byte of the row
// is stored as the difference to a prediction from the bytes to its left and above.

/// How a PNG row was filtered.
enum PNGFilter: UInt8 {
  case none, sub, up, average, paeth

  /// Undoes the filter of one row of 8-bit samples.
  ///
  /// `line` and `target` have `count` bytes, `above` too; without it the row above is black. Channels go
  /// one by one: what is to the left stays in a register that way, and is not read back from memory.
  @unsafe
  func undo(
    _ line: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>?,
    into target: UnsafeMutablePointer<UInt8>, count: Int, pixelByteCount: Int
  ) {
    // Every index below is less than `count`.
    switch unsafe (self, above) {
    case (.none, _), (.up, nil): unsafe target.update(from: line, count: count)
    case (.up, let above?):
      for index in 0..<count { unsafe target[index] = line[index] &+ above[index] }
    case (.sub, _), (.paeth, nil):
      for channel in 0..<pixelByteCount {
        var left: UInt8 = 0
        for index in stride(from: channel, to: count, by: pixelByteCount) {
          unsafe left &+= line[index]
          unsafe target[index] = left
        }
      }
    case (.average, _):
      for channel in 0..<pixelByteCount {
        var left = 0
        for index in stride(from: channel, to: count, by: pixelByteCount) {
          let up = unsafe above.map { unsafe Int($0[index]) } ?? 0
          unsafe target[index] = line[index] &+ UInt8((left + up) / 2)
          left = unsafe Int(target[index])
        }
      }
    case (.paeth, let above?):
      for channel in 0..<pixelByteCount {
        var (left, corner) = (0, 0)
        for index in stride(from: channel, to: count, by: pixelByteCount) {
          let up = unsafe Int(above[index])
          let value = unsafe line[index] &+ Self.paeth(left, up, corner)
          unsafe target[index] = value
          (left, corner) = (Int(value), up)
        }
      }
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
