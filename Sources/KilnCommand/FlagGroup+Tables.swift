import Kiln

/// The groups that several commands share, made from the tables of the library.
extension FlagGroup {
  /// What says which samples are meant; ``ParsedArguments/sourceRequest()`` reads it.
  static let sources: [FlagGroup] =
    [
      FlagGroup(
        title: "Source",
        flags: [
          Flag(
            "from", placeholder: "PATH",
            summary: "where the files of a known data set are; without a name, the source itself")
        ] + SourceRequest.generalOptions.map { Flag(switching: $0) })
    ] + grouped(SourceFormat.all.map { ($0.name, $0.options) }, title: "Sources of format")

  /// All conversions; they are applied in the order in which they are given.
  static let conversions = FlagGroup(
    title: "Conversions, applied in the order given",
    flags: ConversionFormat.all.map { Flag($0) })

  /// The settings of all sinks.
  static let sinks = grouped(SinkFormat.all.map { ($0.name, $0.options) }, title: "Options of")

  /// The settings of formats; what several of them have is listed once, for all of them.
  private static func grouped(
    _ formats: [(name: String, options: [Option])], title: String
  ) -> [FlagGroup] {
    var flags: [(flag: Flag, formats: [String])] = []
    for format in formats {
      for option in format.options {
        if let known = flags.firstIndex(where: { $0.flag.name == option.flag }) {
          flags[known].formats.append(format.name)
        } else {
          flags.append((Flag(option), [format.name]))
        }
      }
    }
    var groups: [(formats: [String], flags: [Flag])] = []
    for (flag, formats) in flags {
      if let known = groups.firstIndex(where: { $0.formats == formats }) {
        groups[known].flags.append(flag)
      } else {
        groups.append((formats, [flag]))
      }
    }
    return groups.map { group in
      FlagGroup(title: "\(title) \(Spelling.series(group.formats))", flags: group.flags)
    }
  }

  /// How files are fetched; ``ParsedArguments/fetchSettings()`` reads it.
  static let fetching = FlagGroup(
    title: "Fetching (data sets by name, and URLs)",
    flags: [
      Flag("offline", summary: "use what is there, never ask a server"),
      Flag(
        "mirror", placeholder: "URL",
        summary: "a server to ask first, which holds files as the store does (or KILN_MIRROR)"),
      Flag(
        "cacert", placeholder: "FILE",
        summary: "certificates of authorities to trust (or CURL_CA_BUNDLE)"),
      Flag(
        "min-speed", placeholder: "N", kind: .integer(0...1_000_000), defaultValue: "50",
        summary: "kB/s below which another server is tried, where there is one"),
    ])

  /// How a run goes about its work and what it says.
  static let run = FlagGroup(
    title: "Run",
    flags: [
      Flag(
        "overwrite",
        summary: "replace outputs that exist, as a whole, once the new ones are complete"),
      .jobs,
      .noProgress,
      .quiet,
      .json,
    ])
}

extension Flag {
  /// How many workers; ``ParsedArguments/jobs`` reads it.
  static let jobs = Flag(
    "jobs", letter: "j", placeholder: "N", kind: .integer(Runner.jobCounts),
    summary: "workers; any number gives the same bytes (default one a core)")
  /// No bar, and no lines in its place.
  static let noProgress = Flag("no-progress", summary: "show no progress")
  /// Nothing but failures.
  static let quiet = Flag("quiet", letter: "q", summary: "print nothing but failures")
  /// The result for programs.
  static let json = Flag("json", summary: "print the result as JSON")
  /// Every command has it.
  static let help = Flag("help", letter: "h", summary: "print this help")
}
