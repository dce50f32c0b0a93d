/// `classes.json`: the class names from 0 as a JSON list, beside images that know only their labels.
struct ClassesFile: Sendable {
  private let classNames: [String]

  /// The given names, else the labels in decimal; nil where there are no classes.
  init?(_ schema: Schema) {
    guard let labels = schema.labels else { return nil }
    guard labels.classNames.isEmpty else {
      classNames = labels.classNames
      return
    }
    guard let last = labels.range?.upperBound, last >= 0, last < LabelSchema.maximumClassCount
    else { return nil }
    classNames = (0...last).map(String.init)
  }

  /// Writes the file; returns its size.
  func write(to output: StagedOutput) throws -> Int {
    let bytes = Array(try JSON.array(classNames.map(JSON.text)).text().utf8)
    try output.writeFile(LabelSchema.classNamesFile, bytes)
    return bytes.count
  }
}
