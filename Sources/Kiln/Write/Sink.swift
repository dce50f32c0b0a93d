/// What happens in order: one batch's step at a time, first batch first.
public typealias OrderedStep = @Sendable () throws -> Void

/// Turns batches into one output.
///
/// A sink writes into the ``StagedOutput`` that it was opened with and never publishes it itself.
public protocol Sink: Sendable {
  /// Whether the output holds the pixels exactly, as far as that is known before the first batch.
  ///
  /// A run of which no output does has no content digest.
  var keepsPixels: Bool { get }

  /// Sees the first batch, alone and before any is written, such as to fit a code to the data.
  ///
  /// Not called for an empty data set; the batch comes again by ``write(_:)``.
  /// - Throws: any error.
  func begin(_ first: Batch) throws

  /// Takes one batch: called for several batches at once, on any thread and in any order.
  ///
  /// Expensive work, such as encoding, belongs here.
  /// - Returns: what must be done in the order of the samples, such as appending to a file; nil
  ///   where nothing depends on the order.
  /// - Throws: ``SampleError`` where a sample is at fault, any error otherwise.
  func write(_ batch: Batch) throws -> OrderedStep?

  /// Completes the output, after the last ordered step.
  /// - Parameter summary: what is known about the samples only when all have been seen.
  /// - Returns: what was written.
  /// - Throws: any error; the output is then discarded.
  func finish(_ summary: RunSummary) throws -> SinkReport
}

/// What is known about the samples of a run once the last one has been seen.
public struct RunSummary: Sendable, Equatable {
  /// The content digest of each split, in hexadecimal, in the order of ``Dataset/splits``.
  ///
  /// Empty where no sink of the run keeps the pixels.
  public let digests: [String]

  /// Sums up the samples.
  public init(digests: [String]) { self.digests = digests }
}

extension Sink {
  /// Holds them.
  public var keepsPixels: Bool { true }

  /// Needs nothing of the first batch.
  public func begin(_ first: Batch) {}
}

/// What a sink has written.
public struct SinkReport: Sendable, Equatable {
  /// Files, the manifest not among them.
  public var fileCount: Int
  /// Bytes in these files.
  public var byteCount: Int
  /// Samples without a file of their own: an equal sample's file stands for them, too.
  public var duplicateCount: Int
  /// Whether pixels and labels can be got back exactly, now that all have been seen.
  public var isLossless: Bool
  /// What a user should know of how it was written, in words.
  public var remarks: [String] = []

  /// Sums up an output.
  public init(fileCount: Int, byteCount: Int, duplicateCount: Int = 0, isLossless: Bool = true) {
    self.fileCount = fileCount
    self.byteCount = byteCount
    self.duplicateCount = duplicateCount
    self.isLossless = isLossless
  }
}

/// What a sink is opened with.
public struct SinkRequest: Sendable {
  /// What will be written: after all conversions.
  public let dataset: Dataset
  /// The checked settings of the output.
  public let options: OptionValues
  /// Where to write.
  public let output: StagedOutput

  /// Gathers what a sink needs.
  public init(dataset: Dataset, options: OptionValues, output: StagedOutput) {
    self.dataset = dataset
    self.options = options
    self.output = output
  }
}
