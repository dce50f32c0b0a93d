extension Option {
  /// The shape of samples that are stored as rows of numbers.
  static let sourceShape = Option(
    flag: "source-shape", key: "shape", kind: .text, defaultValue: nil,
    summary: "shape of a sample that is a row of numbers, such as 28x28, 32x32x3 or 3x32x32")
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
}
