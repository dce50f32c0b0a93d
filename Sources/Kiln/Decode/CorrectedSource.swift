/// A source whose data set is known, with what its files do not say and the corrections that it needs.
final class CorrectedSource: Source {
  let dataset: Dataset
  let knownName: String?
  let corrections: [String]
  private let base: any Source
  private let samples: SampleCorrection

  /// Whether samples and labels are to be changed.
  enum Mode {
    /// As everyone expects them.
    case corrected
    /// As they are in the files.
    case raw
  }

  /// - Parameters:
  ///   - base: the source as its format reads it.
  ///   - known: the data set that it is.
  ///   - mode: whether samples and labels are to be changed.
  ///   - givenNames: class names that were given by hand, which are left as they are.
  /// - Throws: ``UnsupportedError`` where the samples cannot be what the catalogue says they are.
  init(
    _ base: any Source, as known: KnownDataset, _ mode: Mode, givenNames: [String]?
  ) throws {
    self.base = base
    knownName = known.name
    var dataset = base.dataset
    samples = try SampleCorrection(
      mode == .corrected ? known.corrections : Corrections(), of: &dataset.schema)
    if var labels = dataset.schema.labels, !labels.isOneHot {
      // Names count from 0, and labels that are left to count otherwise would get those of others.
      let fit = mode == .corrected || known.corrections.labels == .fromZero
      if labels.columns.count == known.labelColumns.count { labels.columns = known.labelColumns }
      if fit, givenNames == nil, labels.fits(known.classNames) {
        labels.classNames = known.classNames
      }
      dataset.schema.labels = labels
    }
    self.dataset = dataset
    corrections = samples.applied.descriptions
  }

  var files: [SourceFile] { base.files }
  var memberNames: [String] { base.memberNames }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    let reader = try base.reader(ofSplit: split, background: background)
    return samples.isEmpty ? reader : Reader(reader, samples)
  }

  private final class Reader: SampleReader {
    private let base: any SampleReader
    private let samples: SampleCorrection

    init(_ base: any SampleReader, _ samples: SampleCorrection) {
      self.base = base
      self.samples = samples
    }

    func read(_ count: Int) throws -> PendingSamples {
      let pending = try base.read(count)
      return PendingSamples { [samples] in
        var (pixels, labels) = try pending.decode()
        samples.apply(to: &pixels, &labels)
        return (pixels, labels)
      }
    }

    func finish() throws { try base.finish() }
  }
}

extension LabelSchema {
  /// Whether the labels can be those classes.
  fileprivate func fits(_ names: [String]) -> Bool {
    guard let range else { return true }
    return range.upperBound < names.count
  }
}
