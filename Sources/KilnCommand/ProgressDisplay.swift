import Kiln

/// Shows how far a run is: a bar that is redrawn on a terminal, now and then a line elsewhere.
final class ProgressDisplay: Sendable {
  /// The first progress and when it came: what is fetched before says nothing of the rate.
  private struct Start {
    let progress: Progress
    let time: ContinuousClock.Instant
  }

  private struct State {
    var start: Start?
    var lastShown: ContinuousClock.Instant
    var stage = Stage.convert
    var isDrawn = false
    var isFinished = false
  }

  private let console: Console
  private let interval: Duration
  private let state: Locked<State>

  init(console: Console) {
    self.console = console
    interval = console.errorIsTerminal ? .milliseconds(100) : .seconds(3)
    state = Locked(State(lastShown: .now))
  }

  /// Does what a command line asks for and shows meanwhile how far it is, unless it wants nothing shown.
  /// - Parameters:
  ///   - arguments: the command line.
  ///   - console: where to show it.
  ///   - work: what to do; gets what takes the progress.
  /// - Returns: what the work gives.
  static func during<Result>(
    _ arguments: ParsedArguments, _ console: Console,
    _ work: ((@Sendable (Progress) -> Void)?) throws -> Result
  ) rethrows -> Result {
    guard !arguments.has("quiet"), !arguments.has("no-progress") else { return try work(nil) }
    let display = ProgressDisplay(console: console)
    defer { display.finish() }
    return try work { display.update($0) }
  }

  /// Takes the progress after a batch; most of them are not worth showing.
  func update(_ progress: Progress) {
    let now = ContinuousClock.now
    state.withLock { state in
      // The last stage may be the longest and comes once; on a terminal it is shown at any time.
      let isNewStage = state.isDrawn && progress.stage != state.stage
      guard let start = state.start else {
        state.start = Start(progress: progress, time: now)
        state.lastShown = now
        return
      }
      guard !state.isFinished, isNewStage || now - state.lastShown >= interval else { return }
      state.lastShown = now
      state.stage = progress.stage
      if console.errorIsTerminal {
        state.isDrawn = true
        // Back to the first column, the line, and nothing behind it.
        console.show("\r" + bar(progress, since: start) + "\u{1B}[K")
      } else {
        console.message("kiln: " + figures(progress, since: start).joined(separator: ", "))
      }
    }
  }

  /// Takes the bar away, so that what follows stands alone.
  func finish() {
    state.withLock { state in
      state.isFinished = true
      if state.isDrawn { console.show("\r\u{1B}[K") }
    }
  }

  /// Stage and percentage, samples/s, MB/s, time left.
  private func figures(_ progress: Progress, since start: Start) -> [String] {
    let seconds = start.time.duration(to: .now) / .seconds(1)
    let rate = Amount.rate(Double(progress.samples - start.progress.samples), in: seconds)
    let byteRate = Amount.rate(Double(progress.byteCount - start.progress.byteCount), in: seconds)
    let left = Double(progress.totalSamples - progress.samples) / max(rate, 1)
    return [
      "\(progress.stage) \(Int(fraction(progress) * 100)) %",
      "\(Amount.count(Int(rate))) samples/s",
      Amount.bytes(Int(byteRate)) + "/s",
      progress.stage == .write ? "flushing" : "ETA \(Amount.clock(left))",
    ]
  }

  private func fraction(_ progress: Progress) -> Double {
    progress.totalSamples == 0 ? 1 : Double(progress.samples) / Double(progress.totalSamples)
  }

  private func bar(_ progress: Progress, since start: Start) -> String {
    let figures = figures(progress, since: start)
    let (head, tail) = (figures[0].padded(to: 13), figures.dropFirst().joined(separator: "  "))
    // The last column stays free: a terminal may wrap a line that fills it.
    let room = StandardStream.error.columnCount - 1
    let width = min(40, room - head.count - tail.count - 2)
    guard width >= 8 else { return String((head + tail).prefix(max(0, room))) }
    let done = Int(fraction(progress) * Double(width))
    let full = String(repeating: "━", count: done)
    let rest = String(repeating: console.isPlain ? "╌" : "━", count: width - done)
    let line = console.isPlain ? full + rest : "\u{1B}[33m\(full)\u{1B}[0;2m\(rest)\u{1B}[0m"
    return "\(head) \(line) \(tail)"
  }
}
