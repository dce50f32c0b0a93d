import Kiln

/// The groups that several commands share, made from the tables of the library.
extension FlagGroup {
  /// What says which samples are meant; ``ParsedArguments/sourceRequest()`` reads it.
  static let source = FlagGroup(
    title: "Source",
    flags: [
      Flag(
        "from", placeholder: "PATH", summary: "the source, named by a flag instead of by position")
    ] + SourceRequest.options.map { Flag($0) })

  /// All conversions; they are applied in the order in which they are given.
  static let conversions = FlagGroup(
    title: "Conversions, applied in the order given",
    flags: ConversionFormat.all.map { Flag($0) })

  /// The settings of all sinks; what several of them have is listed once, for all of them.
  static let sinks: [FlagGroup] = {
    var flags: [(flag: Flag, formats: [String])] = []
    for format in SinkFormat.all {
      for option in format.options {
        if let known = flags.firstIndex(where: { $0.flag.name == option.flag }) {
          flags[known].formats.append(format.name)
        } else {
          flags.append((Flag(option), [format.name]))
        }
      }
    }
    var titles: [String] = []
    for formats in flags.map(\.formats) {
      let title = Self.title(formats)
      if !titles.contains(title) { titles.append(title) }
    }
    return titles.map { title in
      FlagGroup(
        title: title, flags: flags.filter { Self.title($0.formats) == title }.map(\.flag))
    }
  }()

  private static func title(_ formats: [String]) -> String {
    "Options of " + formats.joined(separator: " and ")
  }

  /// How a run goes about its work and what it says.
  static let run = FlagGroup(
    title: "Run",
    flags: [
      Flag(
        "overwrite",
        summary: "replace outputs that exist, as a whole, once the new ones are complete"),
      .jobs,
      Flag("no-progress", summary: "show no progress"),
      .quiet,
      .json,
    ])
}

extension Flag {
  /// How many workers; ``ParsedArguments/jobs`` reads it.
  static let jobs = Flag(
    "jobs", letter: "j", placeholder: "N", kind: .integer(Runner.jobCounts),
    summary: "workers; any number gives the same bytes (default one a core)")
  /// Nothing but failures.
  static let quiet = Flag("quiet", letter: "q", summary: "print nothing but failures")
  /// The result for programs.
  static let json = Flag("json", summary: "print the result as JSON")
  /// Every command has it.
  static let help = Flag("help", letter: "h", summary: "print this help")
}
