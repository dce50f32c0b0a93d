/// An output of Kiln's without a single sample: only its manifest says what there is none of.
final class EmptyOutput: Source {
  let dataset: Dataset
  let files: [SourceFile]

  /// Takes over what a manifest says.
  /// - Parameters:
  ///   - record: the manifest.
  ///   - splits: the names of those that are read; nil for all of them.
  ///   - files: what the output has instead of samples.
  ///   - classNames: the name of each class, instead of the recorded ones.
  init(
    _ record: OutputRecord, splits: [String]? = nil, files: [SourceFile] = [],
    classNames: [String]?
  ) {
    var labels: LabelSchema?
    if let columns = record.labelColumns {
      labels = LabelSchema(
        columns: columns, elementType: record.labelType ?? .uint8, range: nil,
        classNames: classNames ?? record.classNames, isOneHot: record.isOneHot)
      labels?.ranges = columns.map { _ in nil }
    }
    dataset = Dataset(
      schema: Schema(
        elementType: record.elementType, sampleShape: record.sampleShape,
        channelOrder: record.channelOrder, pixelScale: record.pixelScale, labels: labels),
      splits: (splits ?? record.splits.keys.sorted(by: SplitName.precedes)).map {
        Split(name: $0, count: 0)
      })
    self.files = files
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader { Reader() }

  /// Reads a split that has no samples.
  final class Reader: SampleReader {
    func read(_ count: Int) -> PendingSamples { PendingSamples { ([], []) } }
    func finish() {}
  }
}

extension SourceMaterial {
  /// The manifest of an output of one of these formats that is a directory without any sample; else nil.
  func emptyOutput(of formats: [String]) -> OutputRecord? {
    guard let record = outputRecord, formats.contains(record.format), record.isEmpty else {
      return nil
    }
    return record
  }

  /// The manifest in the directory that is the whole source; nil where there is none.
  var outputRecord: OutputRecord? {
    onlyTree.flatMap { $0.archive == nil ? ownRecord : nil }
  }
}
