/// How far the files of a fetch are; given to whoever watches, some ten times a second.
public struct FetchProgress: Sendable {
  /// What happens to a file.
  public enum State: Sendable, Equatable {
    /// It is not its turn, or its server is given time.
    case waiting
    /// Another process fetches it.
    case elsewhere
    /// Bytes come.
    case transferring
    /// It has its name.
    case done
    /// No server has it.
    case failed
  }

  /// One file.
  public struct File: Sendable {
    /// The data set that it belongs to, or the server.
    public let dataset: String
    /// Its name.
    public let name: String
    /// What happens to it.
    public let state: State
    /// Bytes that are there.
    public let byteCount: Int
    /// Bytes in all, where anybody says.
    public let totalByteCount: Int?
    /// Bytes a second, smoothed; nil before it is known.
    public let rate: Double?

    /// Seconds that are left, where that can be said.
    public var secondsLeft: Double? {
      guard let totalByteCount, let rate, rate > 0 else { return nil }
      return Double(max(0, totalByteCount - byteCount)) / rate
    }
  }

  /// The files, in the order asked for.
  public let files: [File]
}
