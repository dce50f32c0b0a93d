/// What a pickle holds that is no data set of a known shape, to be named by hand.
struct PickleOutline: Error, Sendable, CustomStringConvertible {
  /// The tree of the pickle, a line each.
  let lines: [String]
  /// The sentence a user sees.
  let description: String

  init(_ arrays: PickleArrays) {
    lines = []
    description = "x"
  }
}
