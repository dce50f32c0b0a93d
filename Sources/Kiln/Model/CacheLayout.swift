// A cache is a safetensors file (Model/SafetensorsHeader.swift) with these tensors for each split:
//
//   codec zstd   SPLIT.images.zstd     U8   a zstd frame for each block of samples, one behind the other;
//                                           a skippable frame at the end where the next tensor needs it
//                SPLIT.images.offsets  U64  where each frame begins in it, and where the last one ends
//                SPLIT.images.crc32    U32  zlib's CRC-32 of each frame's bytes as they are in the file
//   codec none   SPLIT.images               the pixels, samples x shape
//   both         SPLIT.labels               samples [x columns]; missing where there are no labels
//
// and these texts in __metadata__:
//
//   format       kiln.cache/1
//   codec, level zstd or none; zstd's level
//   splits       the names of the splits in order, as JSON
//   classes      the class names from 0, as JSON
//   labels       label columns as JSON: columns, dtype, one_hot; missing where there are no labels
//   layout       nhwc or nchw
//   pixel_scale  undeclared, lost, or what a pixel times makes it 0…255
//   SPLIT.shape  samples x shape, as JSON;   SPLIT.dtype  the pixels' type
//   SPLIT.block  samples in a block, the last one may have fewer (codec zstd)
//   SPLIT.digest the content digest
//   fingerprint  SHA-256 of a line KEY=VALUE\n for each other text, in the order of the keys' bytes: equal
//                for caches of equal content and settings

/// What a cache says about itself beside its tensors.
struct CacheLayout: Sendable, Equatable {
  /// How images are stored.
  enum Codec: Sendable, Equatable {
    case none
    /// Compressed, so many samples at a time.
    case zstd(level: Int, blockCount: Int)
  }

  static let format = formatPrefix + "1"
  /// What every version begins with.
  static let formatPrefix = "kiln.cache/"
  /// A reader holds one block in memory, which has one sample at least.
  static let maximumBlockByteCount = Schema.maximumSampleByteCount

  var dataset: Dataset
  var codec: Codec
  /// The content digest of each split.
  var digests: [String]

  /// Samples in a block: a power of two, as batches are, so that the two do not cross.
  static func blockCount(sampleByteCount: Int, blockByteCount: Int) -> Int {
    let fitting = max(1, blockByteCount / max(1, sampleByteCount))
    return min(1 << (Int.bitWidth - 1 - fitting.leadingZeroBitCount), 1 << 16)
  }

  /// Blocks of a split.
  static func blockTotal(of count: Int, blockCount: Int) -> Int {
    count / blockCount + (count % blockCount == 0 ? 0 : 1)
  }

  /// The shape of a split's labels.
  func labelShape(ofSplit split: Int) -> [Int] {
    let columns = dataset.schema.labelColumnCount
    return [dataset.splits[split].count] + (columns == 1 ? [] : [columns])
  }

  // MARK: Metadata

  /// The texts of `__metadata__`, without their fingerprint.
  func metadata() throws -> [String: String] {
    let schema = dataset.schema
    var texts = [
      "format": Self.format,
      "splits": try JSON.array(dataset.splits.map { .text($0.name) }).compactText(),
      "layout": schema.channelOrder.rawValue,
      "pixel_scale": schema.pixelScale.text,
    ]
    if let labels = schema.labels {
      texts["classes"] = try JSON.array(labels.classNames.map(JSON.text)).compactText()
      texts["labels"] = try JSON.object([
        "columns": .array(labels.columns.map(JSON.text)),
        "dtype": .text(labels.elementType.safetensorsName),
        "one_hot": .boolean(labels.isOneHot),
      ]).compactText()
    }
    for (split, digest) in zip(dataset.splits, digests) {
      let shape = [split.count] + schema.sampleShape
      texts[split.name + ".shape"] = try JSON.array(shape.map(JSON.integer)).compactText()
      texts[split.name + ".dtype"] = schema.elementType.safetensorsName
      texts[split.name + ".digest"] = digest
    }
    switch codec {
    case .none: texts["codec"] = "none"
    case .zstd(let level, let blockCount):
      texts["codec"] = "zstd"
      texts["level"] = String(level)
      for split in dataset.splits { texts[split.name + ".block"] = String(blockCount) }
    }
    return texts
  }
}
