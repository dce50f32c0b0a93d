/// Completions for bash, which needs no package for them.
enum BashCompletions {
  static func script(_ commands: [Subcommand]) -> String {
    """
    # bash completion for kiln; printed by: kiln completions bash
    _kiln() {
      local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
      # bash takes "--flag=value" apart at the equals sign.
      if [[ $cur == "=" ]]; then
        cur=""
      elif [[ $prev == "=" ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
      fi
      COMPREPLY=()
      if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "\(words(commands))" -- "$cur"))
        return
      fi
      # Where nothing is found below, "-o default" completes file names.
      case "${COMP_WORDS[1]} $prev" in
    \(commands.flatMap(values).joined(separator: "\n"))
      esac
      case "${COMP_WORDS[1]}" in
    \(commands.map(flags).joined(separator: "\n"))
      esac
    }
    complete -o default -F _kiln kiln

    """
  }

  private static func words(_ commands: [Subcommand]) -> String {
    (commands.map(\.name) + ["--help", "--version"]).joined(separator: " ")
  }

  private static func values(_ command: Subcommand) -> [String] {
    command.flags.compactMap { flag in
      let pattern = "    \"\(command.name) \(flag.word)\")"
      return switch flag.completion {
      case .nothing: nil
      case .anything: pattern + " return ;;"
      case .formats:
        pattern + " compopt -o nospace; "
          + "COMPREPLY=($(compgen -W \"\(Flag.formatWords)\" -- \"$cur\")); return ;;"
      case .words(let words):
        pattern
          + " COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$cur\")); return ;;"
      }
    }
  }

  private static func flags(_ command: Subcommand) -> String {
    let words = command.flags.map(\.word).joined(separator: " ")
    let completion = command.operandCompletion
    // Where files begin like this, they are meant.
    let condition = completion.mayBeFile ? " [[ -n $cur && -z $(compgen -f -- \"$cur\") ]] &&" : ""
    let names = completion.words.joined(separator: " ")
    let other =
      names.isEmpty ? "" : condition + " COMPREPLY=($(compgen -W \"\(names)\" -- \"$cur\"))"
    return """
          \(command.name))
            if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "\(words)" -- "$cur")); return; fi
           \(other) ;;
      """
  }
}
