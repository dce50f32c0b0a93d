/// Two files that should go together and do not.
struct MismatchError: Error, Sendable, Equatable, CustomStringConvertible {
  let what: String
  let found: Int
  let expected: Int
  let other: String

  var description: String { "holds \(found) \(what), expected \(expected) as in \(other)" }
}
