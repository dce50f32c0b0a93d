// The layout: Model/CacheLayout.swift, in the container of Model/SafetensorsHeader.swift.

/// A cache that Kiln has written, opened memory-mapped: any sample for the price of one block.
///
/// Opening reads the header and the labels. Nothing is kept but the mapping and, for each thread that reads
/// at one time, a decompressor. What is in the file is not trusted: every size, place and
/// checksum is compared before it is used.
public final class Cache: Sendable {
  /// One sample.
  public struct Sample: Sendable, Equatable {
    /// Pixels, height x width [x channels], row-major, native endian.
    public let pixels: [UInt8]
    /// A value for each label column; empty where there are no labels.
    public let labels: [Int64]
  }

  /// What the cache holds.
  public let dataset: Dataset
  /// The content digest of each split, in hexadecimal, as the writer recorded it.
  public let digests: [String]
  /// Equal for caches of equal content and settings.
  public let fingerprint: String
  /// Samples that are decoded together; 1 where nothing is compressed.
  ///
  /// Who wants neighbours takes them from ``pixels(ofBlock:ofSplit:)``, decoded once.
  public let blockCount: Int

  /// Whether pixels are in blocks that must be decoded.
  let isCompressed: Bool
  private let file: MappedFile
  private let splits: [CacheSplit]
  private let decompressors = ReusePool { try ZstdDecompressor() }

  /// Opens a cache.
  /// - Throws: ``FileError`` where the file cannot be read, ``CacheError`` where it is no cache or damaged.
  public convenience init(path: String) throws { try self.init(try MappedFile(path: path)) }

  init(_ file: MappedFile, _ cancellation: Cancellation = Cancellation()) throws {
    self.file = file
    let contents = try CacheContents(parsing: file)
    splits = contents.splits
    digests = contents.layout.digests
    fingerprint = contents.fingerprint
    var dataset = contents.layout.dataset
    switch contents.layout.codec {
    case .zstd(_, let blockCount): (isCompressed, self.blockCount) = (true, blockCount)
    case .none: (isCompressed, blockCount) = (false, 1)
    }
    if let columns = dataset.schema.labels?.columns {
      dataset.schema.labels?.ranges =
        try Self.labelRanges(file, splits, columns.count, cancellation).byColumn
    }
    self.dataset = dataset
  }

  /// The smallest and largest value of each label column over all splits.
  private static func labelRanges(
    _ file: MappedFile, _ splits: [CacheSplit], _ columnCount: Int, _ cancellation: Cancellation
  ) throws -> LabelRanges {
    var ranges = LabelRanges(columnCount: columnCount)
    for split in splits {
      guard let tensor = split.labels, split.count > 0 else { continue }
      let byteCount = tensor.range.count / split.count
      for first in stride(from: 0, to: split.count, by: labelChunkCount) {
        try cancellation.check()
        let samples = first..<min(split.count, first + labelChunkCount)
        let place = place(of: samples, byteCount, in: tensor.range)
        ranges.add(try integers(file, tensor, place))
        file.release(place)
      }
    }
    return ranges
  }

  /// Labels that are looked at together: so many that nothing else counts, and few in memory.
  private static let labelChunkCount = 1 << 14

  private static func place(
    of samples: Range<Int>, _ byteCount: Int, in range: Range<Int>
  ) -> Range<Int> {
    range.lowerBound + samples.lowerBound * byteCount..<range.lowerBound + samples.upperBound
      * byteCount
  }

  private static func integers(
    _ file: MappedFile, _ tensor: SafetensorsHeader.Tensor, _ range: Range<Int>
  ) throws(CacheError) -> [Int64] {
    do {
      return try tensor.type.integers(in: file.bytes(range))
    } catch {
      throw CacheError("labels '\(tensor.name)' have the value \(error.value), no whole number")
    }
  }

  // MARK: Reading

  /// The labels of a split without touching its pixels: samples x columns, row-major.
  /// - Returns: nothing where the cache has no labels.
  /// - Throws: ``CacheError`` for a split that is not there, or labels that are no whole numbers.
  public func labels(ofSplit split: Int) throws -> [Int64] {
    guard let tensor = try self.split(split).labels else { return [] }
    return try Self.integers(file, tensor, tensor.range)
  }

  /// Reads one sample; with compression, its block is decoded.
  /// - Parameters:
  ///   - index: the sample's index within its split.
  ///   - split: a position in ``Dataset/splits``.
  /// - Returns: the sample.
  /// - Throws: ``CacheError`` for a sample that is not there, or damaged data.
  public func sample(_ index: Int, ofSplit split: Int) throws -> Sample {
    let found = try self.split(split)
    guard 0..<found.count ~= index else {
      throw CacheError("split '\(found.name)' has \(found.count) samples, none of index \(index)")
    }
    let byteCount = dataset.schema.sampleByteCount
    let block = try pixels(ofBlock: index / blockCount, ofSplit: split)
    let start = index % blockCount * byteCount
    let pixels = blockCount == 1 ? block : Array(block[start..<start + byteCount])
    guard let tensor = found.labels else { return Sample(pixels: pixels, labels: []) }
    let labelByteCount = tensor.range.count / found.count
    let labelStart = tensor.range.lowerBound + index * labelByteCount
    let labels = try Self.integers(file, tensor, labelStart..<labelStart + labelByteCount)
    return Sample(pixels: pixels, labels: labels)
  }

