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
    var texts = LabelTexts(given: given)
    var found = LabelledImages(images, try ImageNames(images, columns.naming))
    var isHeader = columns.names != nil
    while case let block = try rows.next(), !block.isEmpty {
      for row in block {
        defer { isHeader = false }
        if isHeader {
          if columns.areNamesFound { try found.checkHeader(row.fields, columns.image) }
          continue
        }
        let text = row.fields[columns.label]
        // Classes are those of all rows.
        let label = text.isEmpty ? nil : try texts.label(text, line: row.line)
        try found.take(
          LabelTableColumns.name(row.fields[columns.image]), label: label, line: row.line)
      }
    }
    try found.check()
    (labels, range, classNames) = try texts.labels(found.labels)
    let unused = found.unused.map {
      "\(file.name) has rows for images that are not read (\($0.count)), such as '\($0.example.printable)'"
    }
    remarks = ["in \(file.name), \(columns.remark)", unused].compactMap(\.self)
  }
}

/// What the rows of a table have said of images.
private struct LabelledImages {
  private let images: NamedImages
  private let names: ImageNames
  /// One for each image of the listing.
  private(set) var labels: [Int64]
  /// The line that each image stands in; 0 where none has come.
  private var lines: [UInt32]
  /// The first image that has a row and no label in it.
  private var unlabelled: (image: Int, line: Int)?
  /// How many rows are of none of the images, and what the first of them calls its own.
  private(set) var unused: (count: Int, example: String)?

  init(_ images: NamedImages, _ names: ImageNames) {
    (self.images, self.names) = (images, names)
    labels = Array(repeating: 0, count: images.listing.count)
    lines = Array(repeating: 0, count: images.listing.count)
  }

  /// Refuses a first row that may be no header, since it names an image.
  func checkHeader(_ fields: [String], _ column: Int) throws(LabelTableError) {
    guard names.images(called: LabelTableColumns.name(fields[column])) == .none else {
      throw .headerUnknown(fields.joined(separator: ","))
    }
  }

  /// Takes a row.
  /// - Throws: ``LabelTableError`` where it is of two images, or of one that has had a row.
  mutating func take(_ name: String, label: Int64?, line: Int) throws(LabelTableError) {
    switch names.images(called: name) {
    case .none: unused = ((unused?.count ?? 0) + 1, unused?.example ?? name)
    case .several(let first, let second):
      throw .shared(
        line: line, images.listing.path(of: first), images.listing.path(of: second))
    case .one(let image):
      guard lines[image] == 0 else {
        throw .repeated(name, line: Int(lines[image]), next: line)
      }
      lines[image] = UInt32(clamping: line)
      if let label { labels[image] = label } else { unlabelled = unlabelled ?? (image, line) }
    }
  }

  /// Refuses images without a row, or with one that has no label.
  func check() throws {
    if let (image, line) = unlabelled {
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
