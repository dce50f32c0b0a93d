/// The labels of images as a table gives them, a row for each image in any order.
///
///     id,breed
///     0a1b2c,beagle       the image 0a1b2c.jpg
///
/// | column | holds |
/// | --- | --- |
/// | image | what the image is called, as ``ImageNaming`` says: the same way in all rows |
/// | label | a whole number, or the name of a class |
/// | others | nothing that is read |
///
/// Which column has the images is found from those that are there; the first row is a header where it names none.
struct LabelTable: Sendable {
  /// The table.
  let file: Resource
  /// What it calls images.
  let naming: ImageNaming
  /// What it calls labels, each once.
  let labels: [String]
  /// All names of images, one behind the other.
  private let names: [UInt8]
  /// In the order of the names.
  private let rows: [Row]

  /// A name and a label take 16 bytes beside their texts.
  private struct Row {
    let start: UInt32
    let end: UInt32
    /// A position among the labels.
    let label: UInt32
    let line: UInt32

    var name: Range<Int> { Int(start)..<Int(end) }
  }

  /// Reads a table.
  /// - Parameters:
  ///   - file: the table.
  ///   - settings: what the user says of it.
  ///   - listing: the images.
  ///   - root: the name of the directory that they lie in.
  ///   - cancellation: asks to stop.
  /// - Throws: ``LabelTableError``, ``CSVError``, or ``UsageError`` for a column that is not there.
  init(
    _ file: Resource, _ settings: CSVSettings, of listing: ImageFolderListing, root: String,
    _ cancellation: Cancellation
  ) throws {
    var headless = settings
    headless.hasHeader = false
    let head = try CSVFile.head(of: file, headless, lineCount: LabelTableColumns.rowCount)
    let columns = try LabelTableColumns(head.rows, settings, of: listing, root: root)
    var (names, rows): ([UInt8], [Row]) = ([], [])
    var labels = PositionTable<[UInt8]>()
    let lines = try CSVLines(try file.open())
    if columns.hasHeader { _ = try lines.take(1) }
    while true {
      try cancellation.check()
      let block = try lines.take(.max, byteLimit: CSVLines.blockByteCount)
      if block.count == 0 { break }
      for (offset, line) in block.joined().split(
        separator: 0x0A, omittingEmptySubsequences: false
      ).prefix(block.count).enumerated() {
        let number = block.first + offset
        let text = Array(line.last == 0x0D ? line.dropLast() : line)
        if text.allSatisfy({ $0 == 0x20 }) { continue }
        let fields = try CSVHead.fields(text, head.delimiter, line: number)
        guard fields.count == columns.count else {
          throw CSVError.columnCount(line: number, found: fields.count, expected: columns.count)
        }
        let label = Array(fields[columns.label].utf8)
        guard !label.isEmpty else { throw LabelTableError.noLabel(line: number) }
        let start = names.count
        names += LabelTableColumns.name(fields[columns.image])
        guard let end = UInt32(exactly: names.count), let line = UInt32(exactly: number) else {
          throw LabelTableError.tooLong
        }
        rows.append(
          Row(
            start: UInt32(start), end: end, label: labels.position(of: label), line: line))
      }
    }
    rows.sort { names[$0.name].lexicographicallyPrecedes(names[$1.name]) }
    for (row, next) in zip(rows, rows.dropFirst()) where names[row.name] == names[next.name] {
      throw LabelTableError.repeated(
        String(decoding: names[row.name], as: UTF8.self),
        lines: [Int(row.line), Int(next.line)].sorted())
    }
    self.file = file
    naming = columns.naming
    self.labels = labels.values.map { String(decoding: $0, as: UTF8.self) }
    (self.names, self.rows) = (names, rows)
  }

  /// Finds the label of each image.
  /// - Parameters:
  ///   - listing: all images.
  ///   - root: the name of the directory that they lie in.
  ///   - isNeeded: whether an image must have a label.
  /// - Returns: for each image a position among ``labels``, 0 where it needs none and has none; and how many
  ///   rows name no image, with the name in the first of them.
  /// - Throws: ``LabelTableError`` where an image has no row, or two have one.
  func labels(
    of listing: ImageFolderListing, root: String, isNeeded: (Int) -> Bool
  ) throws(LabelTableError) -> (labels: [UInt32], unused: (count: Int, example: String)?) {
    let root = Array(root.utf8)
    var found = [UInt32](repeating: 0, count: listing.count)
    // The image of each row; there are fewer than so many.
    var images = [UInt32](repeating: .max, count: rows.count)
    var missing: (count: Int, example: Int)?
    for file in 0..<listing.count {
      guard let row = row(of: naming.name(of: file, in: listing, root: root)) else {
        if isNeeded(file) { missing = ((missing?.count ?? 0) + 1, missing?.example ?? file) }
        continue
      }
      guard images[row] == .max else {
        throw .shared(
          line: Int(rows[row].line), images: [Int(images[row]), file].map { listing.path(of: $0) })
      }
      images[row] = UInt32(file)
      found[file] = rows[row].label
    }
    if let missing {
      throw .missing(count: missing.count, example: listing.path(of: missing.example))
    }
    let unused = images.indices.filter { images[$0] == .max }
    let first = unused.min { rows[$0].line < rows[$1].line }
    return (
      found,
      first.map { (unused.count, String(decoding: names[rows[$0].name], as: UTF8.self)) }
    )
  }

  /// Where the row of an image is; nil where there is none.
  private func row(of image: [UInt8]) -> Int? {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if names[rows[middle].name].lexicographicallyPrecedes(image) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < rows.count && names[rows[low].name].elementsEqual(image) ? low : nil
  }
}
