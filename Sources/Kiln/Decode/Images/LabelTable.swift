/// The labels of images, as a table gives them: a row for each image, in any order.
///
///     id,breed
///     0a1b2c,beagle       the image 0a1b2c.jpg
///
/// | column | holds |
/// | --- | --- |
/// | image | what the image is called, as ``ImageNaming`` says: the same way in all rows |
/// | label | a whole number, or the name of a class: the same in all rows |
/// | others | nothing that is read |
///
/// Rows are read one after the other, and what is kept does not grow with them: a table may be of many more images.
struct LabelTable {
  /// One for each image of the listing; 0 for those that need none.
  let labels: [Int64]
  /// The smallest and largest label of all rows, so that a part of the images has no other ones.
  let range: ClosedRange<Int64>?
  /// The names of the classes of all rows; empty where numbers say it all.
  let classNames: [String]
  /// What a user should know of how it was read.
  let remarks: [String]

  /// Reads a table.
  /// - Parameters:
  ///   - file: the table.
  ///   - columns: what its columns are.
  ///   - images: those that need a label.
  ///   - given: the names of the classes, where the user says them.
  ///   - rows: the table at its first row.
  /// - Throws: ``LabelTableError`` or ``CSVError`` that says which row is wrong, or which image has none.
  init(
    _ file: Resource, _ columns: LabelTableColumns, of images: NamedImages, given: [String]?,
    _ rows: TableRows
  ) throws {
    let names = try ImageNames(images, columns.naming)
    var texts = LabelTexts(given: given)
    var found = [Int64](repeating: 0, count: images.listing.count)
    // The line that each image stands in.
    var lines = [UInt32](repeating: 0, count: images.listing.count)
    var unlabelled: [Int: Int] = [:]
    var unused: (count: Int, example: String) = (0, "")
    var isFirst = columns.hasHeader
    while case let block = try rows.next(), !block.isEmpty {
      for row in block {
        if isFirst {
          isFirst = false
          continue
        }
        let name = LabelTableColumns.name(row.fields[columns.image])
        let text = row.fields[columns.label]
        // Classes are those of all rows.
        let label = text.isEmpty ? nil : try texts.label(text, line: row.line)
        switch names.images(called: name) {
        case .none:
          if unused.count == 0 { unused.example = name }
          unused.count += 1
        case .several(let first, let second):
          throw LabelTableError.shared(
            line: row.line, images.listing.path(of: first), images.listing.path(of: second))
        case .one(let image):
          guard lines[image] == 0 else {
            throw LabelTableError.repeated(name, line: Int(lines[image]), next: row.line)
          }
          lines[image] = UInt32(clamping: row.line)
          if let label { found[image] = label } else { unlabelled[image] = row.line }
        }
      }
    }
    try Self.check(images, lines, unlabelled)
    (labels, range, classNames) = try texts.labels(found)
    remarks =
      ["in \(file.name), \(columns.remark)"]
      + (unused.count == 0
        ? []
        : [
          "\(file.name) has \(unused.count) rows for images that are not read, such as"
            + " '\(unused.example.printable)'"
        ])
  }

  /// Refuses images without a row, or with one that has no label.
  private static func check(
    _ images: NamedImages, _ lines: [UInt32], _ unlabelled: [Int: Int]
  ) throws {
    if let (image, line) = unlabelled.min(by: { $0.value < $1.value }) {
      throw LabelTableError.noLabel(images.listing.path(of: image), line: line)
    }
    var missing: (count: Int, first: Int)?
    try images.forEach { image in
      if lines[image] == 0 { missing = ((missing?.count ?? 0) + 1, missing?.first ?? image) }
    }
    if let missing {
      throw LabelTableError.missing(
        count: missing.count, example: images.listing.path(of: missing.first))
    }
  }
}
