/// One setting of a format or conversion: the command line, `--help`, completions, pipelines and the
/// JSON Schema are all made from it.
public struct Option: Sendable {
  /// What values a setting takes.
  public enum Kind: Sendable, Equatable {
    /// `on` or `off`; in JSON a Boolean.
    case toggle
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// One of a few words.
    case choice([String])
    /// Any text.
    case text
  }

  /// The flag without its dashes, such as `jpeg-quality`.
  public let flag: String
  /// The key in a pipeline, such as `quality`.
  public let key: String
  /// What values it takes.
  public let kind: Kind
  /// The value where none is given, as text; nil where it is made from the data set.
  public let defaultValue: String?
  /// One line of help.
  public let summary: String
  /// The value that another setting of the table must have for this one to mean anything.
  public let condition: Condition?

  /// What another setting must be.
  public struct Condition: Sendable, Equatable {
    let key: String
    let value: String

    /// Names the other setting by its key.
    public init(_ key: String, is value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Describes a setting.
  public init(
    flag: String, key: String, kind: Kind, defaultValue: String?, summary: String,
    where condition: Condition? = nil
  ) {
    self.flag = flag
    self.key = key
    self.kind = kind
    self.defaultValue = defaultValue
    self.summary = summary
    self.condition = condition
  }

  /// Checks a value, given as text.
  /// - Throws: ``UsageError`` that names the flag and what it takes.
  public func check(_ value: String) throws(UsageError) {
    switch kind {
    case .toggle:
      guard value == "on" || value == "off" else {
        throw .badValue(option: flag, value: value, expected: "on or off")
      }
    case .integer(let range):
      guard let number = Int(value), range.contains(number) else {
        throw .badValue(
          option: flag, value: value,
          expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
    case .choice(let words):
      guard words.contains(value) else {
        throw .badValue(
          option: flag, value: value, expected: words.joined(separator: " or "),
          nearest: Spelling.nearest(to: value, among: words))
      }
    case .text: return
    }
  }
}

/// The checked settings of one output or conversion: a value for every option of its table.
public struct OptionValues: Sendable, Equatable {
  private let values: [String: String]

  /// Checks what was given and fills in the defaults.
  /// - Parameters:
  ///   - options: the table.
  ///   - given: values by key.
  /// - Throws: ``UsageError`` for a key outside the table or a value that its option does not take.
  public init(_ options: [Option], given: [String: String] = [:]) throws(UsageError) {
    var values: [String: String] = [:]
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let option = options.first(where: { $0.key == key }) else {
        throw .unknown(what: "option", name: key, among: options.map(\.key))
      }
      try option.check(value)
      values[key] = value
    }
    for option in options where values[option.key] == nil {
      values[option.key] = option.defaultValue
    }
    self.values = values
    for option in options where given[option.key] != nil {
      guard let condition = option.condition, values[condition.key] != condition.value,
        let other = options.first(where: { $0.key == condition.key })
      else { continue }
      throw .conflict(
        "--\(option.flag) means nothing unless --\(other.flag) is \(condition.value)")
    }
  }

  /// The value of an option, or nil where it has neither a value nor a default.
  public func text(_ key: String) -> String? { values[key] }

  /// Whether a toggle is on.
  public func isOn(_ key: String) -> Bool { values[key] == "on" }

  /// A whole number; the table has made sure that it is one.
  public func integer(_ key: String) -> Int {
    guard let value = values[key].flatMap({ Int($0) }) else {
      preconditionFailure("option \(key) has no whole number")
    }
    return value
  }

  /// All values by key, in the order of the keys.
  public var all: [(key: String, value: String)] {
    values.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }
}

/// Words on the command line or in a pipeline that mean nothing here: exit status 2.
public enum UsageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A name that is not in its table.
  case unknown(what: String, name: String, among: [String])
  /// A value that an option does not take.
  case badValue(option: String, value: String, expected: String, nearest: String? = nil)
  /// Something must be given and was not.
  case missing(what: String)
  /// Words that exclude each other, or do not fit the data.
  case conflict(String)

  /// The sentence a user sees.
  public var description: String {
    switch self {
    case .unknown(let what, let name, let known):
      "unknown \(what) '\(name)'" + Spelling.hint(for: name, among: known)
    case .badValue(let option, let value, let expected, let nearest):
      "--\(option) takes \(expected), not '\(value)'" + Spelling.hint(meant: nearest)
    case .missing(let what): "\(what) is missing"
    case .conflict(let sentence): sentence
    }
  }
}
