extension ImageFolderIndex {
  /// Takes labels from a table.
  ///
  /// Classes are those of the whole table: which number each has does not depend on the images that are there.
  /// - Parameters:
  ///   - splits: which images make up each split.
  ///   - positions: the label of each image, as a position among the texts.
  ///   - texts: what the table calls its labels: numbers where all are whole numbers, else classes.
  ///   - known: what is known of the classes.
  /// - Throws: ``UnsupportedError`` or ``LabelTableError``.
  init(
    _ splits: [Split], labels positions: [UInt32], _ texts: [String], _ known: KnownClasses
  ) throws {
    var values = texts.compactMap { text in
      let bytes = Array(text.utf8)
      return CSVNumber(bytes.span, 0..<bytes.count)?.whole
    }
    var names = known.given ?? known.recorded ?? []
    if values.count < texts.count {
      guard texts.count <= LabelSchema.maximumClassCount else {
        throw LabelTableError.tooManyClasses(texts.count)
      }
      let classes = try ClassTable(Set(texts), known, .namesFirst)
      values = texts.map { classes.labels[$0] ?? 0 }
      names = classes.names
    }
    self.init(
      splits: splits, labels: .ofFiles(positions, values: values),
      range: values.min().flatMap { least in values.max().map { least...$0 } }, classNames: names)
  }
}
