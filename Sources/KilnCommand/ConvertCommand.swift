import Kiln

extension Subcommand {
  /// `kiln convert`.
  static let convert = Subcommand(
    name: "convert",
    summary: "read a data set once and write it in one or more formats",
    usage: "SOURCE... --to FORMAT=PATH [--to ...] [options]",
    details: """
      SOURCE is a name, a directory, or files that belong together:
      \(HelpText.list(SourceFormat.all.map { ($0.name, $0.summary) }))

      FORMAT=PATH is what to write, and where:
      \(HelpText.list(SinkFormat.all.map { ($0.argument, $0.summary) }))
      """,
    operands: 0...Int.max,
    operandCompletion: .sources,
    whenInterrupted: "nothing was written",
    options: [
      FlagGroup(
        title: "Outputs",
        flags: [
          Flag(
            "to", placeholder: "FORMAT=PATH",
            summary: "write this format there; may be given several times")
        ])
    ] + FlagGroup.sources + [.conversions] + FlagGroup.sinks + [.fetching, .run],
    run: { arguments, console in
      try PipelineRun.perform(try pipeline(arguments), arguments, console)
    })

  private static func pipeline(_ arguments: ParsedArguments) throws -> Pipeline {
    let source = try arguments.sourceRequest()
    let targets = try arguments.values("to").map(target)
    if targets.isEmpty { throw UsageError.missing(what: "an output (--to FORMAT=PATH)") }
    try checkFlags(arguments, fit: targets.map(\.format))
    return Pipeline(
      source: source, steps: try steps(arguments),
      outputs: try targets.map { format, path in
        var given: [String: String] = [:]
        for option in format.options { given[option.key] = arguments.value(option.flag) }
        return try Pipeline.Output(format, at: path, options: given)
      },
      existing: arguments.has("overwrite") ? .replace : .keep)
  }

  private static func target(_ text: String) throws -> (format: SinkFormat, path: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if parts.count == 1, name.contains(where: { "/.".contains($0) }) {
      throw UsageError.badValue(option: "to", value: text, expected: "FORMAT=PATH, as in png=DIR")
    }
    guard let format = SinkFormat.all.first(where: { $0.name == name }) else {
      throw UsageError.unknown(what: "format", name: name, among: SinkFormat.all.map(\.name))
    }
    guard parts.count == 2, !parts[1].isEmpty else {
      throw UsageError.missing(what: "the path of --to \(name) (--to \(format.argument))")
    }
    return (format, String(parts[1]))
  }

  /// A setting that nothing uses is a mistake: it was meant to change something.
  private static func checkFlags(
    _ arguments: ParsedArguments, fit formats: [SinkFormat]
  ) throws {
    let has = { (format: SinkFormat, flag: String) in format.options.contains { $0.flag == flag } }
    for (flag, _) in arguments.flags {
      let owners = SinkFormat.all.filter { has($0, flag) }
      guard !owners.isEmpty, !formats.contains(where: { has($0, flag) }) else { continue }
      let names = owners.map(\.name)
      throw UsageError.conflict(
        "--\(flag) belongs to \(Spelling.series(names)),"
          + " and no output is written as \(Spelling.series(names, "or"))")
    }
  }

  private static func steps(_ arguments: ParsedArguments) throws -> [Pipeline.Step] {
    try arguments.flags.compactMap { flag, value in
      guard let conversion = ConversionFormat.all.first(where: { $0.name == flag }) else {
        return nil
      }
      return try Pipeline.Step(conversion, value)
    }
  }
}

extension SinkFormat {
  /// The format as `--to` takes it, such as `npy=DIR`.
  var argument: String { name + (output == .directory ? "=DIR" : "=FILE") }
}
