import Kiln

/// Carries out a pipeline for a command: `convert` and `run` differ only in where they get it from.
enum PipelineRun {
  static func perform(
    _ pipeline: Pipeline, _ arguments: ParsedArguments, _ console: Console
  ) throws -> ExitStatus {
    let cancellation = Signals.cancelOnInterrupt()
    let fetcher = FetchDisplay(arguments, console).fetcher(cancellation)
    let report = try ProgressDisplay.during(arguments, console) { watch in
      try Runner(
        pipeline, jobs: arguments.jobs, cancellation: cancellation, fetcher: fetcher, watch: watch
      ).run()
    }
    try console.report(arguments, json: report.json) { Summary.text(report) }
    return .done
  }
}
