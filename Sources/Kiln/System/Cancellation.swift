import Synchronization

/// Asks a run to stop; safe to use from a signal handler.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  /// Makes a request that is not yet made.
  public init() {}

  /// Asks.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Ends work that nobody wants any more.
  /// - Throws: ``Interruption`` where somebody has asked.
  func check() throws(Interruption) {
    if isCancelled { throw Interruption() }
  }

  /// Whether somebody has asked.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
