import Kiln

extension Subcommand {
  /// `kiln inspect`.
  static let inspect = Subcommand(
    name: "inspect",
    summary: "say what a source is: format, splits, shape, labels, classes, digests",
    usage: "SOURCE [options]",
    operands: 0...Int.max,
    options: FlagGroup.sources + [
      .fetching,
      FlagGroup(
        title: "Inspection",
        flags: [
          Flag("fast", summary: "read headers and labels only: no counts, no digests"),
          .jobs, Flag("no-progress", summary: "show no progress"), .quiet, .json,
        ]),
    ],
    run: { arguments, console in
      let request = try arguments.sourceRequest()
      let cancellation = Signals.cancelOnInterrupt()
      let fetcher = FetchDisplay(arguments, console).fetcher(cancellation)
      let display = ProgressDisplay.asked(for: arguments, console)
      defer { display?.finish() }
      var watch: (@Sendable (Progress) -> Void)?
      if let display { watch = { display.update($0) } }
      let inspection = try Inspection(
        of: request, arguments.has("fast") ? .headers : .everything, jobs: arguments.jobs,
        cancellation: cancellation, fetcher: fetcher, watch: watch)
      display?.finish()
      if arguments.has("json") {
        try console.result(try inspection.json.text())
      } else if !arguments.has("quiet") {
        try console.result(
          inspection.text { console.outputHasColour ? "\u{1B}[1m\($0)\u{1B}[0m" : $0 })
      }
      return .done
    })
}

extension ProgressDisplay {
  /// The display that a command line asks for; nil where it wants none.
  static func asked(for arguments: ParsedArguments, _ console: Console) -> ProgressDisplay? {
    arguments.has("quiet") || arguments.has("no-progress") ? nil : ProgressDisplay(console: console)
  }
}
