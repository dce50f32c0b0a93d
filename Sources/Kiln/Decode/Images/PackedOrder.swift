/// How the images of one split come in their order out of a packed tar file, which is read from its start only.
///
/// An image that is met before its turn is kept, if it is among the next samples for which there is memory.
/// What lay further ahead is met again when the file is unpacked once more. So a file that is in order takes
/// one pass and no memory, and any other gives the same samples as a directory.
struct PackedOrder: Sendable {
  /// What brings the reader nearer to a sample.
  enum Step: Equatable, Sendable {
    /// The file is read from its start again.
    case again
    /// The image of this sample is read and kept; it lies behind the one before.
    case keep(Int)
  }

  /// What images may take that wait for their turn, as files: with it, a run stays below 128 MiB.
  ///
  /// The splits are read side by side, and share it by their sizes.
  static let keptByteCount = 48 << 20
  /// How often an archive is unpacked for one split.
  ///
  /// It lets a gigabyte lie in any order; beyond that, unpacking it by hand is the quicker way.
  static let maximumPassCount = 24

  /// The samples as their images follow each other in the archive.
  private let samples: [UInt32]
  /// The place of each sample among those.
  private let places: [UInt32]
  /// Where the image of each sample would begin if they all lay one behind the other, and the end.
  private let starts: [Int]
  /// What images that wait may take.
  let limit: Int
  /// Whether the image of a sample has been met and kept.
  private var isKept: [Bool]
  /// How many of the archive's images have been passed.
  private var position = 0
  /// The end of the samples whose images are kept where they are met.
  private var windowEnd = 0

  /// - Parameters:
  ///   - entries: where the image of each sample is among the entries of the archive.
  ///   - byteCounts: the length of each image.
  ///   - limit: what images that wait may take.
  init(entries: [UInt32], byteCounts: [Int], limit: Int) {
    samples = entries.indices.map { UInt32($0) }.sorted { entries[Int($0)] < entries[Int($1)] }
    var places = [UInt32](repeating: 0, count: samples.count)
    for (place, sample) in samples.enumerated() { places[Int(sample)] = UInt32(place) }
    self.places = places
    var starts = [0]
    for byteCount in byteCounts { starts.append((starts.last ?? 0) + byteCount) }
    self.starts = starts
    self.limit = limit
    isKept = Array(repeating: false, count: samples.count)
  }

  /// What has to be done next so that a sample's image is at hand.
  /// - Parameter sample: the same as before, or the next one.
  /// - Returns: nil where it is at hand.
  mutating func step(towards sample: Int) -> Step? {
    if isKept[sample] { return nil }
    // The image that is wanted is taken, whatever its size.
    windowEnd = max(windowEnd, sample + 1)
    while windowEnd < samples.count, starts[windowEnd + 1] - starts[sample] <= limit {
      windowEnd += 1
    }
    guard position <= Int(places[sample]) else {
      position = 0
      return .again
    }
    while true {
      let met = Int(samples[position])
      position += 1
      if (sample..<windowEnd).contains(met), !isKept[met] {
        isKept[met] = true
        return .keep(met)
      }
    }
  }

  /// Where the image of a sample would be if all images lay one behind the other.
  func extent(of sample: Int) -> Range<Int> { starts[sample]..<starts[sample + 1] }

  /// How often the archive is read from its start, of which no more are counted than a limit and one.
  func passCount(upTo limit: Int) -> Int {
    var order = self
    var count = 1
    for sample in samples.indices {
      while let step = order.step(towards: sample) {
        if step == .again { count += 1 }
        if count > limit { return count }
      }
    }
    return count
  }
}

extension PackedOrder {
  /// How each split is read; empty where the images are not in a packed tar file.
  /// - Throws: ``UnsupportedError`` where that would take too long.
  static func orders(_ images: FolderImages) throws(UnsupportedError) -> [PackedOrder] {
    guard case .stream(_, let entries) = images.contents else { return [] }
    let places = images.index.splits.map { split in
      (0..<split.files.count).map { images.listing.entries[split.files[$0]] }
    }
    let byteCounts = places.map { $0.map { entries[Int($0)].byteCount } }
    // Their sum has been checked where the archive was listed.
    let sums = byteCounts.map { $0.reduce(0, +) }
    let share = Double(keptByteCount) / Double(max(1, sums.reduce(0, +)))
    var orders: [PackedOrder] = []
    for split in places.indices {
      let order = PackedOrder(
        entries: places[split], byteCounts: byteCounts[split],
        limit: Int(Double(sums[split]) * share))
      guard order.passCount(upTo: maximumPassCount) <= maximumPassCount else {
        throw UnsupportedError(
          "its images lie in another order than the samples, for which it would have to be unpacked"
            + " more than \(maximumPassCount) times (unpack it by hand, or make it a zip file)")
      }
      orders.append(order)
    }
    return orders
  }
}
