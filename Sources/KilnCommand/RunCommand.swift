import Kiln

extension Subcommand {
  /// `kiln run`.
  static let run = Subcommand(
    name: "run",
    summary: "carry out a pipeline file",
    usage: "PIPELINE.json [--set KEY=VALUE ...] [options]",
    details: """
      KEY is a path into the file, list positions by number:
        kiln run Pipelines/mnist-folders.json --set source.from=Data/mnist --set to.0.level=small
      Paths in the file are relative to the current directory.
      """,
    operands: 1...1,
    whenInterrupted: "nothing was written",
    options: [
      FlagGroup(
        title: "Pipeline",
        flags: [
          Flag(
            "set", placeholder: "KEY=VALUE",
            summary: "override a value of the file; may be given several times")
        ]),
      .fetching, .run,
    ],
    run: { arguments, console in
      var file = try PipelineFile(path: arguments.operands[0])
      for assignment in arguments.values("set") { try file.set(assignment) }
      var pipeline = try file.pipeline()
      if arguments.has("overwrite") { pipeline.existing = .replace }
      return try PipelineRun.perform(pipeline, arguments, console)
    })
}
