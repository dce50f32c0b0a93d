/// Tables of numbers, one for each split, one row for each sample.
final class CSVSource: Source {
  let dataset: Dataset
  let files: [SourceFile]
  let remarks: [String]
  /// The tables by split; nil for one without a row.
  private let tables: [CSVFile?]

  /// Looks through all tables.
  /// - Parameters:
  ///   - splits: each with its table, or nil where it is known to have no rows; at least one has one.
  ///   - settings: what the user says of the layout.
  ///   - shape: the shape of a sample; nil for a square where the pixels make one.
  ///   - classNames: the name of each class.
  ///   - passedOver: the names of tables beside these that are no splits.
  ///   - wanted: the splits that will be used, where that is known.
  ///   - cancellation: asks to stop.
  /// - Throws: ``StageError`` that names the file.
  init(
    _ splits: [(name: String, file: Resource?)], _ settings: CSVSettings, shape: [Int]?,
    classNames: [String], passedOver: [String], wanted: [String]? = nil,
    cancellation: Cancellation
  ) throws {
    var rowNumbers = CSVRowNumbers()
    if settings.mayNumberRows {
      // One after the other: there may be hundreds of tables, and a head of thousands of columns.
      for file in splits.compactMap(\.file) {
        try rowNumbers.look(at: file, settings)
      }
    }
    let all = try splits.map { split in
      (
        name: split.name,
        table: try split.file.map {
          try CSVFile($0, settings, rowNumbers: rowNumbers.names, cancellation)
        }
      )
    }
    let chosen = try Self.fitting(all, wanted)
    let tables = chosen.map(\.table)
    let present = tables.compactMap(\.self)
    guard let first = present.first else { preconditionFailure("a data set without a split") }
    var statistics = first.statistics
    for table in present.dropFirst() {
      try Self.check(table, against: first)
      statistics.add(table.statistics)
    }
    let count = first.layout.pixelCount
    let square = CSVLayout.side(count).map { [$0, $0] }
    let sampleShape = shape ?? square ?? [count]
    let isLabelsAlone = sampleShape == Schema.noPixels && first.layout.labelCount > 0
    guard count > 0 || isLabelsAlone, sampleShape.reduce(1, *) == count else {
      throw StageError(
        .decode, file: first.file.name, CSVError.shape(columnCount: count, shape: sampleShape))
    }
    var labels: LabelSchema?
    if first.layout.labelCount > 0 {
      labels = LabelSchema(
        columns: first.layout.labelNames, elementType: statistics.labelType,
        ranges: statistics.labelRanges, classNames: classNames)
    }
    self.tables = tables
    remarks =
      CSVLayout.remarks(of: present.map(\.layout))
      + (passedOver.isEmpty ? [] : ["no split, and not read: \(Spelling.list(passedOver))"])
    files = SourceFile.distinct(present.map(\.file.file))
    dataset = Dataset(
      schema: Schema(
        elementType: statistics.elementType, sampleShape: sampleShape,
        channelOrder: ArraySource.likelyOrder(of: sampleShape), labels: labels),
      splits: chosen.map { Split(name: $0.name, count: $0.table?.statistics.rowCount ?? 0) })
  }

  /// Leaves out tables of test samples that nobody has labelled, where they are not asked for.
  private static func fitting(
    _ splits: [(name: String, table: CSVFile?)], _ wanted: [String]?
  ) throws -> [(name: String, table: CSVFile?)] {
    let layouts = splits.compactMap(\.table?.layout)
    // Where pixels differ, too, something else is wrong.
    guard Set(layouts.map(\.pixelCount)).count == 1 else { return splits }
    let hasLabels = layouts.contains { $0.labelCount > 0 }
    return try LabelledSplits.choose(among: splits, wanted: wanted) {
      LabelledSplits.Candidate(
        name: $0.name, file: $0.table?.file.name,
        hasLabels: $0.table.map { $0.layout.labelCount > 0 } ?? hasLabels)
    }
  }

  private static func check(_ table: CSVFile, against first: CSVFile) throws {
    let (layout, expected) = (table.layout, first.layout)
    guard layout.labelCount == expected.labelCount, layout.pixelCount == expected.pixelCount else {
      throw StageError(
        .decode, file: table.file.name,
        UnsupportedError(
          "has \(layout.labelCount) label and \(layout.pixelCount) pixel columns,"
            + " expected \(expected.labelCount) and \(expected.pixelCount) as in"
            + " \(first.file.name) (convert the files one by one)"))
    }
    // What names say may differ; what was concluded from values should not.
    guard
      !layout.isConcluded && !expected.isConcluded
        || layout.sampleRuns == expected.sampleRuns
    else {
      throw StageError(
        .decode, file: table.file.name,
        UnsupportedError(
          "seems to have its label at the other end than \(first.file.name): which is right?"
            + " (--source-label first, last, none, or its name)"))
    }
  }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    try tables[split]?.reader(as: dataset.schema.elementType, background) ?? EmptyOutput.Reader()
  }
}
