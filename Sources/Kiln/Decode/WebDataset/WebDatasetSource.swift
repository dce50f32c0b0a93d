/// Images and labels in WebDataset shards, decoded side by side.
final class WebDatasetSource: Source {
  let dataset: Dataset
  let files: [SourceFile]
  let remarks: [String]
  private let splits: [(name: String, shards: [WebDatasetShard])]
  private let images: WebDatasetImages
  private let digests: FileDigests

  /// Looks through the headers and labels of all shards, and at the first image.
  /// - Throws: ``StageError`` that names the shard.
  init(
    _ splits: [(name: String, shards: [WebDatasetShard])], _ notes: PictureNotes,
    _ rules: ImageRules, classNames: [String]?
  ) throws {
    self.splits = splits
    let shards = splits.flatMap(\.shards)
    files = shards.map(\.file)
    digests = FileDigests(shards.filter { $0.mapped != nil }.map(\.file))
    var survey = Survey(rules)
    var found: [Split] = []
    for (name, shards) in splits {
      let count = try survey.look(at: shards)
      if let expected = notes.counts?[name], expected != count {
        throw StageError(
          .decode, file: shards.last?.name,
          UnsupportedError(
            "split '\(name)' has \(count) samples, expected \(expected) as in kiln.json"
              + " (to convert what is there, remove kiln.json)"))
      }
      found.append(Split(name: name, count: count))
    }
    remarks =
      survey.passedOver.isEmpty
      ? [] : ["not read, beside the images: \(Spelling.list(survey.passedOver))"]
    images = try survey.images(notes, file: shards.first?.name)
    dataset = Dataset(
      schema: Schema(
        elementType: images.elementType, sampleShape: images.sampleShape(notes.record?.sampleShape),
        labels: survey.labelSchema(notes, classNames: classNames)),
      splits: found)
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    digests.start(on: background)
    let samples = WebDatasetSamples(splits[split].shards, background)
    return Reader(
      samples, images, lastShard: splits[split].shards.last?.name,
      hasLabels: dataset.schema.labels != nil)
  }

  private final class Reader: SampleReader {
    /// What may wait to be decoded for one batch; small images never get there.
    private static let maximumWaitingByteCount = 16 << 20

    private let samples: WebDatasetSamples
    private let images: WebDatasetImages
    private let lastShard: String?
    private let hasLabels: Bool

    init(
      _ samples: WebDatasetSamples, _ images: WebDatasetImages, lastShard: String?, hasLabels: Bool
    ) {
      self.samples = samples
      self.images = images
      self.lastShard = lastShard
      self.hasLabels = hasLabels
    }

    func read(_ count: Int) throws -> PendingSamples {
      var batch: [WebDatasetSamples.Sample] = []
      batch.reserveCapacity(count)
      var labels: [Int64] = []
      var pixels: [UInt8] = []
      var waiting = 0
      for _ in 0..<count {
        guard let sample = try samples.next(.read) else { throw changed(lastShard) }
        if hasLabels {
          guard let label = sample.label else { throw changed(sample.shard) }
          labels.append(label)
        }
        batch.append(sample)
        if case .bytes(let bytes)? = sample.image { waiting += bytes.count }
        if waiting > Self.maximumWaitingByteCount {
          pixels += try images.pixels(of: batch)
          (batch, waiting) = ([], 0)
        }
      }
      return PendingSamples { [images, pixels, labels, batch] in
        let rest = try images.pixels(of: batch)
        return (pixels.isEmpty ? rest : pixels + rest, labels)
      }
    }

    func finish() throws {
      if try samples.next(.passBy) != nil { throw changed(lastShard) }
    }

    /// The shards were looked through before.
    private func changed(_ shard: String?) -> StageError {
      StageError(
        .decode, file: shard,
        UnsupportedError("is no longer what it was a moment ago (file changed meanwhile?)"))
    }
  }
}

/// What a look through the shards finds out.
private struct Survey {
  /// Small samples between two times that memory is given back: about a megabyte.
  private static let releaseInterval = 512

  private var first: (sample: WebDatasetSamples.Sample, shape: ImageShape)?
  private var labelRanges = LabelRanges(columnCount: 1)
  /// The members of the first sample that are not read.
  private(set) var passedOver: [String] = []
  private let rules: ImageRules

  init(_ rules: ImageRules) { self.rules = rules }

  /// Counts the samples of a split.
  mutating func look(at shards: [WebDatasetShard]) throws -> Int {
    let samples = WebDatasetSamples(shards, nil)
    var count = 0
    while let sample = try samples.next(first == nil ? .read : .passBy) {
      count += 1
      if count % Self.releaseInterval == 0 { samples.release() }
      if first == nil {
        first = (sample, try WebDatasetImages.shape(of: sample, rules))
        passedOver = samples.passedOver ?? []
      }
      guard (sample.label == nil) == (first?.sample.label == nil) else {
        throw StageError(
          .decode, file: sample.shard,
          UnsupportedError(
            "'\(sample.name)' has \(sample.label == nil ? "no" : "a") label (.cls),"
              + " unlike '\(first?.sample.name ?? "")'"))
      }
      if let label = sample.label { labelRanges.add(label) }
    }
    return count
  }

  /// How images are read: as the first one, or where there is none as was noted.
  func images(_ notes: PictureNotes, file: String?) throws -> WebDatasetImages {
    if let first {
      return WebDatasetImages(
        ImageTarget(shape: first.shape, rules: rules), example: first.sample.name)
    }
    return try at(.decode, file) {
      guard let shape = notes.record?.sampleShape, 2...3 ~= shape.count else {
        throw UnsupportedError("holds no sample, and nothing says what one would be like")
      }
      let size = try ImageShape(
        height: shape[0], width: shape[1], channels: shape.count == 3 ? shape[2] : 1, bitDepth: 8)
      return WebDatasetImages(ImageTarget(shape: size, rules: rules), example: "")
    }
  }

  func labelSchema(_ notes: PictureNotes, classNames: [String]?) -> LabelSchema? {
    guard first?.sample.label != nil || first == nil && notes.record?.labelType != nil else {
      return nil
    }
    return LabelSchema(
      elementType: notes.record?.labelType ?? ElementType.smallest(for: labelRanges.byColumn[0]),
      ranges: labelRanges,
      classNames: classNames ?? notes.classNames ?? [])
  }
}
