/// A command of `kiln`: one file and one line in ``all``.
struct Subcommand: Sendable {
  /// The word that selects it.
  let name: String
  /// One line of help.
  let summary: String
  /// What follows the name, such as `SOURCE... --to FORMAT=PATH`.
  let usage: String
  /// Further paragraphs of help, lines at most 80 characters long.
  var details = ""
  /// How many words without dashes it takes.
  var operands: ClosedRange<Int> = 0...0
  /// The words that can stand in the place of an operand, where they are few.
  var operandChoices: [String] = []
  /// Its flags, grouped as the help shows them; `--help` is added to every command.
  let options: [FlagGroup]
  /// Does what it is for.
  let run: @Sendable (ParsedArguments, Console) throws -> ExitStatus

  /// Every command, in the order of the help.
  static let all: [Subcommand] = [
    .convert,
    .run,
    .fetch,
    .inspect,
    .preview,
    .verify,
    .formats,
    .datasets,
    .schema,
    .completions,
    .man,
  ]

  /// All flags.
  var flags: [Flag] { options.flatMap(\.flags) + [.help] }
}
