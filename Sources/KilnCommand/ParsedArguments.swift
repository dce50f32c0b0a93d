import Kiln

/// The words of a command line, sorted into flags and operands and checked against a table.
struct ParsedArguments: Sendable {
  /// The words without dashes, in order.
  private(set) var operands: [String] = []
  /// The flags in the order given; the value of a flag that takes none is `on`.
  private(set) var flags: [(name: String, value: String)] = []

  /// Reads the words behind a command's name.
  ///
  /// `--flag value` and `--flag=value` mean the same, and `-j4` is `-j 4`; `--` ends the flags.
  /// - Throws: `UsageError` for flags outside the table and values that they do not take.
  init(_ words: [String], table: [Flag]) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      try read(word, &rest, table)
    }
  }

  private mutating func read(
    _ word: String, _ rest: inout ArraySlice<String>, _ table: [Flag]
  ) throws(UsageError) {
    let (name, attached) = Self.parts(of: word, table)
    guard let flag = table.first(where: { $0.word == name || $0.letter.map { "-\($0)" } == name })
    else {
      // All of them would be a page, which --help shows.
      let nearest = Spelling.nearest(to: name, among: table.map(\.word))
      throw .unknown(
        what: "option", name: name,
        among: name.count > 2 ? nearest.map { [$0] } ?? [] : [])
    }
    guard flag.takesValue else {
      if let attached { throw .conflict("\(flag.word) takes no value, found '\(attached)'") }
      flags.append((flag.name, "on"))
      return
    }
    let value: String
    if let attached {
      value = attached
    } else if let next = rest.first, !next.hasPrefix("--") {
      value = next
      rest.removeFirst()
    } else {
      throw .missing(what: "the value of \(flag.word) (\(flag.word) \(flag.placeholder))")
    }
    try flag.check(value)
    flags.append((flag.name, value))
  }

  /// A flag as it is typed, and the value in the same word.
  private static func parts(of word: String, _ table: [Flag]) -> (name: String, value: String?) {
    if let sign = word.firstIndex(of: "=") {
      return (String(word[..<sign]), String(word[word.index(after: sign)...]))
    }
    // A long flag with a dash too few is no letter with a value.
    guard !word.hasPrefix("--"), word.count > 2, !table.contains(where: { $0.word == "-" + word })
    else { return (word, nil) }
    let letter = word.prefix(2)
    guard table.contains(where: { $0.takesValue && $0.letter == letter.last }) else {
      return (word, nil)
    }
    return (String(letter), String(word.dropFirst(2)))
  }

  /// The value of a flag; of several the last, as if it were the only one.
  func value(_ name: String) -> String? { flags.last { $0.name == name }?.value }

  /// All values of a flag that may be repeated, in the order given.
  func values(_ name: String) -> [String] { flags.filter { $0.name == name }.map(\.value) }

  /// Whether a flag is given.
  func has(_ name: String) -> Bool { value(name) != nil }

  /// How many workers are asked for; nil for one a core.
  var jobs: Int? { value("jobs").flatMap { Int($0) } }

  /// The source that operands and the flags of `FlagGroup.sources` name together.
  /// - Throws: `UsageError` where they name none, or more than one.
  func sourceRequest() throws -> SourceRequest {
    // Beside the name of a known data set, --from says where its files are.
    let known = has("from") && operands.count == 1 ? operands[0] : nil
    if has("from"), !operands.isEmpty, known.map(KnownDataset.isName) != true {
      throw UsageError.conflict(
        "give either a source or --from, not both (kiln datasets lists the names that go with it)")
    }
    var given: [String: String] = [:]
    for option in SourceRequest.options() {
      // Who gives two directories of images means both.
      guard option.kind == .toggle || values(option.flag).count < 2 else {
        throw UsageError.conflict("--\(option.flag) is given twice, and takes one value")
      }
      given[option.key] = value(option.flag)
    }
    return try SourceRequest(
      paths: known == nil ? operands + values("from") : values("from"), known: known,
      given: given)
  }

  /// How files are fetched, by the flags of `FlagGroup.fetching`.
  func fetchSettings() -> FetchSettings {
    var settings = FetchSettings()
    if has("offline") { settings.network = .offline }
    if let file = value("cacert") { settings.authorities.file = file }
    if let mirror = value("mirror") { settings.mirror = mirror }
    // The table has made sure that it is a number.
    if let rate = value("min-speed").flatMap({ Int($0) }) { settings.minimumRate = rate * 1000 }
    return settings
  }
}
