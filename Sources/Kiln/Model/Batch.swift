/// Consecutive samples of one split.
public struct Batch: Sendable {
  /// The position of the split in ``Dataset/splits``.
  public let split: Int
  /// The index of the first sample within its split.
  public let firstIndex: Int
  /// Samples in this batch.
  public let count: Int
  /// Pixels, samples x height x width [x channels], row-major, native endian.
  public var pixels: [UInt8]
  /// Labels, samples x columns, row-major; empty where there are none.
  public var labels: [Int64]

  /// Gathers samples.
  public init(split: Int, firstIndex: Int, count: Int, pixels: [UInt8], labels: [Int64]) {
    self.split = split
    self.firstIndex = firstIndex
    self.count = count
    self.pixels = pixels
    self.labels = labels
  }

  /// Bytes of a sample's pixels; 0 where there is no sample.
  public var sampleByteCount: Int { pixels.count / max(1, count) }

  /// Labels of a sample.
  var labelColumnCount: Int { labels.count / max(1, count) }

  /// Samples a batch should hold: a power of two, so that batches and the runs of 1,024 samples
  /// that the content digest is made of never cross, and about 1 MiB of pixels.
  public static func preferredCount(sampleByteCount: Int) -> Int {
    let target = 1 << 20
    let fitting = max(1, target / max(1, sampleByteCount))
    let powerOfTwo = 1 << (Int.bitWidth - 1 - fitting.leadingZeroBitCount)
    return min(powerOfTwo, 1 << 16)
  }
}
