/// What is wrong with a table of labels.
enum LabelTableError: Error, Sendable, Equatable, CustomStringConvertible {
  case noImages(expected: String, found: String)
  case severalImages(String, String)
  case tooManyColumns(Int)
  case headerUnknown(String)
  case sameColumn(String)
  case labelUnknown([String], image: String)
  case noLabel(String, line: Int)
  case repeated(String, line: Int, next: Int)
  case shared(line: Int, String, String)
  case missing(count: Int, example: String)
  case notWhole(line: Int, String)
  case mixed(line: Int, String, String)
  case notGiven(line: Int, String)
  case tooManyClasses(line: Int)

  var description: String {
    switch self {
    case .noImages(let expected, let found):
      "names none of the images: expected such as '\(expected.printable)', with folder and ending or without,"
        + " found '\(found.printable)' (--source-image takes another column)"
    case .severalImages(let name, let other):
      "columns '\(name.printable)' and '\(other.printable)' both name images (--source-image takes the right"
        + " one, by its name or position)"
    case .tooManyColumns(let count):
      "has \(count) columns that may name the images (--source-image takes the name or position of one)"
    case .headerUnknown(let line):
      "begins with '\(line.printable)': are these the names of columns? (--source-header on or off)"
    case .sameColumn(let name):
      "column '\(name.printable)' names the images, and cannot be their label as well (see --source-label)"
    case .labelUnknown(let names, let image):
      "column '\(image.printable)' names the images; which one is the label"
        + (names.isEmpty ? "?" : ", of \(Spelling.list(names))?")
        + " (--source-label takes its name or position)"
    case .noLabel(let image, let line):
      "line \(line) has no label for '\(image.printable)' (add it, or move the image away)"
    case .repeated(let name, let line, let next):
      "names '\(name.printable)' in line \(line) and again in line \(next) (remove one, or give"
        + " another column as --source-image)"
    case .shared(let line, let image, let other):
      "line \(line) is about two images, '\(image.printable)' and '\(other.printable)' (name them with"
        + " folder and ending, or take one folder as --images)"
    case .missing(let count, let example):
      "has no row for \(count) of the images, such as '\(example.printable)' (add them, or move the"
        + " images away)"
    case .notWhole(let line, let text):
      "line \(line): '\(text.printable)' is no whole number, expected a label (see --source-label)"
    case .mixed(let line, let text, let other):
      "line \(line): label '\(text.printable)' among others such as '\(other.printable)': expected all numbers"
        + " or all names (--classes takes the names of all)"
    case .notGiven(let line, let text):
      "label '\(text.printable)' is not among those that --classes gives, and others are, as line \(line) shows"
    case .tooManyClasses(let line):
      "line \(line): more than \(LabelSchema.maximumClassCount) names of classes (--source-label takes another"
        + " column)"
    }
  }
}
