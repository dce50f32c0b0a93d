import Kiln

/// Shows how far files are: a line for each that is redrawn on a terminal, now and then a line elsewhere.
final class FetchDisplay: Sendable {
  private struct State {
    var lastShown = ContinuousClock.now
    var lineCount = 0
    var done: Set<String> = []
  }

  private let console: Console
  private let isShown: Bool
  private let settings: FetchSettings
  private let state = Locked(State())

  /// The display that a command line asks for.
  init(_ arguments: ParsedArguments, _ console: Console, localDirectory: String? = nil) {
    self.console = console
    isShown = !arguments.has("quiet") && !arguments.has("no-progress")
    var settings = arguments.fetchSettings()
    settings.localDirectory = localDirectory
    self.settings = settings
  }

  /// A fetcher by the flags of the command line, which is shown here.
  func fetcher(_ cancellation: Cancellation) -> Fetcher {
    guard isShown else { return Fetcher(settings, cancellation: cancellation) }
    return Fetcher(settings, cancellation: cancellation, watch: { self.update($0) })
  }

  private func update(_ progress: FetchProgress) {
    state.withLock { state in
      let now = ContinuousClock.now
      let isOver = progress.files.allSatisfy { $0.state == .done || $0.state == .failed }
      guard console.errorIsTerminal else {
        tell(progress, now, &state)
        return
      }
      guard isOver || now - state.lastShown >= .milliseconds(100) else { return }
      state.lastShown = now
      draw(isOver ? [] : progress.files.filter { $0.state != .done }.map(line), &state)
    }
  }

  /// Lines in place of those drawn before.
  private func draw(_ lines: [String], _ state: inout State) {
    let width = StandardStream.error.columnCount - 1
    var text = state.lineCount == 0 ? "" : "\u{1B}[\(state.lineCount)A\r\u{1B}[J"
    // More than a few would scroll away what they are to replace.
    let shown = lines.prefix(8)
    for line in shown { text += String(line.printable.prefix(width)) + "\n" }
    state.lineCount = shown.count
    if !text.isEmpty { console.show(text) }
  }

  /// Says what is done, and every few seconds how far the rest is.
  private func tell(
    _ progress: FetchProgress, _ now: ContinuousClock.Instant, _ state: inout State
  ) {
    let isDue = now - state.lastShown >= .seconds(3)
    if isDue { state.lastShown = now }
    for file in progress.files {
      if file.state == .done {
        guard state.done.insert(file.dataset + "/" + file.name).inserted else { continue }
        console.message("kiln: fetch \(file.name): \(Amount.bytes(file.byteCount))")
      } else if isDue, file.state == .transferring || file.state == .elsewhere {
        console.message("kiln: fetch " + line(file))
      }
    }
  }

  private func line(_ file: FetchProgress.File) -> String {
    var parts = [Amount.bytes(file.byteCount)]
    if let total = file.totalByteCount, total > 0 {
      let percent = Int(Double(file.byteCount) / Double(total) * 100)
      parts = ["\(percent) % of \(Amount.bytes(total))"]
    }
    switch file.state {
    case .transferring:
      if let rate = file.rate { parts.append(Amount.bytes(Int(rate)) + "/s") }
      if let left = file.secondsLeft { parts.append("ETA \(Amount.clock(left))") }
    case .elsewhere: parts = ["another process fetches it"]
    case .waiting: parts.append("waiting")
    case .done, .failed: break
    }
    return "\(file.name): " + parts.joined(separator: ", ")
  }
}
