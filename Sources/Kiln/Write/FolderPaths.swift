/// A folder template filled in for one data set: splits, labels and widths are settled once.
struct FolderPaths: Sendable {
  private enum Piece: Sendable {
    case text([UInt8])
    case split
    case label
    case className
    case index(width: Int)
    case digest
  }

  private let pieces: [Piece]
  /// Pieces up to the last slash, where the directory depends on split and label only.
  private let directoryPieceCount: Int?
  private let splits: [[UInt8]]
  /// The texts of the labels that the data set has; others are made when they come.
  private let labels: [[UInt8]]
  private let classes: [[UInt8]]
  private let firstLabel: Int64
  private let hasNames: Bool
  private let labelText: @Sendable (Int64) -> String
  private let classText: @Sendable (Int64) -> String
  /// Hexadecimal digits of a sample's digest: 128 bits, like the MD5 sums that tutorials use.
  static let digestLength = 32

  init(_ template: FolderTemplate, _ dataset: Dataset) {
    let schema = dataset.schema.labels
    let range = schema?.range
    let indexWidth = String(max(0, (dataset.splits.map(\.count).max() ?? 0) - 1)).count
    let largest = range.map { max($0.lowerBound.magnitude, $0.upperBound.magnitude) } ?? 0
    let labelWidth = String(largest).count
    var pieces: [Piece] = []
    var slash: Int?
    var givenLabelWidth = labelWidth
    for piece in template.pieces {
      switch piece {
      case .text(let text):
        for (position, part) in text.pathComponents(keepingEmpty: true).enumerated() {
          if position > 0 {
            pieces.append(.text([UInt8(ascii: "/")]))
            slash = pieces.count
          }
          if !part.isEmpty { pieces.append(.text(Array(part.utf8))) }
        }
      case .field(.split, _): pieces.append(.split)
      case .field(.label, let width):
        givenLabelWidth = width ?? labelWidth
        pieces.append(.label)
      case .field(.class, _): pieces.append(.className)
      case .field(.index, let width): pieces.append(.index(width: width ?? indexWidth))
      case .field(.digest, _): pieces.append(.digest)
      }
    }
    let isConstant = !pieces[..<(slash ?? 0)].contains {
      switch $0 {
      case .index, .digest: true
      default: false
      }
    }
    self.pieces = pieces
    directoryPieceCount = isConstant ? slash ?? 0 : nil
    splits = dataset.splits.map { Array($0.name.utf8) }
    labelText = { [givenLabelWidth] label in Self.padded(label, to: givenLabelWidth) }
    // Folders that sort in the order of the labels, as those of labels do.
    let hasNames = schema?.classNames.isEmpty == false
    self.hasNames = hasNames
    classText = { label in
      guard hasNames else { return Self.padded(label, to: labelWidth) }
      return ClassSlug.make(schema?.className(of: label) ?? "", label: label)
    }
    let known = schema?.range(ofAtMost: LabelSchema.maximumClassCount)
    firstLabel = known?.lowerBound ?? 0
    labels = known?.map { [labelText] in Array(labelText($0).utf8) } ?? []
    classes =
      template.uses(.class) ? known?.map { [classText] in Array(classText($0).utf8) } ?? [] : []
  }

  private static func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
  }

  /// The directories that exist whatever the samples are, one for each split and label; nil where
  /// the index or digest decides.
  ///
  /// Beside classes that have names, a negative label stands for none: it has a directory where a sample has it.
  var directories: [String]? {
    guard let count = directoryPieceCount else { return nil }
    let usesLabel = pieces[..<count].contains {
      switch $0 {
      case .label, .className: true
      default: false
      }
    }
    // Labels too far apart to have a folder each: folders are made as they come.
    guard !usesLabel || !labels.isEmpty else { return nil }
    var result: [String] = []
    var seen: Set<String> = []
    for split in splits.indices {
      for label in labels.isEmpty ? [0] : labels.indices.map({ firstLabel + Int64($0) })
      where !hasNames || label >= 0 {
        let name = directory(split: split, label: label) ?? ""
        if seen.insert(name).inserted { result.append(name) }
      }
    }
    return result
  }

  /// The directory of a split's samples of one label, without a slash at its end; nil where the index
  /// or digest decides.
  func directory(split: Int, label: Int64) -> String? {
    guard let count = directoryPieceCount else { return nil }
    var path: [UInt8] = []
    append(pieces[..<count], split: split, index: 0, label: label, digest: [], to: &path)
    return String(decoding: path.dropLast(), as: UTF8.self)
  }

  /// Appends the path of a sample, with a zero byte at its end.
  ///
  /// `inDirectory` leaves out what ``directory(split:label:)`` says.
  func append(
    split: Int, index: Int, label: Int64, digest: [UInt8], inDirectory: Bool,
    to path: inout [UInt8]
  ) {
    let first = inDirectory ? directoryPieceCount ?? 0 : 0
    append(pieces[first...], split: split, index: index, label: label, digest: digest, to: &path)
    path.append(0)
  }

  private func append(
    _ pieces: ArraySlice<Piece>, split: Int, index: Int, label: Int64, digest: [UInt8],
    to path: inout [UInt8]
  ) {
    for piece in pieces {
      switch piece {
      case .text(let text): path += text
      case .split: path += splits[split]
      case .label: path += text(of: label, in: labels, else: labelText)
      case .className: path += text(of: label, in: classes, else: classText)
      case .index(let width): Self.append(index, width: width, to: &path)
      case .digest: path += digest
      }
    }
  }

  private func text(
    of label: Int64, in known: [[UInt8]], else make: (Int64) -> String
  ) -> [UInt8] {
    let (position, overflow) = label.subtractingReportingOverflow(firstLabel)
    guard !overflow, known.indices.contains(Int(truncatingIfNeeded: position)) else {
      return Array(make(label).utf8)
    }
    return known[Int(position)]
  }

  private static func append(_ number: Int, width: Int, to path: inout [UInt8]) {
    var digitCount = 1
    var limit = 10
    while number >= limit, digitCount < 19 {
      digitCount += 1
      limit = limit.multipliedReportingOverflow(by: 10).partialValue
    }
    let start = path.count
    let length = max(width, digitCount)
    for _ in 0..<length { path.append(0x30) }
    var rest = number
    var position = start + length - 1
    while rest > 0 {
      path[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      position -= 1
    }
  }
}
