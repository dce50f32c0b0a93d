import Kiln

/// Where a command talks to its user: results to standard output, everything else to standard error.
struct Console: Sendable {
  /// Whether results go to a terminal.
  let outputIsTerminal = StandardStream.output.isTerminal
  /// Whether messages go to a terminal.
  let errorIsTerminal = StandardStream.error.isTerminal
  /// Whether the user has asked for plain text, as https://no-color.org says.
  let isPlain = !(Environment.value(of: "NO_COLOR") ?? "").isEmpty

  /// Whether results may be coloured.
  var outputHasColour: Bool { outputIsTerminal && !isPlain }

  /// Writes a part of the result, with a final newline where it has none.
  /// - Throws: `FileError` when standard output cannot take it.
  func result(_ text: String) throws {
    guard !text.isEmpty else { return }
    try StandardStream.output.write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Writes a result as a command line asks for it: as JSON, as text, or not at all.
  /// - Throws: `FileError` when standard output cannot take it.
  func report(
    _ arguments: ParsedArguments, json: @autoclosure () -> JSON, text: () -> String
  ) throws {
    if arguments.has("json") {
      try result(try json().text())
    } else if !arguments.has("quiet") {
      try result(text())
    }
  }

  /// Writes a line of explanation; a message that nobody can read is no reason to fail.
  ///
  /// It stays one line that steers no terminal, whatever names of files and values it quotes.
  func message(_ line: String) { show(line.printable + "\n") }

  /// Writes to standard error as it is, for what is redrawn.
  func show(_ text: String) { try? StandardStream.error.write(text) }
}
