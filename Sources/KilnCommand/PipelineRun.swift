import Kiln

/// Carries out a pipeline for a command: `convert` and `run` differ only in where they get it from.
enum PipelineRun {
  static func perform(
    _ pipeline: Pipeline, _ arguments: ParsedArguments, _ console: Console
  ) throws -> ExitStatus {
    let display = ProgressDisplay.asked(for: arguments, console)
    defer { display?.finish() }
    var watch: (@Sendable (Progress) -> Void)?
    if let display { watch = { display.update($0) } }
    let cancellation = Signals.cancelOnInterrupt()
    let runner = Runner(
      pipeline, jobs: arguments.jobs, cancellation: cancellation,
      fetcher: FetchDisplay(arguments, console).fetcher(cancellation), watch: watch)
    let report = try runner.run()
    display?.finish()
    if arguments.has("json") {
      try console.result(try report.json.text())
    } else if !arguments.has("quiet") {
      try console.result(Summary.text(report))
    }
    return .done
  }
}
