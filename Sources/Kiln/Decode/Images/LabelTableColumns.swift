/// What the columns of a table of labels are.
struct LabelTableColumns {
  /// The most rows that are looked at; a table may be of more images than are there.
  static let rowCount = 10_000

  let count: Int
  let hasHeader: Bool
  /// The column that names images.
  let image: Int
  let naming: ImageNaming
  /// The column of the labels.
  let label: Int

  /// Finds out from the first rows.
  /// - Parameters:
  ///   - rows: these, with the header where there is one.
  ///   - settings: what the user says.
  ///   - listing: the images.
  ///   - root: the name of the directory that they lie in.
  /// - Throws: ``LabelTableError`` or ``UsageError``.
  init(
    _ rows: [[String]], _ settings: CSVSettings, of listing: ImageFolderListing, root: String
  ) throws {
    let first = rows[0]
    count = first.count
    // Where each text stands.
    var columns: [[UInt8]: Set<Int>] = [:]
    for row in rows {
      for (column, text) in row.prefix(count).enumerated() {
        columns[Self.name(text), default: []].insert(column)
      }
    }
    let byName =
      first.indices.filter { !CSVLayout.isLabel(first[$0]) }
      + first.indices.filter { CSVLayout.isLabel(first[$0]) }
    var best: (column: Int, naming: ImageNaming, matchCount: Int)?
    for naming in ImageNaming.all {
      var images: [[UInt8]: Int] = [:]
      for file in 0..<listing.count {
        let name = naming.name(of: file, in: listing, root: Array(root.utf8))
        if columns[name] != nil { images[name, default: 0] += 1 }
      }
      // A text that is the name of several tells none of them; labels may look like names, but few.
      var matchCounts = [Int](repeating: 0, count: count)
      for (name, imageCount) in images where imageCount == 1 {
        for column in columns[name] ?? [] { matchCounts[column] += 1 }
      }
      // The first of equals: the most exact way, and the leftmost column that is not called a label.
      for column in byName where matchCounts[column] > best?.matchCount ?? 0 {
        best = (column, naming, matchCounts[column])
      }
    }
    guard let best else {
      throw LabelTableError.noImages(example: listing.path(of: 0))
    }
    (image, naming) = (best.column, best.naming)
    let start = Self.name(first[image])
    hasHeader =
      settings.hasHeader
      ?? !(0..<listing.count).contains {
        best.naming.name(of: $0, in: listing, root: Array(root.utf8)) == start
      }
    label = try Self.label(
      settings.label, names: hasHeader ? first : nil, columns: first.indices, image: best.column)
  }

  private static func label(
    _ wanted: CSVSettings.Label?, names: [String]?, columns: Range<Int>, image: Int
  ) throws -> Int {
    let others = columns.filter { $0 != image }
    let column: Int?
    switch wanted {
    case .first?: column = columns.first
    case .last?: column = columns.last
    case .absent?, .several?: column = nil
    case .named(let name)?:
      guard let names else {
        throw UsageError.conflict(
          "there is no header that names a column '\(name)' (expected first or last)")
      }
      guard let found = names.firstIndex(of: name) else {
        throw UsageError.unknown(what: "column", name: name, among: names)
      }
      column = found
    case nil:
      let named = others.filter { column in names.map { CSVLayout.isLabel($0[column]) } ?? false }
      column = named.count == 1 ? named[0] : others.count == 1 ? others[0] : nil
    }
    guard let column, column != image else {
      throw LabelTableError.labelUnknown(
        names.map { names in others.map { names[$0] } }, image: image + 1)
    }
    return column
  }

  /// What a text names: `./a.png` is `a.png`.
  static func name(_ text: String) -> [UInt8] {
    Array((text.hasPrefix("./") ? text.dropFirst(2) : text[...]).utf8)
  }
}
