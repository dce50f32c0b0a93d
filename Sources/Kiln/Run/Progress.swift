/// How far a run is; given to whoever watches, after every batch and in order.
public struct Progress: Sendable {
  /// What is being done.
  public let stage: Stage
  /// Samples done.
  public let samples: Int
  /// Samples in all.
  public let totalSamples: Int
  /// Bytes of pixels done.
  public let byteCount: Int
}
