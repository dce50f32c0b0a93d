extension ConversionFormat {
  /// `--label-column COLUMN`.
  public static let labelColumn = ConversionFormat(
    name: "label-column", placeholder: "COLUMN",
    summary: "take one of several label columns, by its name or its position from 0",
    make: { try LabelColumn($0) })

  /// `--one-hot`.
  public static let oneHot = ConversionFormat.toggle(
    name: "one-hot", summary: "turn each label into a row of zeros with a one at its class",
    make: { OneHot() })
}

/// Picks one of several label columns.
struct LabelColumn: Conversion {
  private let column: String

  init(_ value: String) throws(UsageError) {
    guard !value.isEmpty else {
      throw .badValue(
        option: "label-column", value: value,
        expected: "a column's name or its position from 0, such as label or 2")
    }
    column = value
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    guard var labels = plan.schema.labels else {
      throw UnsupportedError("the samples have no labels to choose from")
    }
    guard !labels.isOneHot else {
      throw UnsupportedError("the labels are one-hot already: put --label-column before --one-hot")
    }
    let columnCount = labels.columns.count
    guard let position = position(in: labels.columns) else {
      throw UnsupportedError(
        "no label column '\(column)': the columns are \(Spelling.list(labels.columns))"
          + " (or by position: \(columnCount == 1 ? "0" : "0 to \(columnCount - 1)"))")
    }
    labels.columns = [labels.columns[position]]
    labels.ranges = [labels.ranges.indices.contains(position) ? labels.ranges[position] : nil]
    if position > 0 {
      let names = labels.furtherClassNames[labels.columns[0]] ?? []
      labels.classNames = (labels.range?.upperBound ?? 0) < names.count ? names : []
    }
    plan.schema.labels = labels
    guard columnCount > 1 else { return nil }
    return { batch in
      let all = batch.labels
      batch.labels = (0..<batch.count).map { all[$0 * columnCount + position] }
    }
  }

  private func position(in columns: [String]) -> Int? {
    if let position = columns.firstIndex(of: column) { return position }
    return Int(column).flatMap { columns.indices.contains($0) ? $0 : nil }
  }
}

/// Turns class labels into rows of 0 and 1.
struct OneHot: Conversion {
  /// A row of more columns than this is a mistake: it would outgrow the pixels it describes.
  static let maximumClassCount = 1000

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    guard let labels = plan.schema.labels else {
      throw UnsupportedError("the samples have no labels")
    }
    guard !labels.isOneHot else { throw UnsupportedError("the labels are one-hot already") }
    guard labels.columns.count == 1 else {
      throw UnsupportedError(
        "the samples have \(labels.columns.count) label columns: choose one by --label-column")
    }
    let classCount = try Self.classCount(of: labels)
    var oneHot = LabelSchema(
      columns: (0..<classCount).map { "\(labels.columns[0])\($0)" }, range: nil,
      classNames: labels.classNames, isOneHot: true)
    oneHot.ranges = oneHot.columns.map { _ in classCount == 1 ? 1...1 : 0...1 }
    plan.schema.labels = oneHot
    return { batch in
      var rows = [Int64](repeating: 0, count: batch.count * classCount)
      for (sample, label) in batch.labels.enumerated() {
        guard let position = Int(exactly: label), 0..<classCount ~= position else {
          throw SampleError(
            index: batch.firstIndex + sample,
            reason: "label \(label) is none of the \(classCount) classes from 0")
        }
        rows[sample * classCount + position] = 1
      }
      batch.labels = rows
    }
  }

  private static func classCount(of labels: LabelSchema) throws -> Int {
    if let range = labels.range, range.lowerBound < 0 {
      throw UnsupportedError("label \(range.lowerBound) is negative: classes count from 0")
    }
    let last = max(labels.range?.upperBound ?? -1, Int64(labels.classNames.count) - 1)
    guard last >= 0 else {
      throw UnsupportedError("no label tells how many classes there are: name them by --classes")
    }
    guard last < maximumClassCount else {
      throw UnsupportedError(
        "classes go up to \(last), and at most \(maximumClassCount) can be one-hot:"
          + " keep the labels as they are, or choose a column by --label-column")
    }
    return Int(last) + 1
  }
}
