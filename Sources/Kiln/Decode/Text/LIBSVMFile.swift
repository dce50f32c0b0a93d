// LIBSVM's text (https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/), one sample a line:
//
//   label index:value index:value ...
//
// Indices ascend, and count from 1, or from 0 as scikit-learn writes them unless it is told otherwise; what is
// left out is zero. A # begins a comment, and scikit-learn writes lines of nothing else before the first sample.

/// One text of sparse rows, looked through.
struct LIBSVMFile: Sendable {
  let file: Resource
  let statistics: CSVStatistics
  /// The lowest and highest index of a value; nil where all are zero.
  let indices: ClosedRange<Int>?
  /// Lines before the first row.
  private let leadingLineCount: Int

  /// Reads the whole file once.
  /// - Throws: ``StageError`` that names the file, and in it the line.
  init(_ file: Resource, _ cancellation: Cancellation) throws {
    self.file = file
    (statistics, indices, leadingLineCount) = try at(.decode, file.name) {
      var statistics = CSVStatistics(labelCount: 1)
      var indices: ClosedRange<Int>?
      var leadingLineCount = 0
      // Only the start and the end of a file may have lines without a row.
      var firstEmpty: Int?
      let lines = try CSVLines(try file.open())
      while true {
        try cancellation.check()
        let block = try lines.take(.max, byteLimit: CSVLines.blockByteCount)
        if block.count == 0 { return (statistics, indices, leadingLineCount) }
        let text = block.joined()
        var labels: [Int64] = []
        try LIBSVMRows.forEachToken(text, first: block.first) { line, token in
          switch token {
          case .label(let label):
            if let firstEmpty { throw LIBSVMError(firstEmpty, .empty) }
            labels.append(label)
          case .value(let index, let number, let content):
            let known = indices ?? index...index
            indices = min(known.lowerBound, index)...max(known.upperBound, index)
            statistics.add(number, String(decoding: text[content], as: UTF8.self))
          case .end: break
          case .blank:
            if labels.isEmpty, line == leadingLineCount + 1 {
              leadingLineCount = line
            } else {
              firstEmpty = firstEmpty ?? line
            }
          }
        }
        statistics.add(rows: labels.count)
        statistics.add(labels: labels)
      }
    }
  }

  /// Whether bytes begin such a text: rows of a label and values, of which the first may all be zero.
  /// - Parameters:
  ///   - start: the first bytes of the text.
  ///   - isWhole: whether there are no more.
  /// - Returns: whether rows up to one that has a value are such.
  static func begins(_ start: [UInt8], isWhole: Bool) -> Bool {
    var text = start[...]
    while let first = text.first, first == 0x23 || first == 0x0A || first == 0x0D {
      guard let end = text.firstIndex(of: 0x0A) else { return false }
      text = text[(end + 1)...]
    }
    while !text.isEmpty {
      // Of a row that goes on, what is whole must do.
      let end = text.firstIndex(of: 0x0A) ?? (isWhole ? text.endIndex : text.lastIndex(of: 0x20))
      guard let end else { return false }
      var valueCount = 0
      let line = Array(text[..<end])
      let isRow: Void? = try? LIBSVMRows.forEachToken(line, first: 1) { _, token in
        if case .value = token { valueCount += 1 }
      }
      if isRow == nil { return false }
      if valueCount > 0 { return true }
      text = text[end...].dropFirst()
    }
    return false
  }

  /// Reads the rows again, in order.
  /// - Parameters:
  ///   - type: what values are stored as.
  ///   - columns: the indices that the values of a row may have.
  ///   - background: where digests are made.
  /// - Returns: the reader.
  /// - Throws: ``StageError`` where the file cannot be read.
  func reader(
    as type: ElementType, columns: Range<Int>, _ background: Background
  ) throws -> any SampleReader {
    try at(.decode, file.name) {
      let lines = try CSVLines(try file.open(digestingOn: background))
      while lines.lineCount < leadingLineCount {
        let left = leadingLineCount - lines.lineCount
        if try lines.take(left, byteLimit: CSVLines.blockByteCount).count == 0 { break }
      }
      return LineReader(
        file.name, lines, rowCount: statistics.rowCount,
        pixelByteCount: columns.count * type.byteCount,
        labelCount: 1
      ) { text, rows in
        try Self.dense(text, rows, as: type, columns)
      }
    }
  }

  /// Rows with their zeros.
  private static func dense(
    _ text: [UInt8], _ lines: CSVLines.Lines, as type: ElementType, _ columns: Range<Int>
  ) throws -> (pixels: [UInt8], labels: [Int64]) {
    let elementByteCount = type.byteCount
    var labels: [Int64] = []
    let pixels = try makeBytes(capacity: lines.count * columns.count * elementByteCount) { cursor in
      var next = columns.lowerBound
      try LIBSVMRows.forEachToken(text, first: lines.first) { line, token in
        switch token {
        case .label(let label):
          guard labels.count < lines.count else { throw LIBSVMError(line, .changed) }
          labels.append(label)
          next = columns.lowerBound
        case .value(let index, let number, let content):
          guard columns.contains(index) else { throw LIBSVMError(line, .changed) }
          cursor.append(repeating: 0, count: (index - next) * elementByteCount)
          guard number.append(to: &cursor, as: type, text, content) else {
            throw LIBSVMError(line, .changed)
          }
          next = index + 1
        case .end:
          cursor.append(repeating: 0, count: (columns.upperBound - next) * elementByteCount)
        case .blank: throw LIBSVMError(line, .changed)
        }
      }
    }
    return (pixels, labels)
  }
}
