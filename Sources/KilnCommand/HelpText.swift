import Kiln

/// The text of `--help`, made from the tables.
enum HelpText {
  /// All commands, for `kiln --help`.
  static func overview() -> String {
    let commands =
      Subcommand.all.map { ($0.name, $0.summary) } + [
        ("help", "print the help of a command: kiln help COMMAND")
      ]
    return """
      Kiln turns labelled-image data sets into folders, tables, arrays and caches, on every core,
      in bounded memory, with output that is complete or absent.

      Usage: kiln COMMAND [options]

      Commands:
      \(list(commands))

      Options:
      \(list([("--version", "print the version"), (Flag.help.spelling, Flag.help.summary)]))

      Try:
        kiln convert sample --to png=digits
        kiln COMMAND --help

      """
  }

  /// One command, for `kiln COMMAND --help`.
  static func of(_ command: Subcommand) -> String {
    var text = "Usage: kiln \(command.name) \(command.usage)\n\n\(command.summary.sentence)\n"
    if !command.details.isEmpty { text += "\n" + command.details + "\n" }
    let groups = command.options.filter { !$0.flags.isEmpty }
    for group in groups {
      text += "\n\(group.title):\n\(list(group.flags.map { ($0.spelling, $0.explanation) }))\n"
    }
    return text + "\nHelp:\n\(list([(Flag.help.spelling, Flag.help.summary)]))\n"
  }

  /// Two columns; a first column that is too long gets a line of its own.
  static func list(_ rows: [(String, String)]) -> String {
    let longest = 26
    let width = min(longest, rows.map(\.0.count).max() ?? 0)
    return rows.flatMap { left, right in
      let indent = String(repeating: " ", count: width + 4)
      let lines = wrapped(right, to: 100 - indent.count)
      let first = lines.first ?? ""
      let head =
        left.count <= width
        ? ["  " + left.padded(to: width) + "  " + first] : ["  " + left, indent + first]
      return head + lines.dropFirst().map { indent + $0 }
    }.joined(separator: "\n")
  }

  /// Breaks a text between words.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return lines + [line]
  }
}

extension String {
  /// The text as a sentence.
  var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
