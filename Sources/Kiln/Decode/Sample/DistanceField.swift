/// For each pixel of the rows that hold a digit, how far the pen's path is, in 1/64 pixel.
struct DistanceField {
  /// The rows of the central box; a digit lies in these rows, and in as many columns.
  private static let rows = 4..<24
  /// Three pixels, farther than any pen reaches.
  private static let limit = 192

  static let firstPixel = rows.lowerBound * DigitPainter.side
  static let vectorCount = rows.count * DigitPainter.side / 16

  /// The distance in 1/64 pixel by its square in (1/32 pixel)², rounded down.
  ///
  /// Without floating point, so without a mathematics library to link.
  private static let distanceOfSquare: [UInt8] = {
    var root = 0
    return (0...limit * limit / 4).map { square in
      while (root + 1) * (root + 1) <= square * 4 { root += 1 }
      return UInt8(root)
    }
  }()

  private let distances: [UInt8]

  init(to path: [Handwriting.Position]) {
    let far = Self.distanceOfSquare.count - 1
    let columns = DigitPainter.side
    var squares = [Int32](repeating: Int32(far), count: Self.rows.count * columns)
    for place in path {
      // The pixels whose centres are within two and a half pixels: the pen reaches no farther.
      let left = max((place.x - 640) >> 8, Self.rows.lowerBound)
      let right = min((place.x + 640) >> 8, Self.rows.upperBound - 1)
      let top = max((place.y - 640) >> 8, Self.rows.lowerBound)
      let bottom = min((place.y + 640) >> 8, Self.rows.upperBound - 1)
      guard left <= right, top <= bottom else { continue }
      for row in top...bottom {
        let dy = (row * 256 + 128 - place.y) >> 3
        let start = (row - Self.rows.lowerBound) * columns
        for column in left...right {
          let dx = (column * 256 + 128 - place.x) >> 3
          let square = Int32(truncatingIfNeeded: dx &* dx &+ dy &* dy)
          if square < squares[start + column] { squares[start + column] = square }
        }
      }
    }
    let distance = Self.distanceOfSquare
    distances = squares.map { distance[Int($0)] }
  }

  subscript(vector index: Int) -> SIMD16<UInt8> {
    var lanes = SIMD16<UInt8>()
    for lane in lanes.indices { lanes[lane] = distances[index * 16 + lane] }
    return lanes
  }
}
