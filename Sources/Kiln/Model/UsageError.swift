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
