/// Yields the samples of a data set, split by split, in order.
public protocol Source: Sendable {
  /// What the source holds.
  var dataset: Dataset { get }
  /// The files it is read from, in the order of the splits; empty for a source without files.
  var files: [SourceFile] { get }
  /// The directories of many files that it is read from instead, one for each split.
  var folders: [SourceFolder] { get }
  /// The paths of the files, or of members of archives, that samples come from: their names may tell
  /// which published data set this is.
  var memberNames: [String] { get }
  /// The published data set that this is, such as `cifar-10`, where the format by itself tells; else nil.
  ///
  /// Kiln then corrects the samples as its catalogue says.
  var knownName: String? { get }
  /// What has been done to the samples to correct them, in words.
  var corrections: [String] { get }
  /// What a user should know of how it is read, in words: what was concluded from values alone, and what
  /// lies there and is not read.
  var remarks: [String] { get }
  /// The content digest of each split, where the source has them itself: whoever reads a split whole compares
  /// them. Empty where there are none.
  var recordedDigests: [String] { get }
  /// Opens a split for reading from its first sample.
  /// - Parameters:
  ///   - split: a position in ``Dataset/splits``.
  ///   - background: where to leave work, such as hashing, that need not hold the reader up.
  /// - Returns: a reader at the split's first sample.
  /// - Throws: any error that says what is wrong with the file.
  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader
}

extension Source {
  /// None: most sources are read from a few files.
  public var folders: [SourceFolder] { [] }
  /// The paths of ``files``.
  public var memberNames: [String] { files.map(\.path) }
  /// Nothing is told.
  public var knownName: String? { nil }
  /// Nothing is done.
  public var corrections: [String] { [] }
  /// Nothing is worth a remark.
  public var remarks: [String] { [] }
  /// There are none.
  public var recordedDigests: [String] { [] }
}

/// Reads the samples of one split in order; used by one thread at a time.
public protocol SampleReader: AnyObject {
  /// Reads the next samples.
  ///
  /// Only what must happen in order is done here; what can run beside other batches is left to
  /// the result.
  /// - Parameter count: how many; the caller never asks for more than the split has.
  /// - Returns: the samples, with the decoding that is left to do.
  /// - Throws: any error that says what is wrong with the file.
  func read(_ count: Int) throws -> PendingSamples

  /// Checks what follows the last sample, such as a checksum, where all samples were read.
  /// - Throws: any error that says what is wrong with the file.
  func finish() throws

  /// Checks the samples that were read where others are left: what they are packed with may hold a checksum at its end.
  /// - Parameter cancellation: ends it, where there is a lot to read.
  /// - Throws: any error that says what is wrong with the file, or that somebody has asked to end.
  func finishEarly(_ cancellation: Cancellation) throws
}

extension SampleReader {
  /// Nothing is left to check.
  public func finishEarly(_ cancellation: Cancellation) throws {}
}

/// Samples that are read, but perhaps not yet decoded.
public struct PendingSamples: Sendable {
  /// Decodes the samples: pixels and labels as in a ``Batch``.
  public let decode: @Sendable () throws -> (pixels: [UInt8], labels: [Int64])

  /// Wraps decoding that may run on any thread.
  public init(_ decode: @escaping @Sendable () throws -> (pixels: [UInt8], labels: [Int64])) {
    self.decode = decode
  }
}
