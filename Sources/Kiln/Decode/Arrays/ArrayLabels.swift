/// What the label arrays of all splits say together, found by one look at each value.
struct ArrayLabels: Sendable {
  /// How rows become labels.
  enum Rule: Sendable, Equatable {
    /// Each number of a row is a column.
    case columns
    /// Each row has one 1 among 0s; its place is the label.
    case oneHot
  }

  let rule: Rule
  let columnCount: Int
  /// Of what the arrays hold, before one-hot rows become labels.
  private let elementType: ElementType
  private let ranges: LabelRanges

  /// Looks through the labels.
  ///
  /// The rule for matrices: two or more columns, whose rows all hold a single 1 and 0s else, are
  /// one-hot; other matrices are label columns.
  /// - Parameters:
  ///   - arrays: those of all splits.
  ///   - rule: how rows become labels; nil finds out.
  ///   - cancellation: asks to stop.
  /// - Throws: ``StageError`` that names the array and its first value that is no label;
  ///   ``Interruption``.
  init(_ arrays: [SampleArray], as rule: Rule?, _ cancellation: Cancellation) throws {
    precondition(!arrays.isEmpty)
    for array in arrays {
      guard array.shape.count <= 2 else {
        throw StageError(.decode, file: array.name, ArrayError.labelRank(array.shape.count))
      }
    }
    let first = arrays[0]
    let columnCount = first.sampleElementCount
    for array in arrays {
      guard array.sampleElementCount == columnCount else {
        throw StageError(
          .decode, file: array.name,
          UnsupportedError(
            "labels are \(array.sampleText), expected \(first.sampleText) as in \(first.name)"))
      }
      guard columnCount <= LabelSchema.maximumColumnCount else {
        throw StageError(.decode, file: array.name, ArrayError.labelColumns(columnCount))
      }
    }
    var ranges = LabelRanges(columnCount: columnCount)
    var isOneHot = rule != .columns && columnCount > 1 && arrays.contains { $0.count > 0 }
    for array in arrays {
      let reader = try array.open(nil)
      while reader.position < array.count {
        try cancellation.check()
        let position = reader.position
        let count = min(
          array.count - position, Batch.preferredCount(sampleByteCount: columnCount * 8))
        let values = try Self.integers(try reader.read(count), array, first: position)()
        ranges.add(values)
        isOneHot = isOneHot && Self.places(of: values, columnCount) != nil
      }
    }
    self.columnCount = isOneHot ? 1 : columnCount
    self.rule = isOneHot ? .oneHot : .columns
    // Splits that a program has saved with different types hold the same labels.
    let types = Set(arrays.map(\.elementType))
    elementType = types.count == 1 ? first.elementType : .int64
    self.ranges = isOneHot ? Self.classes(ranges) : ranges
  }

  /// The part of the schema that these labels make.
  func schema(columns: [String]?, classNames: [String]) -> LabelSchema {
    let names =
      columns ?? (columnCount == 1 ? ["label"] : (0..<columnCount).map { "label\($0)" })
    let greatest = ranges.byColumn.first.flatMap(\.self)?.upperBound ?? 0
    let oneHotType: ElementType = greatest < 256 ? .uint8 : .int32
    return LabelSchema(
      columns: names, elementType: rule == .oneHot ? oneHotType : elementType, ranges: ranges,
      classNames: classNames)
  }

  /// The labels that one-hot columns stand for: those columns that have a 1.
  private static func classes(_ ranges: LabelRanges) -> LabelRanges {
    var classes = LabelRanges(columnCount: 1)
    for (column, range) in ranges.byColumn.enumerated() where range?.upperBound == 1 {
      classes.add(Int64(column))
    }
    return classes
  }

  /// The labels of samples that were read.
  /// - Parameters:
  ///   - elements: the samples.
  ///   - array: where they come from.
  ///   - first: the index of the first one.
  /// - Returns: what makes the labels, on any thread.
  func labels(
    _ elements: @escaping SampleArrayReader.Elements, of array: SampleArray, first: Int
  ) -> @Sendable () throws -> [Int64] {
    let integers = Self.integers(elements, array, first: first)
    guard rule == .oneHot else { return integers }
    let columnCount = array.sampleElementCount
    return {
      guard let places = Self.places(of: try integers(), columnCount) else {
        throw StageError(
          .decode, file: array.name,
          UnsupportedError("labels are no longer what they were (file changed meanwhile?)"))
      }
      return places
    }
  }

  private static func integers(
    _ elements: @escaping SampleArrayReader.Elements, _ array: SampleArray, first: Int
  ) -> @Sendable () throws -> [Int64] {
    let (name, type, columns) = (array.name, array.elementType, array.sampleElementCount)
    return {
      try at(.decode, name) {
        try NumericArray.integers(try elements(), type, columns: columns, first: first)
      }
    }
  }

  /// The place of the 1 in each row, or nil where a row has none, several, or other numbers.
  private static func places(of values: [Int64], _ columnCount: Int) -> [Int64]? {
    var places: [Int64] = []
    places.reserveCapacity(values.count / columnCount)
    for row in stride(from: 0, to: values.count, by: columnCount) {
      var found = -1
      for column in 0..<columnCount where values[row + column] != 0 {
        guard values[row + column] == 1, found < 0 else { return nil }
        found = column
      }
      guard found >= 0 else { return nil }
      places.append(Int64(found))
    }
    return places
  }
}
