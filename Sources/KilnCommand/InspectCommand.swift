import Kiln

extension Subcommand {
  /// `kiln inspect`.
  static let inspect = Subcommand(
    name: "inspect",
    summary: "say what a source is: format, splits, shape, labels, classes, digests",
    usage: "SOURCE [options]",
    operands: 0...Int.max,
    operandCompletion: .sources,
    options: FlagGroup.sources + [
      .fetching,
      FlagGroup(
        title: "Inspection",
        flags: [
          Flag("fast", summary: "read headers and labels only: no counts, no digests"),
          Flag(
            "splits", placeholder: "NAMES", summary: "look at these only, separated by commas"),
          Flag("trace", summary: "list the opcodes of a pickle instead, building nothing"),
          .jobs, .noProgress, .quiet, .json,
        ]),
    ],
    run: { arguments, console in
      if arguments.has("trace") { return try trace(arguments, console) }
      var request = try arguments.sourceRequest()
      request.splits = arguments.value("splits").map { $0.split(separator: ",").map(String.init) }
      let cancellation = Signals.cancelOnInterrupt()
      let fetcher = FetchDisplay(arguments, console).fetcher(cancellation)
      do {
        let inspection = try ProgressDisplay.during(arguments, console) { watch in
          try Inspection(
            of: request, arguments.has("fast") ? .headers : .everything, jobs: arguments.jobs,
            cancellation: cancellation, fetcher: fetcher, watch: watch)
        }
        try console.report(arguments, json: inspection.json) {
          inspection.text { console.outputHasColour ? "\u{1B}[1m\($0)\u{1B}[0m" : $0 }
        }
      } catch let error as StageError {
        // What a source holds is what was asked for, also where it is no data set by itself.
        guard let outline = (error.reason as? any OutlinedError)?.outline else { throw error }
        let json = JSON.object(["outline": .array(outline.map(JSON.text))])
        try console.report(arguments, json: json) {
          outline.map { $0.printable + "\n" }.joined()
        }
      }
      return .done
    })

  /// Lists as it reads: a trace is longer than its file.
  private static func trace(
    _ arguments: ParsedArguments, _ console: Console
  ) throws -> ExitStatus {
    guard let path = arguments.operands.first, arguments.operands.count == 1 else {
      throw UsageError.missing(what: "one pickle to trace")
    }
    for other in ["json", "quiet"] where arguments.has(other) {
      throw UsageError.conflict("--trace lists opcodes as text, it has no --\(other)")
    }
    var text = ""
    do {
      try PickleTrace.list(path) { line in
        text += line + "\n"
        guard text.utf8.count >= 1 << 16 else { return }
        try console.result(text)
        text = ""
      }
    } catch {
      // What comes before a fault leads to it.
      try? console.result(text)
      throw error
    }
    try console.result(text)
    return .done
  }
}
