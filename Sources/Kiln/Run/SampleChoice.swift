/// Keeps some samples of each class, chosen by chance but always the same ones.
///
/// Every sample has a number made of the seed and its index; the smallest numbers of each class win.
/// So the choice does not depend on the order in which batches come by, and no more than the chosen
/// samples are ever kept, drawn small.
final class SampleChoice: Sink {
  struct Chosen: Sendable {
    let number: UInt64
    let index: Int
    let picture: Thumbnail
  }

  /// Stands for the class of samples that have none.
  private static let unlabelled: Int64 = 0

  private let maker: ThumbnailMaker
  private let seed: UInt64
  private let perGroup: Int
  private let groupLimit: Int
  private let columnCount: Int
  private let isOneHot: Bool
  private let groups = Locked<[Int64: [Chosen]]>([:])

  init(_ schema: Schema, _ maker: ThumbnailMaker, seed: UInt64, perGroup: Int, groupLimit: Int) {
    self.maker = maker
    self.seed = SplitMix64.mix(seed)
    self.perGroup = perGroup
    self.groupLimit = groupLimit
    columnCount = schema.labelColumnCount
    isOneHot = schema.labels?.isOneHot ?? false
  }

  /// The chosen samples of each label, smallest label first, in the order of the data set.
  var chosen: [(label: Int64, samples: [Chosen])] {
    groups.withLock { groups in
      groups.sorted { $0.key < $1.key }.map { label, samples in
        (label: label, samples: samples.sorted { $0.index < $1.index })
      }
    }
  }

  func write(_ batch: Batch) -> OrderedStep? {
    let candidates = candidates(in: batch)
    guard !candidates.isEmpty else { return nil }
    let drawn = candidates.mapValues { samples in
      samples.map { number, position in
        Chosen(
          number: number, index: batch.firstIndex + position,
          picture: maker.thumbnail(ofSample: position, in: batch))
      }
    }
    groups.withLock { groups in
      for (label, samples) in drawn {
        let all = (groups[label, default: []] + samples).sorted { $0.number < $1.number }
        groups[label] = Array(all.prefix(perGroup))
      }
      // The largest labels go first, whatever came by first.
      while groups.count > groupLimit, let last = groups.keys.max() { groups[last] = nil }
    }
    return nil
  }

  /// The samples of a batch that would be chosen as things stand, so that only they are drawn.
  private func candidates(in batch: Batch) -> [Int64: [(number: UInt64, position: Int)]] {
    let (limits, lastLabel) = groups.withLock { groups in
      (
        groups.compactMapValues { $0.count < perGroup ? nil : $0.last?.number },
        groups.count < groupLimit ? Int64.max : groups.keys.max() ?? .max
      )
    }
    var candidates: [Int64: [(number: UInt64, position: Int)]] = [:]
    for position in 0..<batch.count {
      let label = label(of: position, in: batch)
      // An index is mixed one to one: no two samples have the same number.
      let number = SplitMix64.mix(seed &+ UInt64(batch.firstIndex + position))
      guard label <= lastLabel, number < limits[label] ?? .max else { continue }
      candidates[label, default: []].append((number, position))
    }
    return candidates.mapValues { samples in
      Array(samples.sorted { $0.number < $1.number }.prefix(perGroup))
    }
  }

  private func label(of position: Int, in batch: Batch) -> Int64 {
    guard columnCount > 0 else { return Self.unlabelled }
    let columns = position * columnCount..<(position + 1) * columnCount
    guard isOneHot else { return batch.labels[columns.lowerBound] }
    return Int64((batch.labels[columns].firstIndex(of: 1) ?? columns.lowerBound) % columnCount)
  }

  func finish(_ summary: RunSummary) -> SinkReport { SinkReport(fileCount: 0, byteCount: 0) }
}
