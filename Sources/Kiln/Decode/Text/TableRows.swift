/// The rows of a table as texts, some at a time.
final class TableRows {
  struct Row: Sendable {
    /// Its line in the file, from 1.
    let line: Int
    let fields: [String]
  }

  /// Texts take a few megabytes, and reading so many of them is worth a call.
  private static let rowCount = 10_000

  private let lines: CSVLines
  private let cancellation: Cancellation
  private var delimiter: UInt8?
  private var columnCount: Int?

  /// Takes a table at its first row.
  /// - Parameters:
  ///   - file: the table.
  ///   - delimiter: what separates its columns; nil where it is to be found.
  ///   - cancellation: asks to stop.
  /// - Throws: ``CSVError`` for UTF-16, or what is wrong with how the file is packed.
  init(_ file: Resource, delimiter: UInt8?, _ cancellation: Cancellation) throws {
    lines = try CSVLines(try file.open())
    self.delimiter = delimiter
    self.cancellation = cancellation
  }

  /// The next rows; none at the end.
  ///
  /// Lines without a text in any column are passed over, as spreadsheets leave them.
  /// - Returns: as many as there are up to a block.
  /// - Throws: ``CSVError`` that names the line, or ``Interruption``.
  func next() throws -> [Row] {
    while true {
      try cancellation.check()
      let block = try lines.take(Self.rowCount, byteLimit: CSVLines.blockByteCount)
      if block.count == 0 { return [] }
      let rows = try block.joined().split(separator: 0x0A, omittingEmptySubsequences: false)
        .prefix(block.count).enumerated().compactMap { try row($1, line: block.first + $0) }
      if !rows.isEmpty { return rows }
    }
  }

  private func row(_ bytes: ArraySlice<UInt8>, line: Int) throws(CSVError) -> Row? {
    let text = Array(bytes.last == 0x0D ? bytes.dropLast() : bytes)
    if text.allSatisfy({ $0 == 0x20 }) { return nil }
    guard text.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else { throw .notText(line: line) }
    // What is repaired would be the same for different bytes, and so two classes one.
    guard String(validating: text, as: UTF8.self) != nil else { throw .notUTF8(line: line) }
    let separator = delimiter ?? CSVHead.delimiter(of: text)
    delimiter = separator
    let fields = try CSVHead.fields(text, separator, line: line)
    let expected = columnCount ?? fields.count
    columnCount = expected
    guard fields.count == expected else {
      throw .columnCount(line: line, found: fields.count, expected: expected)
    }
    return fields.allSatisfy(\.isEmpty) ? nil : Row(line: line, fields: fields)
  }
}
