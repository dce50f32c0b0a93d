#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One of the two streams that a command talks through.
package enum StandardStream: Int32, Sendable {
  /// For results.
  case output = 1
  /// For everything else.
  case error = 2

  /// Takes the numbers of the standard streams that whoever started the process has closed.
  ///
  /// Else the first files that are opened get them, and messages end up in an output.
  package static func takeClosedNumbers() {
    // For reading only, so that writing there still fails; a literal is a valid path.
    var descriptor = unsafe open("/dev/null", O_RDONLY)
    while (0...2).contains(descriptor) { descriptor = dup(descriptor) }
    if descriptor > 2 { close(descriptor) }
  }

  /// Whether a person is looking: the stream is a terminal that can move its cursor.
  package var isTerminal: Bool { isatty(rawValue) == 1 && Environment.value(of: "TERM") != "dumb" }

  /// The width of the terminal in characters; 80 where it does not say.
  package var columnCount: Int {
    var size = winsize()
    // The call fills in the struct, which lives through it.
    guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes a text at once, without a buffer.
  ///
  /// A reader that has gone away, as in `kiln formats | head -1`, has seen what it wanted: no error.
  /// - Throws: ``FileError`` when the text cannot be written.
  package func write(_ text: String) throws(FileError) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      // The part not yet written, within the array.
      let written = unsafe bytes.withUnsafeBytes { all in
        retryingInterrupts {
          unsafe writeOnce(rawValue, UnsafeRawBufferPointer(rebasing: all[done...]))
        }
      }
      guard written > 0 else {
        if errno == EPIPE { return }
        throw FileError(.write, self == .output ? "standard output" : "standard error")
      }
      done += written
    }
  }
}

/// What the surroundings of the process ask for.
package enum Environment {
  /// The value of a variable, or nil where it is not set.
  package static func value(of name: String) -> String? {
    // Copied at once; nothing in this process changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
