import Kiln

extension Subcommand {
  /// `kiln preview`.
  static let preview = Subcommand(
    name: "preview",
    summary: "show some samples of each class, in the terminal or as a PNG",
    usage: "SOURCE [-o SHEET.png] [options]",
    details: """
      Without -o, the samples are drawn in the terminal: in colour where COLORTERM
      says that it has 24-bit colours and NO_COLOR is not set, in letters elsewhere.
      """,
    operands: 0...Int.max,
    operandCompletion: .sources,
    whenInterrupted: "nothing was written",
    options: FlagGroup.sources + [
      .fetching,
      FlagGroup(
        title: "Preview",
        flags: [
          Flag("output", letter: "o", placeholder: "FILE", summary: "write a PNG contact sheet")
        ] + Preview.options.map { Flag($0) }),
      FlagGroup(
        title: "Run",
        flags: [
          Flag("overwrite", summary: "replace the contact sheet if it exists"),
          .jobs, .noProgress, .quiet, .json,
        ]),
    ],
    run: { arguments, console in
      let request = try arguments.sourceRequest()
      var given: [String: String] = [:]
      for option in Preview.options { given[option.key] = arguments.value(option.flag) }
      if arguments.has("overwrite"), !arguments.has("output") {
        throw UsageError.conflict("--overwrite replaces a contact sheet, and no -o names one")
      }
      if arguments.has("quiet"), !arguments.has("output"), !arguments.has("json") {
        throw UsageError.conflict("--quiet leaves nothing to show, and no -o names a contact sheet")
      }
      let preview = Preview(try OptionValues(Preview.options, given: given))
      let cancellation = Signals.cancelOnInterrupt()
      let fetcher = FetchDisplay(arguments, console).fetcher(cancellation)
      guard let path = arguments.value("output") else {
        let sheet = try ProgressDisplay.during(arguments, console) { watch in
          try preview.sheet(
            of: request, jobs: arguments.jobs, cancellation: cancellation, fetcher: fetcher,
            watch: watch)
        }
        try console.report(arguments, json: sheet.json) {
          let width = console.outputIsTerminal ? StandardStream.output.columnCount : 80
          return sheet.drawing(width: width, console.hasTrueColour ? .colour : .plain)
        }
        return .done
      }
      guard path.hasSuffix(".png") else {
        throw UsageError.badValue(
          option: "output", value: path, expected: "a name that ends in .png")
      }
      let sheet = try ProgressDisplay.during(arguments, console) { watch in
        try preview.write(
          request, to: path, existing: arguments.has("overwrite") ? .replace : .keep,
          jobs: arguments.jobs, cancellation: cancellation, fetcher: fetcher, watch: watch)
      }
      try console.report(arguments, json: sheet.json) { "\(path)  \(sheet.title)" }
      return .done
    })
}

extension Console {
  /// Whether results may be drawn in 24-bit colours.
  fileprivate var hasTrueColour: Bool {
    outputHasColour
      && ["truecolor", "24bit"].contains(Environment.value(of: "COLORTERM") ?? "")
  }
}
