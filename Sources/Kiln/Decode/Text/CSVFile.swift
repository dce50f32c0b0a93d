/// One table, looked through: how it is laid out, and what its values need.
struct CSVFile: Sendable {
  let file: Resource
  let layout: CSVLayout
  let statistics: CSVStatistics

  /// Rows that are looked at before the layout is fixed.
  static let sampleCount = 100

  /// Reads the whole file once.
  /// - Parameters:
  ///   - file: the table.
  ///   - settings: what the user says.
  ///   - rowNumbers: the names of columns that may number the rows.
  ///   - cancellation: asks to stop.
  /// - Throws: ``StageError`` that names the file, and in it line and column.
  init(
    _ file: Resource, _ settings: CSVSettings, rowNumbers: Set<String>,
    _ cancellation: Cancellation
  ) throws {
    self.file = file
    (layout, statistics) = try at(.decode, file.name) {
      let head = try Self.head(of: file, settings)
      let layout = try CSVLayout(of: head, settings, rowNumbers: rowNumbers) {
        delimiter, hasHeader, skipped in
        try Self.ends(of: file, delimiter, hasHeader: hasHeader, skipped: skipped, cancellation)
      }
      return (layout, try Self.statistics(of: file, layout, cancellation))
    }
  }

  /// The first rows of a table.
  /// - Parameters:
  ///   - file: the table.
  ///   - settings: what the user says.
  ///   - lineCount: how many lines to look at.
  /// - Returns: what they are.
  /// - Throws: ``StageError`` that names the file.
  static func head(
    of file: Resource, _ settings: CSVSettings, lineCount: Int = sampleCount
  ) throws -> CSVHead {
    try at(.decode, file.name) { try CSVHead(of: try firstLines(lineCount, of: file), settings) }
  }

  private static func firstLines(_ lineCount: Int, of file: Resource) throws -> [[UInt8]] {
    let start = try CSVLines(try file.open()).take(lineCount, byteLimit: CSVLines.blockByteCount)
    let text = start.joined()
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      Array(line.last == 0x0D ? line.dropLast() : line)
    }
    while lines.last?.allSatisfy({ $0 == 0x20 }) == true { lines.removeLast() }
    // An empty line is reported where all lines are looked at.
    let rows = lines.filter { !$0.isEmpty }
    guard lines.first?.isEmpty != true || rows.isEmpty else { throw CSVError.emptyLine(1) }
    return rows
  }

  /// Looks at the columns at both ends, in all rows.
  private static func ends(
    of file: Resource, _ delimiter: UInt8, hasHeader: Bool, skipped: Int,
    _ cancellation: Cancellation
  ) throws -> CSVEnds {
    var ends = CSVEnds()
    let lines = try CSVLines(try file.open())
    if hasHeader { _ = try lines.take(1) }
    while true {
      try cancellation.check()
      let block = try lines.take(.max, byteLimit: CSVLines.blockByteCount)
      if block.count == 0 { return ends }
      let text = block.joined()
      var start = 0
      while start < text.count {
        let (end, found) = text.span.endOfLines(1, from: start)
        let next = found > 0 ? end : text.count
        var limit = next
        while limit > start, [0x20, 0x0A, 0x0D].contains(text[limit - 1]) { limit -= 1 }
        if limit > start {
          ends.add(text.span.extracting(start..<limit), delimiter, skipped: skipped)
        }
        start = next
      }
    }
  }

  private static func statistics(
    of file: Resource, _ layout: CSVLayout, _ cancellation: Cancellation
  ) throws -> CSVStatistics {
    let rows = CSVRows(layout: layout)
    let meanings = rows.meanings
    var statistics = CSVStatistics(labelCount: layout.labelCount)
    let lines = try CSVLines(try file.open(), lineLimit: layout.maximumLineByteCount)
    if layout.hasHeader { _ = try lines.take(1) }
    // Only the end of a file may have empty lines.
    var firstEmpty: Int?
    while true {
      try cancellation.check()
      let block = try lines.take(.max, byteLimit: CSVLines.blockByteCount)
      if block.count == 0 { return statistics }
      let text = block.joined()
      if let values = rows.simpleRows(text, count: block.count) {
        if let firstEmpty { throw CSVError.emptyLine(firstEmpty) }
        statistics.add(rows: block.count)
        statistics.add(labels: values.labels)
        statistics.add(greatest: values.pixels.max() ?? 0)
        continue
      }
      var last = 0
      var labels: [Int64] = []
      let empty = try rows.forEachNumber(text, first: block.first) {
        line, column, number, content in
        last = line
        switch meanings[column] {
        case .label:
          labels.append(try rows.label(number, text, content, line: line, column: column))
        case .pixel: statistics.add(number, String(decoding: text[content], as: UTF8.self))
        case .other: break
        }
      }
      firstEmpty = firstEmpty ?? empty.first
      if let firstEmpty, last > firstEmpty { throw CSVError.emptyLine(firstEmpty) }
      statistics.add(rows: block.count - empty.count)
      statistics.add(labels: labels)
    }
  }

  /// Reads the rows again, in order.
  func reader(as type: ElementType, _ background: Background) throws -> any SampleReader {
    try at(.decode, file.name) {
      let lines = try CSVLines(
        try file.open(digestingOn: background), lineLimit: layout.maximumLineByteCount)
      if layout.hasHeader { _ = try lines.take(1) }
      let (parser, pixelByteCount) = (CSVRows(layout: layout), layout.pixelCount * type.byteCount)
      return LineReader(
        file.name, lines, rowCount: statistics.rowCount, pixelByteCount: pixelByteCount,
        labelCount: layout.labelCount
      ) { text, rows in
        if type == .uint8, let values = parser.simpleRows(text, count: rows.count) {
          return values
        }
        return try parser.rows(text, first: rows.first, as: type)
      }
    }
  }
}
