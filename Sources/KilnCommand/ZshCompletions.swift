/// Completions for zsh, by its `_arguments`.
enum ZshCompletions {
  static func script(_ commands: [Subcommand]) -> String {
    """
    #compdef kiln
    # zsh completion for kiln; printed by: kiln completions zsh
    _kiln_output() {
      if compset -P '*='; then _files; else compadd -S '' -- \(Flag.formatWords); fi
    }
    _kiln_source() {
      _alternative 'files:file:_files' 'names:data set:(\(sources))'
    }
    _kiln() {
      local -a commands=(
    \(commands.map { "    '\($0.name):\(escaped($0.summary))'" }.joined(separator: "\n"))
      )
      if (( CURRENT == 2 )); then
        _describe -t commands command commands
        return
      fi
      local command=$words[2]
      shift words
      (( CURRENT-- ))
      case $command in
    \(commands.map(arguments).joined(separator: "\n"))
      esac
    }
    if [[ $funcstack[1] == _kiln ]]; then _kiln "$@"; else compdef _kiln kiln; fi

    """
  }

  /// What names a source besides files.
  private static var sources: String {
    Subcommand.OperandCompletion.sources.words.joined(separator: " ")
  }

  private static func arguments(_ command: Subcommand) -> String {
    let specifications = command.flags.flatMap { flag in
      let text = "[\(escaped(flag.summary))]" + action(flag)
      let word = "*" + flag.word + (flag.takesValue ? "=" : "") + text
      return [word] + (flag.letter.map { ["*-\($0)" + (flag.takesValue ? "+" : "") + text] } ?? [])
    }
    let completion = command.operandCompletion
    let operands =
      switch (completion.mayBeFile, completion.words.isEmpty) {
      case (true, true): "*: :_files"
      case (true, false): "*: :_kiln_source"
      case (false, _): "*: :(\(completion.words.joined(separator: " ")))"
      }
    let lines = (specifications + [operands]).map { "        '\($0)'" }
    return "    \(command.name))\n      _arguments \\\n"
      + lines.joined(separator: " \\\n") + " ;;"
  }

  private static func action(_ flag: Flag) -> String {
    let label = ":" + escaped(flag.placeholder)
    return switch flag.completion {
    case .nothing: ""
    case .anything: label + ":_files"
    case .formats: label + ":_kiln_output"
    case .words(let words): label + ":(\(words.joined(separator: " ")))"
    }
  }

  /// Text within single quotes within brackets: quotes, brackets and colons mean something there.
  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "'": "'\\''"
      case "[", "]", ":", "\\": "\\\(character)"
      default: String(character)
      }
    }.joined()
  }
}
