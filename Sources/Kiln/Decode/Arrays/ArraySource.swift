/// A data set made of arrays: images and labels for each split.
final class ArraySource: Source {
  /// The arrays of one split.
  struct Part: Sendable {
    let split: String
    /// Missing where the whole data set is labels alone.
    let images: SampleArray?
    let labels: SampleArray?
    /// How many samples there are.
    let count: Int

    init(split: String, images: SampleArray, labels: SampleArray?) {
      self.split = split
      self.images = images
      self.labels = labels
      count = images.count
    }

    /// Labels without images.
    init(split: String, labels: SampleArray) {
      self.split = split
      images = nil
      self.labels = labels
      count = labels.count
    }

    fileprivate var arrays: [SampleArray] { [images, labels].compactMap(\.self) }
  }

  /// What the arrays do not say themselves.
  struct Interpretation: Sendable {
    /// The shape of a sample; nil takes that of the arrays.
    var sampleShape: [Int]?
    /// Where channels are; nil decides by which end has as many as pictures have.
    var channelOrder: ChannelOrder?
    var pixelScale = PixelScale.undeclared
    var classNames: [String] = []
    /// The published data set that the format by itself tells, such as `stl-10`.
    var knownName: String?
    /// What the format has done to correct the samples, in words.
    var corrections: [String] = []
    /// What the format has concluded, in words.
    var remarks: [String] = []
    /// The splits that will be used, where that is known.
    var wantedSplits: [String]?
    /// Names for label columns; nil calls them `label`, or `label0` and so on.
    var labelColumns: [String]?
    /// How rows become labels; nil finds out.
    var labelRule: ArrayLabels.Rule?

    init() {}

    /// What a request says about any arrays.
    init(_ request: SourceRequest) {
      classNames = request.classNames ?? []
      wantedSplits = request.splits
      if request.correction == .none { labelRule = .columns }
    }

    /// What a request says, and Kiln's own record of such an output.
    init(_ material: SourceMaterial) {
      self.init(material.request)
      if material.ownRecord?.labelColumns?.count ?? 0 > 1 { labelRule = .columns }
    }
  }

  let dataset: Dataset
  let files: [SourceFile]
  let memberNames: [String]
  let knownName: String?
  let corrections: [String]
  let remarks: [String]
  private let parts: [Part]
  private let labels: ArrayLabels?
  private let digests: FileDigests

  /// Compares the splits and looks through the labels.
  /// - Parameters:
  ///   - parts: at least one split.
  ///   - interpretation: what the arrays mean.
  ///   - files: what all of the arrays are read from in place or in part, where they do not say so
  ///     themselves.
  ///   - cancellation: asks to stop looking through the labels.
  /// - Throws: ``StageError`` that names the array that does not fit; ``Interruption``.
  init(
    _ parts: [Part], _ interpretation: Interpretation, in files: [SourceFile]? = nil,
    _ cancellation: Cancellation
  ) throws {
    let parts = try LabelledSplits.choose(among: parts, wanted: interpretation.wantedSplits) {
      LabelledSplits.Candidate(
        name: $0.split, file: $0.arrays.first?.name, hasLabels: $0.labels != nil)
    }
    guard let first = parts.first else { preconditionFailure("a data set without a split") }
    for part in parts { try Self.check(part, against: first.images) }
    self.parts = parts
    knownName = interpretation.knownName
    let arrays = parts.flatMap(\.arrays)
    self.files = files ?? SourceFile.distinct(arrays.compactMap(\.file))
    memberNames = self.files.map(\.path) + arrays.compactMap(\.memberName)
    // Nobody makes the digest on the way of what is read in place or in part.
    digests = FileDigests(
      files ?? SourceFile.distinct(arrays.filter { !$0.readsWholeFile }.compactMap(\.file)))
    // Columns that have names are no classes.
    labels = try Self.labels(
      of: parts, as: interpretation.labelColumns == nil ? interpretation.labelRule : .columns,
      cancellation)
    corrections =
      interpretation.corrections + (labels?.rule == .oneHot ? ["one-hot rows to labels"] : [])
    remarks = interpretation.remarks
    let storedShape = first.images?.sampleShape ?? Schema.noPixels
    let sampleShape = try at(.decode, first.arrays.first?.name) {
      try SourceShape.shape(interpretation.sampleShape, ofSamples: storedShape)
    }
    if let names = interpretation.labelColumns, let labels {
      precondition(names.count == labels.columnCount)
    }
    dataset = Dataset(
      schema: Schema(
        elementType: first.images?.elementType ?? .uint8, sampleShape: sampleShape,
        channelOrder: interpretation.channelOrder ?? Self.likelyOrder(of: sampleShape),
        pixelScale: interpretation.pixelScale,
        labels: labels?.schema(
          columns: interpretation.labelColumns, classNames: interpretation.classNames)),
      splits: parts.map { Split(name: $0.split, count: $0.count) })
  }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    digests.start(on: background)
    let part = parts[split]
    return Reader(
      images: try part.images?.open(background), labels: try part.labels?.open(background), labels)
  }

  /// Channels are few and pictures large: 3 x 32 x 32 has them first, 32 x 32 x 3 last.
  static func likelyOrder(of sampleShape: [Int]) -> ChannelOrder {
    guard sampleShape.count == 3 else { return .last }
    let isFirst = (1...4).contains(sampleShape[0]) && !(1...4).contains(sampleShape[2])
    return isFirst ? .first : .last
  }

  private static func check(_ part: Part, against first: SampleArray?) throws {
    guard let images = part.images, let expected = first else { return }
    guard images.sampleText == expected.sampleText else {
      throw StageError(
        .decode, file: images.name,
        UnsupportedError(
          "samples are \(images.sampleText), expected \(expected.sampleText) as in"
            + " \(expected.name) (convert the splits one by one)"))
    }
    guard let labels = part.labels else { return }
    guard labels.count == images.count else {
      throw StageError(
        .decode, file: labels.name,
        MismatchError(
          what: "labels", found: labels.count, expected: images.count, other: images.name))
    }
  }

  private static func labels(
    of parts: [Part], as rule: ArrayLabels.Rule?, _ cancellation: Cancellation
  ) throws -> ArrayLabels? {
    let arrays = parts.compactMap(\.labels)
    return arrays.isEmpty ? nil : try ArrayLabels(arrays, as: rule, cancellation)
  }

  /// Reads images and labels side by side.
  private final class Reader: SampleReader {
    private let images: SampleArrayReader?
    private let labels: SampleArrayReader?
    private let rule: ArrayLabels?

    init(images: SampleArrayReader?, labels: SampleArrayReader?, _ rule: ArrayLabels?) {
      self.images = images
      self.labels = labels
      self.rule = rule
    }

    /// The pixels of labels alone.
    private static let none: SampleArrayReader.Elements = { [] }

    func read(_ count: Int) throws -> PendingSamples {
      let pixels: SampleArrayReader.Elements = try images.map { try $0.read(count) } ?? Self.none
      guard let labels, let rule else { return PendingSamples { (try pixels(), []) } }
      let first = labels.position
      let values = rule.labels(try labels.read(count), of: labels.array, first: first)
      return PendingSamples { (try pixels(), try values()) }
    }

    func finish() throws {
      try images?.finish()
      try labels?.finish()
    }

    func finishEarly(_ cancellation: Cancellation) throws {
      try images?.finishEarly(cancellation)
      try labels?.finishEarly(cancellation)
    }
  }
}
