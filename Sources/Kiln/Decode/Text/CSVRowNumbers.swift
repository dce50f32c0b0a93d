/// Which columns of tables number or name their rows, such as `id`, and so belong to no sample.
///
/// Names say which may, and the first rows of all tables whether they do: what a column is in one of them, it is
/// in all.
struct CSVRowNumbers {
  private var found: Set<String> = []
  private var refuted: Set<String> = []

  /// The names of such columns: those that a table says to number its rows, and none that it does not.
  var names: Set<String> { found.subtracting(refuted) }

  /// Looks at one more table.
  /// - Throws: ``StageError`` that names the file.
  mutating func look(at file: Resource, _ settings: CSVSettings) throws {
    // Most tables have no column that is called so; what is wrong with one is told where all of it is read.
    guard let start = try? CSVFile.head(of: file, settings, lineCount: 1), start.hasHeader,
      start.names.contains(where: { Kind($0) != nil })
    else { return }
    look(at: try CSVFile.head(of: file, settings))
  }

  private mutating func look(at head: CSVHead) {
    for (column, name) in head.names.enumerated() {
      guard let kind = Kind(name) else { continue }
      switch Self.isNumbering(column, kind, head.rows) {
      case true?: found.insert(name)
      case false?: refuted.insert(name)
      case nil: break
      }
    }
  }

  /// Whether a column has no name, or one that pandas gave it for that.
  static func isUnnamed(_ name: String) -> Bool { name.isEmpty || name.hasPrefix("Unnamed: ") }

  /// What a name says.
  private enum Kind {
    /// Nothing: pandas writes the numbers of rows so.
    case none
    /// That it tells rows apart.
    case number
    /// That it tells something apart, which may also be the writer of a digit.
    case something
    /// That it names files, or classes.
    case file

    /// Nil where a name is none of a number.
    init?(_ name: String) {
      let word = name.lowercased().filter { $0 != "_" && $0 != " " }
      if isUnnamed(name) {
        self = .none
      } else if CSVRowNumbers.words.contains(word) {
        self = .number
      } else if CSVRowNumbers.fileWords.contains(word) {
        self = .file
      } else if word.hasSuffix("id"), !CSVRowNumbers.labelWords.contains(where: word.contains) {
        self = .something
      } else {
        return nil
      }
    }
  }

  private static let words: Set = [
    "id", "index", "idx", "row", "rowid", "rownumber", "sample", "sampleid", "image", "imageid",
    "imgid", "uid", "uuid", "guid", "file", "filename", "filepath", "path", "imagename",
    "imagefile", "imagepath", "imgname", "imgpath",
  ]

  private static let fileWords: Set = ["name", "img"]

  /// What names of labels have in them, such as class_id.
  private static let labelWords = ["class", "label", "target", "category", "digit"]

  /// Fewer rows may be alike, or differ, by chance.
  private static let tellingRowCount = 10

  /// Whether numbers are those of rows; nil where too few rows tell nothing against it.
  ///
  /// Texts are names of rows as long as no two are the same.
  private static func isNumbering(_ column: Int, _ kind: Kind, _ rows: [[String]]) -> Bool? {
    let values = rows.compactMap { column < $0.count ? $0[column] : nil }
    let numbers = values.compactMap(Double.init)
    // Names of files, say, some of which may be numbers: no two rows have the same.
    if kind == .number, numbers.count < values.count {
      return values.count == rows.count && Set(values).count == values.count
    }
    if kind == .file {
      return numbers.count < values.count && values.count == rows.count
        && values.allSatisfy { $0.contains(".") || $0.contains("/") }
    }
    guard numbers.count == rows.count, Set(numbers).count == numbers.count else { return false }
    guard numbers.count > 1 else { return nil }
    let goesUp = zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 }
    let isTelling = numbers.count >= tellingRowCount
    return switch kind {
    // Rows may have been shuffled.
    case .none: true
    case .number: goesUp || isTelling ? true : nil
    case .something: goesUp ? (isTelling ? true : nil) : false
    case .file: false
    }
  }
}
