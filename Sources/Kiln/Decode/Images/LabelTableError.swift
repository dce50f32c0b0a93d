/// What is wrong with a table of labels.
enum LabelTableError: Error, Sendable, Equatable, CustomStringConvertible {
  case noImages(example: String)
  case labelUnknown([String]?, image: Int)
  case noLabel(line: Int)
  case repeated(String, lines: [Int])
  case shared(line: Int, images: [String])
  case missing(count: Int, example: String)
  case tooManyClasses(Int)
  case tooLong

  var description: String {
    switch self {
    case .noImages(let example):
      "names no image in its first rows, or several at once; expected such as '\(example.printable)',"
        + " with its folder and ending or without"
    case .labelUnknown(let names, let image):
      "column \(image) names the images; which one is the label?"
        + (names.map { $0.isEmpty ? "" : " There are \(Spelling.list($0))" } ?? "")
        + " (--source-label first, last, or its name)"
    case .noLabel(let line): "line \(line) has no label"
    case .repeated(let name, let lines):
      "names '\(name.printable)' in line \(lines[0]) and in line \(lines[1]) (remove one)"
    case .shared(let line, let images):
      "line \(line) is the label of two images, \(Spelling.series(images)) (name them with their folders)"
    case .missing(let count, let example):
      "has no row for \(count) of the images, such as '\(example.printable)' (add them, or move the"
        + " images away)"
    case .tooManyClasses(let count):
      "has \(count) different labels that are no numbers, expected at most"
        + " \(LabelSchema.maximumClassCount) (--source-label names another column)"
    case .tooLong: "is too long: the names of its images have more than \(UInt32.max) bytes"
    }
  }
}
