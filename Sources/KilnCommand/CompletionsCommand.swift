import Kiln

extension Subcommand {
  /// `kiln completions`.
  static let completions = Subcommand(
    name: "completions",
    summary: "print completions for a shell",
    usage: "bash|zsh|fish",
    details: """
      bash:  kiln completions bash > ~/.local/share/bash-completion/completions/kiln
      zsh:   kiln completions zsh > DIR/_kiln, where DIR is in $fpath
      fish:  kiln completions fish > ~/.config/fish/completions/kiln.fish
      """,
    operands: 1...1,
    operandCompletion: .words(Shell.allCases.map(\.rawValue)),
    options: [],
    run: { arguments, console in
      let name = arguments.operands[0]
      guard let shell = Shell(rawValue: name) else {
        throw UsageError.unknown(what: "shell", name: name, among: Shell.allCases.map(\.rawValue))
      }
      try console.result(shell.script(for: Subcommand.all + [.help]))
      return .done
    })

  /// `kiln help`, as far as completions and the man page know it; ``Dispatcher`` answers it.
  static var help: Subcommand {
    Subcommand(
      name: "help", summary: "print the help of a command", usage: "[COMMAND]",
      operands: 0...1, operandCompletion: .words(all.map(\.name)), options: [],
      run: { _, _ in .done })
  }
}

/// A shell that completions are made for.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// The script that teaches the shell these commands.
  func script(for commands: [Subcommand]) -> String {
    switch self {
    case .bash: BashCompletions.script(commands)
    case .zsh: ZshCompletions.script(commands)
    case .fish: FishCompletions.script(commands)
    }
  }
}

extension Flag {
  /// What can follow as completions see it: the few words there are, or formats and a path.
  enum Completion: Equatable {
    case nothing, anything, formats
    case words([String])
  }

  /// What can follow the flag.
  var completion: Completion {
    if !takesValue { return .nothing }
    if placeholder == "FORMAT=PATH" { return .formats }
    return choices.isEmpty ? .anything : .words(choices)
  }

  /// Format names with what joins them to their path.
  static var formatWords: String { SinkFormat.all.map { $0.name + "=" }.joined(separator: " ") }
}
