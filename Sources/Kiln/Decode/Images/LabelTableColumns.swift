/// What the columns of a table of labels are.
struct LabelTableColumns {
  /// What is in the first row.
  let first: [String]
  let hasHeader: Bool
  /// The column that names images.
  let image: Int
  let naming: ImageNaming
  /// The column of the labels.
  let label: Int

  /// What was found out, in words.
  var remark: String {
    hasHeader
      ? "column '\(first[image].printable)' names the images, '\(first[label].printable)' their labels"
      : "column \(image) names the images, column \(label) their labels, counted from 0"
  }

  /// Finds out.
  /// - Parameters:
  ///   - rows: the table at its first row.
  ///   - settings: what the user says of it.
  ///   - wanted: the column that names images, by its name or position; nil where it is to be found.
  ///   - images: the images.
  /// - Throws: ``LabelTableError``, ``CSVError``, or ``UsageError`` for a column that is not there.
  init(
    of rows: TableRows, _ settings: CSVSettings, image wanted: String?, _ images: NamedImages
  ) throws {
    let start = try rows.next().map(\.fields)
    guard let first = start.first else { throw CSVError.empty }
    let told = try Self.label(settings.label, first)
    let candidates =
      try wanted.map { [try Self.column($0, first)] } ?? Self.candidates(start, label: told)
    let (image, naming) = try Self.image(among: candidates, start, rows, images)
    (self.first, self.image, self.naming) = (first, image, naming)
    label = try told ?? Self.label(start, besides: image)
    guard label != image else { throw LabelTableError.sameColumn(first[image]) }
    hasHeader = try settings.hasHeader ?? Self.isHeader(start, image, naming, label, images)
  }

  /// What a text names: `./a.png` is `a.png`.
  static func name(_ text: String) -> String {
    text.hasPrefix("./") ? String(text.dropFirst(2)) : text
  }

  // MARK: What the user says

  private static func column(_ text: String, _ first: [String]) throws(UsageError) -> Int {
    let columns = first.indices.filter { first[$0] == text }
    if let column = columns.first {
      guard columns.count == 1 else {
        throw .conflict(
          "\(columns.count) columns are called '\(text.printable)': give the position of one, from 0"
        )
      }
      return column
    }
    guard let position = Int(text), first.indices.contains(position) else {
      throw .unknown(what: "column", name: text, among: first)
    }
    return position
  }

  private static func label(_ wanted: CSVSettings.Label?, _ first: [String]) throws -> Int? {
    switch wanted {
    case .first?: 0
    case .last?: first.count - 1
    case .named(let text)?: try column(text, first)
    case .absent?:
      throw UsageError.conflict("--source-label none leaves nothing of a table of labels")
    case .several?, nil: nil
    }
  }

  // MARK: Images

  private static let imageWords: Set = [
    "image", "images", "imageid", "imageindex", "imagename", "imagefile", "imagefilename",
    "imagepath", "img", "imgid", "imgname", "imgfile", "imgpath", "file", "filename", "filepath",
    "fname", "path", "picture", "photo",
  ]
  private static let nameWords: Set = ["id", "ids", "key", "name"]

  private static func words(_ name: String) -> String {
    name.lowercased().filter { $0 != "_" && $0 != " " && $0 != "-" }
  }

  private static func text(
    of file: Int, _ naming: ImageNaming, _ images: NamedImages
  ) -> String {
    String(decoding: images.name(of: file, naming), as: UTF8.self)
  }

  /// The columns that may name images: those with names of image files, else those that are called so, else
  /// all but the label and what only numbers the rows.
  ///
  /// A number of a row may be the name of an image, too, and not of the one that the row is about.
  private static func candidates(_ rows: [[String]], label: Int?) -> [Int] {
    let first = rows[0]
    let others = first.indices.filter {
      $0 != label && (label != nil || !CSVLayout.isLabel(first[$0]))
    }
    let words = first.map(words)
    let choices = [
      others.filter { column in
        rows.count { ImageFileName.kind(of: $0[column]).isImage } * 2 > rows.count
      },
      others.filter { imageWords.contains(words[$0]) },
      others.filter { nameWords.contains(words[$0]) },
      others.filter { !CSVRowNumbers.isUnnamed(first[$0]) },
      others,
    ]
    return choices.first { !$0.isEmpty } ?? Array(first.indices)
  }

  /// Whether the first row names the columns: where it does so by usual words, or is like no row below.
  private static func isHeader(
    _ rows: [[String]], _ image: Int, _ naming: ImageNaming, _ label: Int, _ images: NamedImages
  ) throws -> Bool {
    let (name, text) = (Self.name(rows[0][image]), rows[0][label])
    let word = words(name)
    if imageWords.contains(word) || nameWords.contains(word) || CSVLayout.isLabel(text) {
      return true
    }
    let isLabel = CSVHead.isNumber(text) || rows.dropFirst().contains { $0[label] == text }
    if isLabel || ImageFileName.kind(of: name).isImage { return false }
    var isImage = false
    try images.forEach { isImage = isImage || Self.text(of: $0, naming, images) == name }
    return !isImage
  }

  /// The column that names images, and how.
  ///
  /// Where the first rows name none, those behind them may: a table may be of many more images.
  private static func image(
    among columns: [Int], _ start: [[String]], _ rows: TableRows, _ images: NamedImages
  ) throws -> (column: Int, naming: ImageNaming) {
    var block = start
    while !block.isEmpty {
      let matches = try columns.compactMap { column in
        try match(block.map { $0[column] }, images).map { (column: column, match: $0) }
      }
      if let best = matches.max(by: { $0.match.count < $1.match.count }) {
        // A few may look like names by chance.
        let rival = matches.first {
          $0.column != best.column && $0.match.count * 2 > best.match.count
        }
        guard let rival else { return (best.column, best.match.naming) }
        throw LabelTableError.severalImages(start[0][best.column], start[0][rival.column])
      }
      block = try rows.next().map(\.fields)
    }
    throw LabelTableError.noImages(
      expected: images.example, found: start[start.count > 1 ? 1 : 0][columns[0]])
  }

  /// How texts name images best, and how many of them do; nil where none does.
  private static func match(
    _ texts: [String], _ images: NamedImages
  ) throws -> (naming: ImageNaming, count: Int)? {
    let texts = Set(texts.map(name))
    var best: (naming: ImageNaming, count: Int)?
    for naming in ImageNaming.all {
      var imageCounts: [String: Int] = [:]
      try images.forEach { image in
        let text = text(of: image, naming, images)
        if texts.contains(text) { imageCounts[text, default: 0] += 1 }
      }
      // A text that is the name of several tells none of them. The first of equals is the most exact way.
      let count = imageCounts.count { $0.value == 1 }
      if count > best?.count ?? 0 { best = (naming, count) }
    }
    return best
  }

  // MARK: Labels

  /// The only column beside that of the images that is called a label, or the only one that has a name and says
  /// anything.
  private static func label(
    _ rows: [[String]], besides image: Int
  ) throws(LabelTableError) -> Int {
    let names = rows[0]
    let others = names.indices.filter { $0 != image }
    let isPoint = others.contains { names[$0].lowercased() == "x" }
    let called = others.filter {
      CSVLayout.isLabel(names[$0]) && !(isPoint && names[$0].lowercased() == "y")
    }
    if called.count == 1 { return called[0] }
    let telling = others.filter { column in
      !CSVRowNumbers.isUnnamed(names[column]) && rows.contains { !$0[column].isEmpty }
    }
    guard telling.count == 1 else {
      throw .labelUnknown(telling.map { names[$0] }, image: names[image])
    }
    return telling[0]
  }
}
