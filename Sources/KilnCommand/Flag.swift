import Kiln

/// A word that begins with dashes: parsing, `--help`, completions and the man page are made from it.
struct Flag: Sendable, Equatable {
  /// The name without its dashes.
  let name: String
  /// The one letter that means the same, if any.
  let letter: Character?
  /// How the value is shown; empty for a flag that takes none.
  let placeholder: String
  /// What values it takes.
  let kind: Option.Kind
  /// The value where none is given.
  let defaultValue: String?
  /// One line of help.
  let summary: String

  init(
    _ name: String, letter: Character? = nil, placeholder: String = "",
    kind: Option.Kind = .text, defaultValue: String? = nil, summary: String
  ) {
    self.name = name
    self.letter = letter
    self.placeholder = placeholder
    self.kind = kind
    self.defaultValue = defaultValue
    self.summary = summary
  }

  /// The flag of a format's or source's setting.
  init(_ option: Option) {
    self.init(
      option.flag, placeholder: Self.placeholder(for: option), kind: option.kind,
      defaultValue: option.defaultValue, summary: option.summary)
  }

  /// The flag of a setting that a run has or has not: one that is off else takes no value.
  init(switching option: Option) {
    guard option.kind == .toggle, option.defaultValue == "off" else {
      self.init(option)
      return
    }
    self.init(option.flag, kind: .toggle, summary: option.summary)
  }

  /// The flag of a conversion.
  init(_ conversion: ConversionFormat) {
    self.init(
      conversion.name, placeholder: conversion.placeholder, kind: conversion.option.kind,
      summary: conversion.option.summary)
  }

  private static func placeholder(for option: Option) -> String {
    switch option.kind {
    case .toggle: "on|off"
    case .integer(let range) where range.upperBound < 1000:
      "\(range.lowerBound)..\(range.upperBound)"
    case .integer: "N"
    case .choice(let words): words.joined(separator: "|")
    // `--folder-template` takes a TEMPLATE.
    case .text: option.flag.split(separator: "-").last.map { $0.uppercased() } ?? "TEXT"
    }
  }

  /// Whether a value follows.
  var takesValue: Bool { !placeholder.isEmpty }

  /// The flag as it is typed, such as `--jobs`.
  var word: String { "--" + name }

  /// The flag as help shows it, such as `-j, --jobs N`.
  var spelling: String {
    let words = (letter.map { "-\($0), " } ?? "") + word
    return takesValue ? words + " " + placeholder : words
  }

  /// The summary with the default, as help shows it.
  var explanation: String {
    guard let defaultValue, !defaultValue.isEmpty else { return summary }
    return summary + " (default \(defaultValue))"
  }

  /// The words that can follow, where they are few.
  var choices: [String] {
    switch kind {
    case .toggle where takesValue: ["on", "off"]
    case .choice(let words): words
    default: []
    }
  }

  /// Checks a value.
  /// - Throws: `UsageError` that names the flag and what it takes.
  func check(_ value: String) throws(UsageError) {
    guard takesValue else { return }
    try Option(flag: name, key: name, kind: kind, defaultValue: nil, summary: summary).check(value)
  }
}

/// Flags under one heading of the help.
struct FlagGroup: Sendable, Equatable {
  /// The heading, without its colon.
  let title: String
  /// The flags, in the order of the help.
  let flags: [Flag]
}
