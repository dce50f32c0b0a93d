import Kiln

/// A command of `kiln`: one file and one line in ``all``.
struct Subcommand: Sendable {
  /// The word that selects it.
  let name: String
  /// One line of help.
  let summary: String
  /// What follows the name, such as `SOURCE... --to FORMAT=PATH`.
  let usage: String
  /// How many words without dashes it takes.
  let operands: ClosedRange<Int>
  /// What becomes of its work when it is interrupted; empty where it writes nothing anyway.
  let whenInterrupted: String
  /// Does what it is for.
  let run: @Sendable (ParsedArguments, Console) throws -> ExitStatus
  private let makeOperandCompletion: @Sendable () -> OperandCompletion
  private let makeDetails: @Sendable () -> String
  private let makeOptions: @Sendable () -> [FlagGroup]

  struct OperandCompletion: Sendable {
    /// The words that can stand in its place, where they are few.
    let words: [String]
    /// Whether it may be a file.
    let mayBeFile: Bool

    static let files = OperandCompletion(words: [], mayBeFile: true)

    static func words(_ words: [String]) -> OperandCompletion {
      OperandCompletion(words: words, mayBeFile: false)
    }

    /// Files, and the data sets that a source is named by.
    static let sources = OperandCompletion(
      words: KnownDataset.all.map(\.name) + ["sample"], mayBeFile: true)
  }

  // The tables of all other commands are not made when one runs: that would be a millisecond.
  init(
    name: String, summary: String, usage: String,
    details: @autoclosure @escaping @Sendable () -> String = "",
    operands: ClosedRange<Int> = 0...0,
    operandCompletion: @autoclosure @escaping @Sendable () -> OperandCompletion = .files,
    whenInterrupted: String = "",
    options: @autoclosure @escaping @Sendable () -> [FlagGroup],
    run: @escaping @Sendable (ParsedArguments, Console) throws -> ExitStatus
  ) {
    self.name = name
    self.summary = summary
    self.usage = usage
    self.operands = operands
    makeOperandCompletion = operandCompletion
    self.whenInterrupted = whenInterrupted
    self.run = run
    makeDetails = details
    makeOptions = options
  }

  /// What shells complete an operand with.
  var operandCompletion: OperandCompletion { makeOperandCompletion() }

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

  /// Further paragraphs of help, lines at most 80 characters long.
  var details: String { makeDetails() }

  /// Its flags, grouped as the help shows them; `--help` is added to every command.
  var options: [FlagGroup] { makeOptions() }

  /// All flags.
  var flags: [Flag] { options.flatMap(\.flags) + [.help] }
}
