/// Looks for the column of a table that names images, and for how it does.
struct LabelTableSearch {
  /// The columns that may be it: those with names of image files, where there are any.
  let columns: [Int]
  private let endings: ImageNaming.Ending
  private let names: [String]?

  /// For each column a byte is kept for each image.
  private static let maximumColumnCount = 64

  /// How one column names images.
  struct Match {
    let column: Int
    let naming: ImageNaming
    /// How many images it names, each by itself.
    let count: Int
  }

  /// - Parameters:
  ///   - rows: the first of them, without a header.
  ///   - candidates: the columns that may name images.
  ///   - names: the names of all columns; nil where they have none.
  init(_ rows: ArraySlice<[String]>, _ candidates: [Int], _ names: [String]?) {
    let files = candidates.filter { column in
      rows.count { ImageFileName.kind(of: $0[column]).isImage } * 2 > rows.count
    }
    columns = files.isEmpty ? candidates : files
    endings = files.isEmpty ? .dropped : .kept
    self.names = names
  }

  /// The column that names most of the images, in the way that does.
  /// - Parameters:
  ///   - table: gives the rows of the table, from its first one each time.
  ///   - images: the images.
  /// - Returns: it; nil where no column names any.
  /// - Throws: ``LabelTableError`` where another one may be meant, or all that are named are named together.
  func image(in table: () throws -> TableRows, _ images: NamedImages) throws -> Match? {
    guard columns.count <= Self.maximumColumnCount else {
      throw LabelTableError.tooManyColumns(columns.count)
    }
    var found: [Match] = []
    var shared: LabelTableError?
    for naming in images.namings where naming.ending == endings {
      found += try matches(try table(), images, naming, &shared)
    }
    let most = found.map(\.count).max() ?? 0
    guard most > 0 else {
      if let shared { throw shared }
      return nil
    }
    let likely = columns.compactMap { column in
      // The first of equals is the most exact way.
      found.filter { $0.column == column && $0.count * 2 > most }.min { $0.count > $1.count }
    }
    return try chosen(likely)
  }

  /// How many images each column names in one way.
  private func matches(
    _ rows: TableRows, _ images: NamedImages, _ naming: ImageNaming,
    _ shared: inout LabelTableError?
  ) throws -> [Match] {
    let names = try ImageNames(images, naming)
    // Most columns name none.
    var found = columns.map { _ in [Bool]() }
    while case let block = try rows.next(), !block.isEmpty {
      for row in block {
        for (position, column) in columns.enumerated() {
          switch names.images(called: LabelTableColumns.name(row.fields[column])) {
          case .none: break
          case .one(let image):
            if found[position].isEmpty {
              found[position] = Array(repeating: false, count: images.listing.count)
            }
            found[position][image] = true
          case .several(let image, let other):
            let paths = (images.listing.path(of: image), images.listing.path(of: other))
            shared = shared ?? .shared(line: row.line, paths.0, paths.1)
          }
        }
      }
    }
    return zip(columns, found).map {
      Match(column: $0, naming: naming, count: $1.count(where: \.self))
    }
  }

  /// The one of several columns whose name says that it is about images, or about rows where the others have none.
  private func chosen(_ matches: [Match]) throws -> Match {
    guard matches.count > 1 else { return matches[0] }
    let meant = matches.map { match in
      (match: match, name: names.map { ImageColumnName($0[match.column]) } ?? .any)
    }.sorted { $0.name > $1.name }
    let isSure =
      switch meant[0].name {
      case .image: meant[1].name != .image
      case .identity: meant[1].name == .none
      case .any, .none: false
      }
    guard isSure else {
      let columns = meant.map { names?[$0.match.column] ?? "\($0.match.column)" }
      throw LabelTableError.severalImages(columns[0], columns[1])
    }
    return meant[0].match
  }
}
