/// A fault in one sample.
public struct SampleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sample's index within its split.
  public let index: Int
  /// What is wrong with it.
  public let reason: String

  /// Blames a sample.
  public init(index: Int, reason: String) {
    self.index = index
    self.reason = reason
  }

  /// The sentence a user sees.
  public var description: String { "sample \(index): \(reason)" }
}
