import Kiln

/// Finds the command that is meant, runs it, and turns whatever comes of it into an exit status.
struct Dispatcher {
  let console: Console

  /// Names of files and classes come from others: a failure stays one line whatever is in them.
  func run(_ words: [String]) -> ExitStatus {
    do {
      return try dispatch(words)
    } catch let interruption as Interruption {
      let left = Subcommand.all.first { $0.name == words.first }?.whenInterrupted ?? ""
      console.message("kiln: \(interruption)" + (left.isEmpty ? "" : "; \(left)"))
      return .interrupted
    } catch let error where error is UsageError || error is PipelineError {
      let name = Subcommand.all.first { $0.name == words.first }?.name
      console.message("kiln: \("\(error)".printable)")
      console.message("Try 'kiln \(name.map { $0 + " " } ?? "")--help'.")
      return .wrongUsage
    } catch {
      console.message("kiln: \("\(error)".printable)")
      return .failed
    }
  }

  private func dispatch(_ words: [String]) throws -> ExitStatus {
    guard let first = words.first else { throw UsageError.missing(what: "a command") }
    if ["--help", "-h", "help"].contains(first) { return try help(Array(words.dropFirst())) }
    if first == "--version" {
      try refuse(words.dropFirst().first, after: first)
      try console.result("kiln \(kilnVersion)")
      return .done
    }
    let command = try find(first)
    let arguments = Array(words.dropFirst())
    // Help is given even beside words that are wrong: they may be why it is asked for.
    if arguments.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      try console.result(HelpText.of(command))
      return .done
    }
    let parsed = try ParsedArguments(arguments, table: command.flags)
    if parsed.operands.count > command.operands.upperBound {
      let surplus = parsed.operands[command.operands.upperBound]
      throw UsageError.conflict("\(command.name) does not take '\(surplus)'")
    }
    if parsed.operands.count < command.operands.lowerBound {
      throw UsageError.missing(
        what: command.usage.split(separator: " ").first.map(String.init) ?? "")
    }
    return try command.run(parsed, console)
  }

  private func help(_ words: [String]) throws -> ExitStatus {
    guard let name = words.first, !["--help", "-h"].contains(name) else {
      try console.result(HelpText.overview())
      return .done
    }
    let command = try find(name)
    try refuse(words.dropFirst().first, after: "help \(name)")
    try console.result(HelpText.of(command))
    return .done
  }

  private func refuse(_ surplus: String?, after words: String) throws(UsageError) {
    if let surplus { throw .conflict("\(words) does not take '\(surplus)'") }
  }

  private func find(_ name: String) throws -> Subcommand {
    if let command = Subcommand.all.first(where: { $0.name == name }) { return command }
    let names = Subcommand.all.map(\.name) + ["help", "--help", "--version"]
    throw UsageError.unknown(
      what: name.hasPrefix("-") ? "option" : "command", name: name, among: names)
  }
}
