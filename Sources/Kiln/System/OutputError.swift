/// A destination that cannot be used.
public enum OutputError: Error, FileNamingError, Sendable, Equatable, CustomStringConvertible {
  /// Something is there, and was not to be replaced.
  case exists(path: String)
  /// A file was to be written where a directory is.
  case directoryInTheWay(path: String)
  /// A directory was to be replaced that no run has made.
  case notOurs(path: String)
  /// A directory was to be written where a file is.
  case fileInTheWay(path: String)
  /// The path ends in no name.
  case noName(path: String)

  /// The sentence a user sees.
  public var description: String {
    switch self {
    case .exists(let path): "\(path) exists already (--overwrite replaces it)"
    case .directoryInTheWay(let path): "\(path) is a directory, expected a file or nothing there"
    case .notOurs(let path):
      "\(path) exists, and is no former output: it has no \(StagedOutput.manifestName)"
        + " (remove it, or choose another place)"
    case .fileInTheWay(let path): "\(path) is a file, expected a directory or nothing there"
    case .noName(let path): "'\(path)' names no file or directory to create"
    }
  }
}
