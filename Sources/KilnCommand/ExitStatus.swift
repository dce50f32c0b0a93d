/// What a command tells the shell.
enum ExitStatus: Int32, Sendable {
  /// Everything asked for is done.
  case done = 0
  /// It could not be done.
  case failed = 1
  /// The words of the command line, or of a pipeline, mean nothing.
  case wrongUsage = 2
  /// SIGINT, SIGTERM or SIGHUP came first.
  case interrupted = 130
}
