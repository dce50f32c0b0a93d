/// Where each sample of an image folder goes, such as `{split}/{label}/{index}.png`.
///
/// Fields: `{split} {label} {class} {index} {digest}`; numbers take a width, as in `{index:06}`.
/// Without one the index is as wide as the largest index of the data set, and the label as the
/// largest label, so that names sort in the order of the samples.
struct FolderTemplate: Sendable, Equatable {
  enum Field: String, CaseIterable, Sendable {
    case split, label, `class`, index, digest
  }

  enum Piece: Sendable, Equatable {
    case text(String)
    case field(Field, width: Int?)
  }

  /// More zeros than any index has digits would only make names unreadable.
  static let maximumWidth = 20

  /// What a template is for.
  enum Purpose: String, Sendable {
    /// Names files that are written.
    case output = "folder-template"
    /// Finds fields in the names of files that are read.
    case pattern
  }

  let text: String
  let pieces: [Piece]
  private let purpose: Purpose

  /// The template of an output for which none is given.
  static func usualText(_ fileExtension: String) -> String {
    "{split}/{label}/{index}.\(fileExtension)"
  }

  /// Reads a template.
  /// - Throws: ``UsageError`` that shows what is wrong.
  init(parsing text: String, _ purpose: Purpose = .output) throws(UsageError) {
    self.text = text
    self.purpose = purpose
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
        throw Self.bad(text, purpose, "its braces in pairs")
      }
      pieces.append(try Self.field(rest[rest.index(after: open)..<close], in: text, purpose))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
    try checkPath()
  }

  private static func field(
    _ content: Substring, in text: String, _ purpose: Purpose
  ) throws(UsageError) -> Piece {
    let parts = content.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    guard let field = Field(rawValue: name) else {
      let known = Field.allCases.map(\.rawValue)
      throw .badValue(
        option: purpose.rawValue, value: "{\(name)}",
        expected: "the fields " + known.map { "{\($0)}" }.joined(separator: " "),
        nearest: Spelling.nearest(to: name, among: known).map { "{\($0)}" })
    }
    guard parts.count == 2 else { return .field(field, width: nil) }
    guard field == .index || field == .label, let width = Int(parts[1]),
      (1...maximumWidth).contains(width)
    else {
      throw bad(text, purpose, "a width from 1 to \(maximumWidth) for {index} or {label} only")
    }
    return .field(field, width: width)
  }

  /// Refuses paths that are absolute or leave the directory.
  private func checkPath() throws(UsageError) {
    if let first = text.utf8.first, "/~".utf8.contains(first) {
      throw Self.bad(text, purpose, "a relative path")
    }
    for component in text.pathComponents(keepingEmpty: true) {
      if component == ".." { throw Self.bad(text, purpose, "a path that stays in its directory") }
      if component.isEmpty || component == "." {
        throw Self.bad(text, purpose, "a name between slashes")
      }
      if component.utf8.first == UInt8(ascii: ".") {
        throw Self.bad(text, purpose, "names that are not hidden")
      }
    }
    for case .text(let literal) in pieces
    where literal.unicodeScalars.contains(where: {
      $0.value < 32 || "\\:*?\"<>|".contains(Character($0))
    }) {
      throw Self.bad(text, purpose, "characters that every file system allows")
    }
  }

  private static func bad(_ text: String, _ purpose: Purpose, _ expected: String) -> UsageError {
    .badValue(option: purpose.rawValue, value: text, expected: expected)
  }

  func uses(_ field: Field) -> Bool {
    pieces.contains { if case .field(field, _) = $0 { true } else { false } }
  }

  /// Whether equal pictures with equal labels are meant to share one file.
  var sharesDuplicates: Bool { uses(.digest) && !uses(.index) }

  /// Whether a path tells which label its sample has.
  var keepsLabels: Bool { uses(.label) || uses(.class) }

  /// Refuses a template that gives two samples of a data set one path, or needs what it lacks.
  func check(_ dataset: Dataset, fileExtensions: [String]) throws {
    guard fileExtensions.contains(where: { text.hasSuffix("." + $0) }) else {
      throw Self.bad(text, purpose, "an ending in .\(fileExtensions[0])")
    }
    guard uses(.index) || uses(.digest) else {
      throw Self.bad(text, purpose, "{index} or {digest}, or else samples would share a path")
    }
    if dataset.splits.count > 1, !uses(.split), !sharesDuplicates {
      throw Self.bad(text, purpose, "{split}, or else the splits would share paths")
    }
    try checkAdjacentFields()
    guard keepsLabels else { return }
    guard let labels = dataset.schema.labels else {
      throw UnsupportedError(
        "this source has no labels (try --folder-template '{split}/{index}.\(fileExtensions[0])')")
    }
    guard labels.columns.count == 1, !labels.isOneHot else {
      throw UnsupportedError(
        labels.isOneHot
          ? "one-hot labels cannot name folders (leave out --one-hot)"
          : "a folder needs one label, found \(labels.columns.count) columns"
            + " (choose one: --label-column \(labels.columns[0]))")
    }
    // Without names, the folders are called as those of labels.
    if uses(.class), !labels.classNames.isEmpty { try checkSlugs(labels) }
  }

  /// Two numbers of open width side by side read two ways: 1 and 12, 11 and 2; and so do they with a digit
  /// between them, or behind them.
  private func checkAdjacentFields() throws(UsageError) {
    for (position, (first, second)) in zip(pieces, pieces.dropFirst()).enumerated() {
      guard case .field(let field, _) = first else { continue }
      switch second {
      case .field: throw Self.bad(text, purpose, "a character between two fields")
      case .text(let literal):
        let byte = literal.utf8.first ?? 0
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let goesOn =
          switch field {
          case .index, .label: isDigit
          case .digest: isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
          // A name may end in a digit: up to the number behind it there must be something else.
          case .split, .class:
            literal.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
              && position + 2 < pieces.count
          }
        if goesOn {
          throw Self.bad(
            text, purpose, "a character behind {\(field.rawValue)} that cannot belong to it")
        }
      }
    }
  }

  private func checkSlugs(_ labels: LabelSchema) throws {
    guard let range = labels.range(ofAtMost: LabelSchema.maximumClassCount) else { return }
    var seen: [String: String] = [:]
    for label in range {
      let name = labels.className(of: label)
      let slug = ClassSlug.make(name, label: label)
      if let other = seen.updateValue(name, forKey: slug) {
        throw UnsupportedError(
          "classes '\(other)' and '\(name)' would share the folder '\(slug)'"
            + " (use {label} in the template)")
      }
    }
  }
}
