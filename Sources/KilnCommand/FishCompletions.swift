/// Completions for fish: one `complete` a flag.
enum FishCompletions {
  static func script(_ commands: [Subcommand]) -> String {
    var lines = ["# fish completion for kiln; printed by: kiln completions fish"]
    for command in commands {
      lines.append(
        "complete -c kiln -f -n __fish_use_subcommand -a \(command.name) "
          + "-d '\(escaped(command.summary))'")
    }
    lines.append("complete -c kiln -f -n __fish_use_subcommand -l version -d 'print the version'")
    for command in commands {
      let start = "complete -c kiln -n '__fish_seen_subcommand_from \(command.name)'"
      for flag in command.flags {
        let letter = flag.letter.map { " -s \($0)" } ?? ""
        lines.append(
          "\(start) -l \(flag.name)\(letter)\(value(flag)) -d '\(escaped(flag.summary))'")
      }
      let completion = command.operandCompletion
      if !completion.words.isEmpty {
        let words = completion.words.joined(separator: " ")
        lines.append("\(start)\(completion.mayBeFile ? "" : " -f") -a '\(words)'")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func value(_ flag: Flag) -> String {
    switch flag.completion {
    case .nothing: ""
    case .anything: " -r"
    case .formats: " -x -a '\(Flag.formatWords)'"
    case .words(let words): " -x -a '\(words.joined(separator: " "))'"
    }
  }

  private static func escaped(_ text: String) -> String {
    text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
