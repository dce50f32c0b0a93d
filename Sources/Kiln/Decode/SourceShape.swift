extension Option {
  /// The shape of samples that are stored as rows of numbers.
  static let sourceShape = Option(
    flag: "source-shape", key: "shape", kind: .text, defaultValue: nil,
    summary: "shape to read samples in, where they are rows of numbers: 28x28, 32x32x3, 3x32x32")
}

/// A sample's shape as the user gives it.
enum SourceShape {
  /// No picture has more dimensions, and no data set that is told by hand.
  private static let maximumRank = 8

  /// Reads the setting; nil where it was not given.
  /// - Throws: ``UsageError`` for what is no shape.
  static func parse(_ values: OptionValues) throws(UsageError) -> [Int]? {
    guard let text = values.text(Option.sourceShape.key) else { return nil }
    let sizes = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) ?? 0 }
    guard sizes.count <= maximumRank, sizes.allSatisfy({ (1...1 << 28).contains($0) }),
      (try? NumericArray.byteCount(of: .uint64, sizes)) != nil
    else {
      throw .badValue(
        option: Option.sourceShape.flag, value: text,
        expected: "HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS")
    }
    return sizes
  }

  /// The shape of samples that a source stores in another one.
  /// - Parameters:
  ///   - given: what the user says; nil leaves them as they are.
  ///   - stored: as the source has them.
  /// - Returns: the shape to read them in.
  /// - Throws: ``ArrayError`` where they do not have as many numbers, or rows and columns would run into each
  ///   other.
  static func shape(
    _ given: [Int]?, ofSamples stored: [Int]
  ) throws(ArrayError) -> [Int] {
    guard let given else { return stored }
    guard given.reduce(1, *) == stored.reduce(1, *) else {
      throw .reshape(from: stored, to: given)
    }
    // Axes may be split or joined: 784 is 28x28, and the other way round, but 12x10 is not 10x12.
    let ends = { (shape: [Int]) in
      shape.reduce(into: [1]) { $0.append($0[$0.count - 1] * $1) }
    }
    let (new, old) = (Set(ends(given)), Set(ends(stored)))
    guard new.isSuperset(of: old) || new.isSubset(of: old) else {
      throw .scrambled(from: stored, to: given)
    }
    return given
  }
}
