#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file operation that the system refused.
public struct FileError: Error, FileNamingError, Sendable, Equatable, CustomStringConvertible {
  /// What was tried.
  public enum Operation: String, Sendable {
    case open, read, create, write, flush, rename, remove, list
    case makeDirectory = "create directory"
    case lock, close
  }
  /// What was tried.
  public let operation: Operation
  /// The file as the user knows it.
  public let path: String
  /// The system's error number.
  public let code: Int32

  /// Names a refused operation.
  init(_ operation: Operation, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// There is no file of that name.
  static func missing(_ path: String) -> FileError { FileError(.open, path, code: ENOENT) }

  /// The file is no longer what it was when it was first looked at.
  static func changed(_ path: String) -> FileError { FileError(.read, path, code: ESTALE) }

  /// The sentence a user sees.
  public var description: String {
    // strerror returns a string of the C library that stays valid; glibc's is thread-safe.
    let reason = unsafe String(cString: strerror(code))
    let remedy =
      switch code {
      case ENOSPC: " (free some space, or choose another disk)"
      case ESPIPE: " (a pipe or device: save its content in a file)"
      case EMFILE, ENFILE: " (raise the limit with ulimit -n)"
      case EFBIG where operation == .read: " (larger than any such file that is read)"
      case ESTALE: " (another program has changed or replaced it: run again)"
      default: ""
      }
    return "cannot \(operation.rawValue) \(path): \(reason)\(remedy)"
  }
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
