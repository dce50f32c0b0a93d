/// What the columns of a table of labels are.
///
/// A number of a row, an age or a label may look like the name of an image, and of another one than the row is about:
/// where more than one meaning is possible, the user is asked.
struct LabelTableColumns {
  /// The names of the columns; nil where the first row is one as all others.
  let names: [String]?
  /// Whether the user has not said that there are such.
  let areNamesFound: Bool
  /// The column that names images.
  let image: Int
  let naming: ImageNaming
  /// The column of the labels.
  let label: Int

  /// What was found out, in words.
  var remark: String {
    guard let names else {
      return "column \(image) names the images, column \(label) their labels, counted from 0"
    }
    return
      "column '\(names[image].printable)' names the images, '\(names[label].printable)' their labels"
  }

  /// Finds out.
  /// - Parameters:
  ///   - table: gives the rows of the table, from its first one each time.
  ///   - settings: what the user says of it.
  ///   - wanted: the column that names images, by its name or position; nil where it is to be found.
  ///   - images: the images.
  /// - Throws: ``LabelTableError``, ``CSVError``, or ``UsageError`` for a column that is not there.
  init(
    of table: () throws -> TableRows, _ settings: CSVSettings, image wanted: String?,
    _ images: NamedImages
  ) throws {
    let start = try table().next().map(\.fields)
    guard let first = start.first else { throw CSVError.empty }
    let hasHeader = try settings.hasHeader ?? Self.hasHeader(start, images)
    let names = hasHeader ? first : nil
    let told = try Self.toldLabel(settings.label, names, count: first.count)
    let rows = hasHeader && start.count > 1 ? start.dropFirst() : start[...]
    let candidates =
      try wanted.map { [try CSVSettings.column($0, of: names, count: first.count)] }
      ?? first.indices.filter { column in
        told.map { column != $0 } ?? !(names.map { CSVLayout.isLabel($0[column]) } ?? false)
      }
    let search = LabelTableSearch(rows, candidates, names)
    guard let match = try search.image(in: table, images) else {
      let likely = search.columns.first { column in
        names.map { ImageColumnName.isUsual($0[column]) } ?? false
      }
      throw LabelTableError.noImages(
        expected: images.example, found: rows.first?[likely ?? search.columns.first ?? 0] ?? "")
    }
    (image, naming) = (match.column, match.naming)
    label = try told ?? Self.foundLabel(rows, besides: match.column, names)
    guard label != image else { throw LabelTableError.sameColumn(names?[image] ?? "\(image)") }
    self.names = names
    areNamesFound = hasHeader && settings.hasHeader == nil
  }

  /// What a text names: `./a.png` is `a.png`.
  static func name(_ text: String) -> String {
    text.hasPrefix("./") ? String(text.dropFirst(2)) : text
  }

  // MARK: The header

  /// Whether the first row names the columns.
  /// - Throws: ``LabelTableError`` where nothing tells.
  private static func hasHeader(_ rows: [[String]], _ images: NamedImages) throws -> Bool {
    let first = rows[0]
    if first.contains(where: { ImageFileName.kind(of: $0).isImage }) { return false }
    let isRepeated = first.indices.map { column in
      !first[column].isEmpty && rows.dropFirst().contains { $0[column] == first[column] }
    }
    let isUsual = first.indices.contains { column in
      !isRepeated[column]
        && (ImageColumnName.isUsual(first[column]) || CSVLayout.isLabel(first[column]))
    }
    if isUsual { return true }
    // As pandas leaves the name of an index out.
    let isIndexed = first.indices.contains { column in
      first[column].isEmpty && rows.dropFirst().contains { !$0[column].isEmpty }
    }
    if isIndexed { return true }
    let isNumber = first.map(CSVHead.isNumber)
    if isRepeated.contains(true) || isNumber.contains(true) { return false }
    let isAboveNumbers =
      rows.count > 1
      && first.indices.contains { column in
        rows.dropFirst().allSatisfy { CSVHead.isNumber($0[column]) }
      }
    if isAboveNumbers { return true }
    for naming in images.namings {
      let lookup = try ImageNames(images, naming)
      if first.contains(where: { lookup.images(called: name($0)) != .none }) { return false }
    }
    throw LabelTableError.headerUnknown(first.joined(separator: ","))
  }

  // MARK: What the user says

  private static func toldLabel(
    _ wanted: CSVSettings.Label?, _ names: [String]?, count: Int
  ) throws -> Int? {
    switch wanted {
    case .first?: 0
    case .last?: count - 1
    case .named(let text)?: try CSVSettings.column(text, of: names, count: count)
    case .absent?:
      throw UsageError.conflict("--source-label none leaves nothing of a table of labels")
    case .several?, nil: nil
    }
  }

  // MARK: Labels

  /// The only column that is called a label, or the only one beside that of the images that has a name and says
  /// anything.
  private static func foundLabel(
    _ rows: ArraySlice<[String]>, besides image: Int, _ names: [String]?
  ) throws(LabelTableError) -> Int {
    let columns = 0..<(rows.first?.count ?? 0)
    let telling = columns.filter { column in
      column != image && !(names.map { CSVRowNumbers.isUnnamed($0[column]) } ?? false)
        && rows.contains { !$0[column].isEmpty }
    }
    let words = names?.map { $0.lowercased() }
    let isPoint = words?.contains("x") ?? false
    let called = telling.filter { column in
      words.map { CSVLayout.isLabel($0[column]) && !(isPoint && $0[column] == "y") } ?? false
    }
    if called.count == 1 { return called[0] }
    let isSplit = { (column: Int) in
      words.map { ["split", "fold", "set", "subset"].contains($0[column]) } ?? false
    }
    guard telling.count == 1, !isSplit(telling[0]) else {
      throw .labelUnknown(
        telling.map { names?[$0] ?? "\($0)" }, image: names?[image] ?? "\(image)")
    }
    return telling[0]
  }
}
