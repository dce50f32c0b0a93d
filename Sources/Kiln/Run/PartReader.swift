/// Reads the samples of consecutive parts of a plan that come from one split of the source.
struct PartReader {
  /// Samples that were read, with their place in the output.
  struct Samples: Sendable {
    /// The number of the batch, counted through all parts.
    let sequence: Int
    let part: Int
    let index: Int
    let count: Int
    let pending: PendingSamples
  }

  private let source: any Source
  private let parts: [Plan.Part]
  private let background: Background
  private let cancellation: Cancellation
  private let batchCount: Int
  private let end: Int
  private var part: Int
  private var index = 0
  private var reader: (any SampleReader)?
  /// The number of the batch that is read next.
  private(set) var sequence: Int

  /// Prepares to read `parts[range]`, which share a split of the source.
  init(
    _ source: any Source, _ parts: [Plan.Part], _ range: Range<Int>, firstSequence: Int,
    batchCount: Int, background: Background, cancellation: Cancellation
  ) {
    self.source = source
    self.parts = parts
    self.background = background
    self.cancellation = cancellation
    self.batchCount = batchCount
    part = range.lowerBound
    end = range.upperBound
    sequence = firstSequence
  }

  /// Consecutive parts that one reader yields without going back.
  static func runs(of parts: [Plan.Part]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for (position, part) in parts.enumerated() {
      if position > 0, parts[position - 1].isFollowed(by: part), let last = runs.popLast() {
        runs.append(last.lowerBound..<position + 1)
      } else {
        runs.append(position..<position + 1)
      }
    }
    return runs
  }

  /// Reads the next batch; nil at the end.
  mutating func next() throws -> Samples? {
    while part < end {
      let reader = try reader ?? open()
      let left = parts[part].range.count - index
      guard left > 0 else {
        if part + 1 == end { try finish(reader) }
        part += 1
        index = 0
        continue
      }
      let count = min(left, batchCount)
      let pending = try reader.read(count)
      defer {
        index += count
        sequence += 1
      }
      return Samples(
        sequence: sequence, part: part, index: index, count: count, pending: pending)
    }
    return nil
  }

  private mutating func open() throws -> any SampleReader {
    let reader = try source.reader(ofSplit: parts[part].sourceSplit, background: background)
    self.reader = reader
    var skipped = 0
    while skipped < parts[part].range.lowerBound {
      try cancellation.check()
      let count = min(parts[part].range.lowerBound - skipped, batchCount)
      _ = try reader.read(count)
      skipped += count
    }
    return reader
  }

  /// Checks what follows the last sample that was read.
  private mutating func finish(_ reader: any SampleReader) throws {
    let split = source.dataset.splits[parts[part].sourceSplit]
    if parts[part].range.upperBound == split.count {
      try reader.finish()
    } else {
      try reader.finishEarly(cancellation)
    }
    self.reader = nil
  }
}

extension Plan.Part {
  fileprivate func isFollowed(by next: Plan.Part) -> Bool {
    sourceSplit == next.sourceSplit && range.upperBound == next.range.lowerBound
  }
}
