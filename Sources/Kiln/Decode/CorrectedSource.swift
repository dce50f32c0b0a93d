/// A source whose data set is known: with what its files do not say, and the corrections that it needs.
final class CorrectedSource: Source {
  let dataset: Dataset
  let knownName: String?
  let corrections: [String]
  private let base: any Source
  private let cast: ElementCast?
  private let samples: SampleCorrection

  /// Recognises a source, and corrects it where it needs that.
  ///
  /// An output of Kiln is as it should be already: its manifest says what it is.
  /// - Throws: ``UnsupportedError`` where the samples cannot be what the catalogue says they are.
  static func wrapping(_ source: any Source, _ request: SourceRequest) throws -> any Source {
    var record = OutputRecord.find(for: source.files, namedBy: request.paths)
    var dataset = source.dataset
    if let found = record {
      dataset.splits = found.named(dataset.splits)
      if !found.fits(dataset) { (record, dataset) = (nil, source.dataset) }
    }
    let known =
      (request.known ?? source.knownName ?? record?.knownName).flatMap { KnownDataset.named($0) }
      ?? KnownDataset.recognised(among: source.files)
      ?? KnownDataset.recognised(byNames: source.memberNames)
    guard record != nil || known != nil else { return source }
    return try CorrectedSource(source, dataset, known, record, request)
  }

  private init(
    _ base: any Source, _ dataset: Dataset, _ known: KnownDataset?, _ record: OutputRecord?,
    _ request: SourceRequest
  ) throws {
    self.base = base
    knownName = known?.name
    var dataset = dataset
    cast = record?.cast(from: dataset.schema.elementType)
    let hasGivenShape = request.settings[Option.sourceShape.key] != nil
    let givenShape = hasGivenShape ? dataset.schema.sampleShape : nil
    record?.complete(&dataset, givenNames: request.classNames, givenShape: givenShape)
    let isCorrected = record == nil && request.correction == .asCatalogued
    let corrections = known?.corrections ?? Corrections()
    samples = try SampleCorrection(
      isCorrected ? corrections : Corrections(), of: &dataset.schema,
      classCount: known?.classNames.count)
    // What a format has corrected itself is not done again, and said once.
    let applied = samples.applied.descriptions
    self.corrections = base.corrections + applied.filter { !base.corrections.contains($0) }
    if let known, record == nil, var labels = dataset.schema.labels, !labels.isOneHot {
      if labels.hasPlainColumns, labels.columns.count == known.labelColumns.count {
        labels.columns = known.labelColumns
      }
      // Names count from 0, and labels that are left to count otherwise would get those of others.
      let fits = isCorrected || corrections.labels == .fromZero
      if fits, request.classNames == nil, labels.classNames.isEmpty, labels.fit(known.classNames) {
        labels.classNames = known.classNames
      }
      dataset.schema.labels = labels
    }
    if let known { dataset.schema.labels?.furtherClassNames = known.furtherClassNames }
    self.dataset = dataset
  }

  var files: [SourceFile] { base.files }
  var folders: [SourceFolder] { base.folders }
  var memberNames: [String] { base.memberNames }
  var remarks: [String] { base.remarks }
  var recordedDigests: [String] { samples.isEmpty && cast == nil ? base.recordedDigests : [] }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    let reader = try base.reader(ofSplit: split, background: background)
    return samples.isEmpty && cast == nil ? reader : Reader(reader, cast, samples)
  }

  private final class Reader: SampleReader {
    private let base: any SampleReader
    private let cast: ElementCast?
    private let samples: SampleCorrection

    init(_ base: any SampleReader, _ cast: ElementCast?, _ samples: SampleCorrection) {
      self.base = base
      self.cast = cast
      self.samples = samples
    }

    func read(_ count: Int) throws -> PendingSamples {
      let pending = try base.read(count)
      return PendingSamples { [cast, samples] in
        var (pixels, labels) = try pending.decode()
        if let cast { pixels = try cast.applied(to: pixels) }
        samples.apply(to: &pixels, &labels)
        return (pixels, labels)
      }
    }

    func finish() throws { try base.finish() }

    func finishEarly(_ cancellation: Cancellation) throws { try base.finishEarly(cancellation) }
  }
}

extension LabelSchema {
  /// Whether the labels can be those classes.
  fileprivate func fit(_ names: [String]) -> Bool {
    guard let range else { return true }
    return range.upperBound < names.count
  }

  /// Whether the columns have no names but their numbers.
  fileprivate var hasPlainColumns: Bool {
    columns == ["label"] || columns == columns.indices.map { "label\($0)" }
  }
}

extension KnownDataset {
  /// The data set that a label file among these belongs to, by its digest; nil where none is known.
  fileprivate static func recognised(among files: [SourceFile]) -> KnownDataset? {
    for file in files.prefix(maximumFileCount)
    where isTelling(name: file.name, byteCount: file.byteCount) {
      // Who reads the file will say what is wrong with it.
      guard let digest = try? file.sha256() else { continue }
      if let known = recognised(bySHA256: digest) { return known }
    }
    return nil
  }
}
