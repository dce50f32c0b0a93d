/// A source that was read and is no data set by itself: what is in it, for the user to choose from.
package protocol OutlinedError: Error, CustomStringConvertible, Sendable {
  /// What the source holds, a line each.
  var outline: [String] { get }
}
