import Synchronization

/// A sink with the time that its jobs took.
final class SinkSlot: Sendable {
  let name: String
  let sink: any Sink
  private let busy = Atomic<Int64>(0)

  init(name: String, sink: any Sink) {
    self.name = name
    self.sink = sink
  }

  var seconds: Double { Double(busy.load(ordering: .relaxed)) / 1e9 }

  /// Runs a part of the sink's work, timed and with its name on failures.
  func run<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
    let start = ContinuousClock.now
    defer {
      let (seconds, attoseconds) = (ContinuousClock.now - start).components
      busy.add(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
    }
    return try at(.write, name, body)
  }
}
