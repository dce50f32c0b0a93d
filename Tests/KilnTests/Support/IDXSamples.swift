@testable import Kiln

/// An IDX file to be written by a test.
struct IDXSample {
  var code: UInt8 = 0x08
  var dimensions: [Int]
  var data: [UInt8]

  var header: [UInt8] {
    [0, 0, code, UInt8(dimensions.count)]
      + dimensions.flatMap { size in
        (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
      }
  }
  var bytes: [UInt8] { header + data }

  /// Bytes that count upwards.
  static func counting(_ dimensions: [Int]) -> IDXSample {
    IDXSample(
      dimensions: dimensions,
      data: (0..<dimensions.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0) })
  }
}

/// Big-endian elements.
func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ values: [T]) -> [UInt8] {
  values.flatMap { value in
    (0..<T.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
