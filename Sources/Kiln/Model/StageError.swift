/// The steps of a run, in order.
public enum Stage: String, Sendable, CaseIterable {
  /// A resource becomes a verified local file.
  case fetch
  /// The bytes of a file are unpacked.
  case decompress
  /// Bytes become samples.
  case decode
  /// Samples are changed.
  case convert
  /// Samples become outputs.
  case write
}

/// A failure with the place where it happened: the one line that a user sees.
public struct StageError: Error, Sendable, CustomStringConvertible {
  /// The step that failed.
  public let stage: Stage
  /// The file or output that it was about, where there is one.
  public let file: String?
  /// What went wrong.
  public let reason: any Error

  /// Places a failure.
  public init(_ stage: Stage, file: String?, _ reason: any Error) {
    self.stage = stage
    self.file = file
    self.reason = reason
  }

  /// `stage file: reason`.
  public var description: String {
    switch (file, reason) {
    case (nil, _): "\(stage): \(reason)"
    case (_, is any FileNamingError): "\(stage): \(reason)"
    case (let file?, _): "\(stage) \(file): \(reason)"
    }
  }
}

/// A failure whose sentence names its file itself.
protocol FileNamingError: Error {}

/// What is wrong with how a file is packed: a failure to decompress, whoever was reading.
protocol UnpackingError: Error {}

/// Runs `body` and says where it failed, unless the failure knows its place already.
/// - Throws: ``StageError``; a ``UsageError`` or ``Interruption`` as it is.
func at<Result: ~Copyable>(
  _ stage: Stage, _ file: String?, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch let error where error is StageError || error is UsageError || error is Interruption {
    throw error
  } catch {
    throw StageError(error is any UnpackingError ? .decompress : stage, file: file, error)
  }
}

/// The user or the system asked the run to stop.
public struct Interruption: Error, Sendable, CustomStringConvertible {
  /// Says that the run was stopped.
  public init() {}
  /// The sentence a user sees.
  public var description: String { "interrupted" }
}
