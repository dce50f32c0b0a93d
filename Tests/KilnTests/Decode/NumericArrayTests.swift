import Testing

@testable import Kiln

@Suite("Numeric array") struct NumericArrayTests {
  /// The element at each place, found one by one: what gathering must equal.
  private func oracle(
    _ bytes: [UInt8], width: Int, shape: [Int], strides: [Int], order: ByteOrder
  ) -> [UInt8] {
    var result: [UInt8] = []
    var position = [Int](repeating: 0, count: shape.count)
    if shape.contains(0) { return [] }
    while true {
      let start = zip(position, strides).reduce(0) { $0 + $1.0 * $1.1 } * width
      let element = Array(bytes[start..<start + width])
      result += order == .native ? element : element.reversed()
      var axis = shape.count - 1
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < shape[axis] { break }
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }

  @Test(
    "gives samples row by row, however they lie",
    arguments: [
      ([5], nil), ([7, 3], nil), ([70, 45], nil), ([1, 9], nil), ([9, 1], nil), ([0, 4], nil),
      ([6, 5, 4], nil), ([40, 33, 2], [0, 2, 1]), ([3, 35, 4, 5], [3, 0, 1, 2]),
      ([6, 3, 8, 8], [0, 2, 3, 1]), ([6, 3, 8, 8], [0, 1, 3, 2]),
      ([2, 3, 4, 5, 6], [4, 1, 3, 2, 0]),
    ] as [([Int], [Int]?)], [1, 2, 4, 8])
  func gathering(layout: ([Int], [Int]?), width: Int) throws {
    let types: [Int: ElementType] = [1: .uint8, 2: .int16, 4: .float32, 8: .int64]
    let type = try #require(types[width])
    let (shape, axes) = layout
    let byteCount = shape.reduce(width, *)
    let bytes = (0..<byteCount + 3).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    for order in [NumericArray.Order.rowMajor, .columnMajor] {
      for byteOrder in [ByteOrder.little, .big] {
        var array = try NumericArray(
          type, byteOrder, shape: shape, order: order, in: .owned(bytes), at: 3)
        if let axes { array = try array.transposed(axes) }
        let expected = oracle(
          Array(bytes.dropFirst(3)), width: width, shape: array.shape, strides: array.strides,
          order: byteOrder)
        #expect(try array.samples(0..<array.count) == expected)
        let row = array.count == 0 ? 0 : expected.count / array.count
        for start in 0..<array.count {
          let range = start..<min(array.count, start + 3)
          let rows = expected[range.lowerBound * row..<range.upperBound * row]
          #expect(try array.samples(range) == Array(rows))
        }
        let flat = try array.reshaped(sampleShape: [array.sampleShape.reduce(1, *)])
        #expect(try flat.samples(0..<flat.count) == expected)
        let back = try flat.reshaped(sampleShape: array.sampleShape)
        #expect(try back.samples(0..<back.count) == expected)
      }
    }
  }

  @Test("takes columns of vectors as pictures where they lie")
  func columns() throws {
    // Five samples of 2 x 3, all first elements first.
    let vectors = try NumericArray(
      .uint8, shape: [5, 6], order: .columnMajor, in: .owned(Array(0..<30)))
    let pictures = try vectors.reshaped(sampleShape: [2, 3, 1])
    #expect(pictures.sampleShape == [2, 3, 1] && pictures.strides == [1, 15, 5, 5])
    #expect(try pictures.samples(1..<2) == [1, 6, 11, 16, 21, 26])
  }

  @Test(
    "refuses shapes that promise more than there is",
    arguments: [
      [11], [-1, -5], [1 << 62, 4], [1 << 40, 1 << 40, 0], [Int](repeating: 1, count: 33),
    ])
  func badShapes(shape: [Int]) {
    #expect(throws: ArrayError.self) {
      try NumericArray(.uint8, shape: shape, in: .owned([UInt8](repeating: 0, count: 10)))
    }
  }

  @Test(
    "refuses axes that are no permutation",
    arguments: [[0], [0, 0], [1, 2], [-1, 0], [0, 1, 2]])
  func badAxes(axes: [Int]) throws {
    let array = try NumericArray(.uint8, shape: [2, 2], in: .owned([1, 2, 3, 4]))
    #expect(throws: ArrayError.self) { try array.transposed(axes) }
  }

  @Test(
    "names the first label that is no whole number",
    arguments: [
      (.float32, [1.5 as Float].map(\.bitPattern), "1.5"),
      (.float32, [Float.nan].map(\.bitPattern), "nan"),
      (.float32, [Float.infinity].map(\.bitPattern), "inf"),
      (.float32, [Float(1e19)].map(\.bitPattern), "1e+19"),
    ] as [(ElementType, [UInt32], String)])
  func notWhole(type: ElementType, words: [UInt32], text: String) throws {
    let bytes = bigEndian([0, 0] + words + [0])
    let array = try NumericArray(type, .big, shape: [4], in: .owned(bytes))
    #expect(throws: ArrayError.labelNotWhole(sample: 2, value: text)) { try array.integers(0..<4) }
    #expect(try array.integers(0..<2) == [0, 0])
  }

  @Test("refuses labels beyond 64 bits with a sign")
  func unsigned() throws {
    let bytes = bigEndian([UInt64(Int64.max), UInt64(Int64.max) + 1])
    let array = try NumericArray(.uint64, .big, shape: [2], in: .owned(bytes))
    #expect(try array.integers(0..<1) == [Int64.max])
    #expect(throws: ArrayError.labelNotWhole(sample: 1, value: "9223372036854775808")) {
      try array.integers(1..<2)
    }
  }
}
