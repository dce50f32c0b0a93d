/// What a source holds, known before the first sample is read.
public struct Dataset: Sendable, Equatable {
  /// What all samples have in common.
  public var schema: Schema
  /// The splits, in the order in which they are read and written.
  public var splits: [Split]

  /// Describes a data set.
  public init(schema: Schema, splits: [Split]) {
    self.schema = schema
    self.splits = splits
  }

  /// Samples in all splits together.
  public var count: Int { splits.reduce(0) { $0 + $1.count } }
}

/// A named part of a data set, such as `train`.
public struct Split: Sendable, Equatable {
  /// The usual name: `train`, `val`, `test`, or what the source calls it.
  public var name: String
  /// Samples in this split.
  public var count: Int

  /// Names a split.
  public init(name: String, count: Int) {
    self.name = name
    self.count = count
  }
}
