/// A pipeline file that cannot be understood: exit status 2.
public struct PipelineError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong at a place.
  public enum Fault: Sendable, Equatable {
    /// The file is no JSON.
    case notJSON(reason: String)
    /// The file is larger than any pipeline.
    case tooLarge(limit: Int)
    /// The place has no meaning.
    case unknownKey(String, among: [String])
    /// The place names something that does not exist.
    case unknownName(what: String, name: String, among: [String])
    /// The place holds another kind of value.
    case wrongKind(expected: String, found: String)
    /// The place holds a value that its setting does not take.
    case badValue(value: String, expected: String, nearest: String?)
    /// Something must be there and is not.
    case missing(key: String)
    /// What the settings found wrong themselves.
    case refused(reason: String)
  }

  /// The pipeline's file.
  public let file: String
  /// Where in the file, such as `to[0].quality`; empty for the whole.
  public let place: String
  /// What is wrong there.
  public let fault: Fault

  /// `file: place: sentence`.
  public var description: String {
    ([file, place].filter { !$0.isEmpty } + [sentence]).joined(separator: ": ")
  }

  private var sentence: String {
    switch fault {
    case .notJSON(let reason): "not JSON: \(reason)"
    case .tooLarge(let limit): "larger than \(limit) bytes, so it is no pipeline"
    case .unknownKey(let key, let known): "unknown key" + Spelling.hint(for: key, among: known)
    case .unknownName(let what, let name, let known):
      "unknown \(what) '\(name)'" + Spelling.hint(for: name, among: known)
    case .wrongKind(let expected, let found): "expected \(expected), found \(found)"
    case .badValue(let value, let expected, let nearest):
      "takes \(expected), not '\(value)'" + Spelling.hint(meant: nearest)
    case .missing(let key): "'\(key)' is missing"
    case .refused(let reason): reason
    }
  }
}
