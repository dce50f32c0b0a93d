/// What is wrong with a table of numbers.
enum CSVError: Error, Sendable, Equatable, CustomStringConvertible {
  case empty
  case utf16
  case notText(line: Int)
  case notUTF8(line: Int)
  case lineTooLong(line: Int, limit: Int)
  case emptyLine(Int)
  case columnCount(line: Int, found: Int, expected: Int)
  case tooManyColumns
  case notNumber(line: Int, column: Int, text: String)
  case severalNumbers(line: Int, column: Int, count: Int)
  case labelNotNumber(line: Int, column: Int, text: String, isOneOfSeveral: Bool)
  case labelNotWhole(line: Int, column: Int, text: String)
  case doesNotFit(line: Int, column: Int, text: String, type: ElementType)
  case unclosedQuote(line: Int, column: Int)
  case noRows
  case labelUnknown(columnCount: Int)
  case severalLabels([String])
  case pixelCount(columnCount: Int, pixelCount: Int)
  case labelsInside([String])
  case labelIsPixel(String, beside: [String])
  case pixelOrder(String, before: String)
  case shape(columnCount: Int, shape: [Int])

  var description: String {
    switch self {
    case .empty: "is empty, expected a table"
    case .utf16: "is UTF-16 text, expected UTF-8 (save it as UTF-8)"
    case .notText(let line): "line \(line) is no text, expected a table of columns"
    case .notUTF8(let line): "line \(line) is no UTF-8 text (save it as UTF-8)"
    case .lineTooLong(let line, let limit):
      "line \(line) is longer than \(limit) bytes, which no row needs"
    case .emptyLine(let line): "line \(line) is empty, but rows follow it (remove it)"
    case .columnCount(let line, let found, let expected):
      "line \(line) has \(found) columns, expected \(expected) as in the first line"
    case .tooManyColumns: "has more than \(CSVLayout.maximumColumnCount) columns"
    case .notNumber(let line, let column, let text):
      "line \(line), column \(column): '\(text.printable)' is no number"
        + (line == 1 ? " (--source-header on if the first line names the columns)" : "")
    case .severalNumbers(let line, let column, let count):
      "line \(line), column \(column) holds \(count) numbers, expected one (give each a column)"
    case .labelNotNumber(let line, let column, let text, let isOneOfSeveral):
      "line \(line), column \(column): '\(text.printable)' is no number, expected a label"
        + (isOneOfSeveral
          ? " (--source-label takes the name of the only one to be read)"
          : " (number the classes from 0 and name them with --classes)")
    case .labelNotWhole(let line, let column, let text):
      "line \(line), column \(column): '\(text.printable)' is no whole number, expected a label"
    case .doesNotFit(let line, let column, let text, let type):
      "line \(line), column \(column): '\(text.printable)' does not fit into \(type)"
        + " (file changed meanwhile?)"
    case .unclosedQuote(let line, let column):
      "line \(line), column \(column): expected \" and the end of the column (line ends in quotes are not read)"
    case .noRows:
      "is one line that names no pixels, expected rows of numbers"
    case .severalLabels(let names):
      "has several columns that could be the label: \(Spelling.list(names))"
        + " (--source-label first, last, none, or its name)"
    case .labelUnknown(let count):
      "has \(count) columns: which one is the label?"
        + " (--source-label first, last, none, or its name)"
    case .pixelCount(let columnCount, let pixelCount):
      "has \(columnCount) columns, expected the \(pixelCount) pixels of --source-shape, with a label or"
        + " without one"
    case .labelsInside(let names):
      "has columns beside its pixels, not all at one end: \(Spelling.list(names)); which one is the"
        + " label? (--source-label takes a name)"
    case .labelIsPixel(let name, let others):
      "column '\(name.printable)' is a pixel by its name, and no label; beside the pixels:"
        + " \(Spelling.list(others)) (--source-label takes a name)"
    case .pixelOrder(let name, let next):
      "has column '\(name.printable)' before '\(next.printable)': its pixels are not in order"
        + " (sort the columns by number)"
    case .shape(let columnCount, let shape):
      "has \(columnCount) pixel columns, which are no sample of"
        + " \(shape.map(String.init).joined(separator: "x")) (see --source-shape)"
    }
  }
}