  /// Decodes the pixels of one block: ``blockCount`` samples, in the last block of a split perhaps fewer.
  /// - Parameters:
  ///   - block: the block's index within its split.
  ///   - split: a position in ``Dataset/splits``.
  /// - Returns: samples x height x width [x channels], row-major, native endian.
  /// - Throws: ``CacheError`` for a block that is not there, or damaged data.
  public func pixels(ofBlock block: Int, ofSplit split: Int) throws -> [UInt8] {
    let found = try self.split(split)
    let total = CacheLayout.blockTotal(of: found.count, blockCount: blockCount)
    guard 0..<total ~= block else {
      throw CacheError("split '\(found.name)' has \(total) blocks, none of index \(block)")
    }
    let byteCount =
      min(blockCount, found.count - block * blockCount) * dataset.schema.sampleByteCount
    switch found.images {
    case .plain(let place):
      let start = place.lowerBound + block * byteCount
      return file.bytes(start..<start + byteCount)
    case .zstd(let frames, let offsets, let checksums):
      let begin = word(UInt64.self, offsets.lowerBound + 8 * block)
      let end = word(UInt64.self, offsets.lowerBound + 8 * (block + 1))
      guard begin <= end, end <= UInt64(frames.count) else {
        throw CacheError(
          "block \(block) of split '\(found.name)' is at \(begin)..<\(end),"
            + " expected within \(frames.count) bytes")
      }
      let place = frames.lowerBound + Int(begin)..<frames.lowerBound + Int(end)
      let checksum = word(UInt32.self, checksums.lowerBound + 4 * block)
      return try file.withBytes(place) { frame in
        guard CRC32(of: frame).value == checksum else {
          throw CacheError("block \(block) of split '\(found.name)' does not match its CRC-32")
        }
        do {
          return try decompressors.with { try $0.decompress(frame, byteCount: byteCount) }
        } catch {
          throw CacheError("block \(block) of split '\(found.name)': \(error)")
        }
      }
    }
  }

  // MARK: Reading from first to last

  /// The labels of consecutive samples; nothing where the cache has none.
  func labels(ofSamples samples: Range<Int>, ofSplit split: Int) throws(CacheError) -> [Int64] {
    guard let tensor = splits[split].labels, !samples.isEmpty else { return [] }
    let byteCount = tensor.range.count / splits[split].count
    return try Self.integers(
      file, tensor, Self.place(of: samples, byteCount, in: tensor.range))
  }

  /// The pixels of consecutive samples that are not compressed, read once.
  func plainPixels(
    ofSamples samples: Range<Int>, ofSplit split: Int
  ) throws(CacheError) -> [UInt8] {
    guard case .plain(let range) = splits[split].images else {
      throw CacheError("split '\(splits[split].name)' is compressed")
    }
    let place = Self.place(of: samples, dataset.schema.sampleByteCount, in: range)
    defer { file.release(place) }
    return file.bytes(place)
  }

  /// Gives back the memory of blocks that will not be decoded again.
  func release(blocks: Range<Int>, ofSplit split: Int) {
    guard case .zstd(let frames, let offsets, _) = splits[split].images else { return }
    let begin = word(UInt64.self, offsets.lowerBound + 8 * blocks.lowerBound)
    let end = word(UInt64.self, offsets.lowerBound + 8 * blocks.upperBound)
    guard begin <= end, end <= UInt64(frames.count) else { return }
    file.release(frames.lowerBound + Int(begin)..<frames.lowerBound + Int(end))
  }

  private func split(_ position: Int) throws(CacheError) -> CacheSplit {
    guard splits.indices.contains(position) else {
      throw CacheError("the cache has \(splits.count) splits, none of index \(position)")
    }
    return splits[position]
  }

  /// A little-endian number at a place in the file.
  private func word<Word: FixedWidthInteger>(_: Word.Type, _ place: Int) -> Word {
    file.withBytes(place..<place + Word.bitWidth / 8) { bytes in
      var value: Word = 0
      for index in bytes.indices.reversed() { value = value << 8 | Word(bytes[index]) }
      return value
    }
  }
}

/// Why a file is no cache, or which part of it is damaged.
public struct CacheError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence a user sees.
  public let description: String

  init(_ description: String) { self.description = description }
}
