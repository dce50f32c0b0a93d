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
