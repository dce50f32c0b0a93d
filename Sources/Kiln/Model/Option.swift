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
          option: flag, value: value, expected: Spelling.series(words, "or"),
          nearest: Spelling.nearest(to: value, among: words))
      }
    case .text: return
    }
  }
}
