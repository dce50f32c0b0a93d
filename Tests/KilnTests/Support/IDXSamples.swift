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

/// All samples of a split, read in small pieces.
func readAll(
  _ source: any Source, split: Int, pieces: Int = 3
) throws -> (pixels: [UInt8], labels: [Int64]) {
  let pool = WorkerPool(workerCount: 1)
  // On failure, too: jobs that wait keep their pool alive.
  defer { pool.drain() }
  let reader = try source.reader(ofSplit: split, background: Background(pool: pool))
  var result: (pixels: [UInt8], labels: [Int64]) = ([], [])
  var left = source.dataset.splits[split].count
  while left > 0 {
    let count = min(left, pieces)
    let (pixels, labels) = try reader.read(count).decode()
    result.pixels += pixels
    result.labels += labels
    left -= count
  }
  try reader.finish()
  return result
}

func openSource(_ request: SourceRequest) throws -> any Source {
  try SourceFormat.open(request).source
}

/// The one line that a failure shows, or nil where nothing fails.
func sentence(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
