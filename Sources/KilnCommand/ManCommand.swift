import Kiln

extension Subcommand {
  /// `kiln man`.
  static let man = Subcommand(
    name: "man",
    summary: "print the manual page",
    usage: "",
    details: """
      Read it by:  kiln man | man -l -
      Install it:  kiln man > PREFIX/share/man/man1/kiln.1
      """,
    options: [],
    run: { _, console in
      try console.result(ManPage.text(Subcommand.all))
      return .done
    })
}

/// The manual page in roff's man macros, made from the tables.
private enum ManPage {
  static func text(_ commands: [Subcommand]) -> String {
    let groups = commands.flatMap(\.options)
    let shared = groups.enumerated().filter { position, group in
      !groups[..<position].contains(group) && groups[(position + 1)...].contains(group)
    }.map(\.element)
    let lines: [[String]] = [
      [
        ".TH KILN 1 \"\" \"kiln \(kilnVersion)\" \"User Commands\"",
        // Words of a command line are neither broken nor spread out.
        ".nh", ".ad l",
        ".SH NAME", "kiln \\- convert labelled\\-image data sets",
        ".SH SYNOPSIS",
      ],
      commands.flatMap { command in
        [".B kiln \(escaped(command.name))", line(command.usage), ".br"]
      },
      [".SH DESCRIPTION"],
      [
        "Kiln turns labelled-image data sets into folders, tables, arrays and caches, on every core,",
        "in bounded memory, with output that is complete or absent.",
        "Results go to standard output, everything else to standard error.",
      ].map(line),
      [".SH COMMANDS"],
      commands.flatMap { section($0, without: shared) },
      [".SH OPTIONS OF SEVERAL COMMANDS"],
      shared.flatMap(section),
      [
        ".SH OPTIONS OF EVERY COMMAND", ".TP", ".B \(escaped(Flag.help.spelling))",
        line(Flag.help.summary),
      ],
      exitStatus, environment, examples,
    ]
    return lines.joined().filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
  }

  private static func section(_ command: Subcommand, without shared: [FlagGroup]) -> [String] {
    var lines = [".SS kiln \(escaped(command.name)) \(escaped(command.usage))"]
    lines.append(line(command.summary.sentence))
    if !command.details.isEmpty {
      lines += [".PP", ".nf"]
      lines += command.details.split(separator: "\n", omittingEmptySubsequences: false).map {
        $0.isEmpty ? ".sp" : line(String($0))
      }
      lines.append(".fi")
    }
    lines += command.options.filter { !shared.contains($0) }.flatMap(section)
    let others = shared.filter(command.options.contains)
    if !others.isEmpty {
      let titles = others.map { "\"\($0.title)\"" }.joined(separator: ", ")
      lines += [".PP", line("Also, as described below: \(titles).")]
    }
    return lines
  }

  private static func section(_ group: FlagGroup) -> [String] {
    guard !group.flags.isEmpty else { return [] }
    return [".PP", ".I \"\(escaped(group.title)):\""]
      + group.flags.flatMap { [".TP", ".B \(escaped($0.spelling))", line($0.explanation)] }
  }

  private static var exitStatus: [String] {
    [".SH EXIT STATUS"]
      + [
        ("0", "Done."), ("1", "Failed; one line says where and why, and no output is changed."),
        ("2", "Wrong usage."),
        ("130", "Interrupted, by Ctrl-C or a signal to end or hang up; no output is changed."),
      ].flatMap { [".TP", ".B \($0.0)", line($0.1)] }
  }

  private static var environment: [String] {
    [".SH ENVIRONMENT"]
      + [
        (
          "KILN_CACHE_DIR", "The store of fetched files; else XDG_CACHE_HOME/kiln or ~/.cache/kiln."
        ),
        ("KILN_MIRROR", "A server that is asked first, as by --mirror."),
        ("http_proxy, https_proxy, no_proxy", "Proxies, as curl takes them."),
        ("CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR", "Certificates, as curl takes them."),
        ("NO_COLOR", "If it is set and not empty, nothing is coloured."),
        ("COLORTERM", "truecolor or 24bit: previews are drawn in colours."),
      ].flatMap { [".TP", ".B \(escaped($0.0))", line($0.1)] }
  }

  private static var examples: [String] {
    [
      ".SH EXAMPLES", ".nf",
      line("kiln convert sample --to png=digits"),
      line("kiln convert mnist --to png=folders --to csv=tables"),
      line("kiln convert Data/mnist --holdout val=10000 --scale 1/255 --to npy=arrays"),
      line("kiln convert Pictures --resize 64x64 --to cache=pictures.safetensors"),
      line("kiln inspect mnist.pkl.gz"),
      line("kiln preview Pictures -o sheet.png"),
      line("kiln verify folders"),
      line("kiln run Pipelines/demo.json --set to.0.path=here"), ".fi",
    ]
  }

  /// A line of text: what begins with a dot or quote would be a request to roff.
  private static func line(_ text: String) -> String {
    let text = escaped(text)
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      case "\"": "\\(dq"
      case "'": "\\(aq"
      case _ where character.isASCII: String(character)
      default:
        // What roff calls any other character, on every system.
        character.unicodeScalars.map { scalar in
          "\\[u\(String(scalar.value, radix: 16, uppercase: true).paddedLeft(to: 4, with: "0"))]"
        }.joined()
      }
    }.joined()
  }
}
