/// Something that a source, conversion or format cannot do, with what to do about it.
public struct UnsupportedError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence a user sees.
  public let description: String

  /// Says what does not fit and what does.
  public init(_ description: String) { self.description = description }
}
