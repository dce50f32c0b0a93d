import Kiln

extension Subcommand {
  /// `kiln formats`.
  static let formats = Subcommand(
    name: "formats",
    summary: "list what can be read and written",
    usage: "[--json]",
    options: [FlagGroup(title: "Output", flags: [.json])],
    run: { arguments, console in
      try console.result(arguments.has("json") ? try FormatList.json.text() : FormatList.text)
      return .done
    })
}

/// The tables of formats and conversions, for people and for programs.
private enum FormatList {
  static var text: String {
    var text = "Sources:\n" + HelpText.list(SourceFormat.all.map { ($0.name, $0.summary) })
    text += "\n\nOutputs (--to FORMAT=PATH):\n"
    text += HelpText.list(SinkFormat.all.map { ($0.argument, $0.summary) })
    if !ConversionFormat.all.isEmpty {
      text += "\n\nConversions:\n"
      text += HelpText.list(
        ConversionFormat.all.map { (Flag($0).spelling, $0.option.summary) })
    }
    return text + "\n"
  }

  static var json: JSON {
    .object([
      "sources": .array(
        SourceFormat.all.map {
          .object(["name": .text($0.name), "summary": .text($0.summary)])
        }),
      "outputs": .array(
        SinkFormat.all.map { format in
          .object([
            "name": .text(format.name), "summary": .text(format.summary),
            "path": .text(format.output == .directory ? "directory" : "file"),
            "options": .array(format.options.map { json($0) }),
          ])
        }),
      "conversions": .array(ConversionFormat.all.map { json($0.option) }),
    ])
  }

  private static func json(_ option: Option) -> JSON {
    var fields: [String: JSON] = [
      "flag": .text("--" + option.flag), "key": .text(option.key),
      "summary": .text(option.summary), "default": option.defaultValue.map(JSON.text) ?? .null,
    ]
    switch option.kind {
    case .toggle: fields["type"] = .text("boolean")
    case .text: fields["type"] = .text("string")
    case .integer(let range):
      fields["type"] = .text("integer")
      fields["minimum"] = .integer(range.lowerBound)
      fields["maximum"] = .integer(range.upperBound)
    case .choice(let words):
      fields["type"] = .text("string")
      fields["values"] = .array(words.map(JSON.text))
    }
    return .object(fields)
  }
}
