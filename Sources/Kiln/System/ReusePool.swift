/// Codec objects that are expensive to set up, kept for the next piece of work on any thread.
///
/// There are never more of them than pieces of work at one time.
final class ReusePool<Element: Sendable>: Sendable {
  private let idle = Locked<[Element]>([])
  private let make: @Sendable () throws -> Element

  init(_ make: @escaping @Sendable () throws -> Element) { self.make = make }

  /// Lends an element that nobody else uses meanwhile.
  func with<Result>(_ body: (Element) throws -> Result) throws -> Result {
    let element = try idle.withLock { $0.popLast() } ?? make()
    defer { idle.withLock { $0.append(element) } }
    return try body(element)
  }
}
