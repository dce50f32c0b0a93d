// A cache: Model/CacheLayout.swift. Any other safetensors file (Model/SafetensorsHeader.swift) is read by the
// names of its tensors: SPLIT.images and SPLIT.labels, or images and labels alone.

extension SourceFormat {
  /// A cache of Kiln's, or a safetensors file of another program.
  public static let cache = SourceFormat(
    name: "cache",
    summary: "a cache that Kiln wrote, or a safetensors file with SPLIT.images and SPLIT.labels",
    options: [.imagesKey, .labelsKey, .sourceShape],
    detect: { material in
      guard let file = material.onlyFile else { return false }
      return SafetensorsFile.isBegun(by: (try? file.start(SafetensorsFile.startByteCount)) ?? [])
    },
    open: { material, values in
      guard let resource = material.onlyFile else {
        preconditionFailure("opened without being detected")
      }
      let keys = try ArrayKeys(values)
      let shape = try SourceShape.parse(values)
      return try at(.decode, resource.name) {
        if material.request.dataset != nil {
          throw UsageError.conflict("--dataset chooses from a directory, and this is a file")
        }
        // The place of a tensor is known, and packed bytes have none.
        guard let file = try resource.map() else {
          throw UnsupportedError("is read in place and cannot be packed (unpack it first)")
        }
        let (header, dataStart) = try CacheContents.header(of: file)
        let classNames = material.request.classNames
        if header.metadata["format"]?.hasPrefix(CacheLayout.formatPrefix) == true {
          if keys != nil {
            throw UsageError.conflict("a cache says itself what is in it: leave out --images-key")
          }
          return try CacheSource(
            try Cache(file, material.cancellation), resource.file, shape: shape,
            classNames: classNames)
        }
        return try SafetensorsFile(header, dataStart, file, resource)
          .source(keys, shape, material)
      }
    })
}

/// Reads a cache from first to last, its blocks beside each other.
final class CacheSource: Source {
  let dataset: Dataset
  let files: [SourceFile]
  let recordedDigests: [String]
  private let cache: Cache
  private let digests: FileDigests

  init(_ cache: Cache, _ file: SourceFile, shape: [Int]?, classNames: [String]?) throws {
    self.cache = cache
    var dataset = cache.dataset
    // A few bytes could promise billions of these.
    guard dataset.count == 0 || dataset.schema.sampleByteCount > 0 else {
      throw UnsupportedError("samples of shape \(dataset.schema.shapeText) have no pixels")
    }
    if let shape {
      let sampleShape = try SourceShape.shape(shape, ofSamples: dataset.schema.sampleShape)
      dataset.schema.sampleShape = sampleShape
      dataset.schema.channelOrder = ArraySource.likelyOrder(of: sampleShape)
    }
    if let classNames { dataset.schema.labels?.classNames = classNames }
    self.dataset = dataset
    // They are of the shape that the cache has itself, too.
    recordedDigests = shape == nil ? cache.digests : []
    files = [file]
    digests = FileDigests(files)
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    digests.start(on: background)
    return Reader(cache, split: split, file: files[0].name)
  }

  private final class Reader: SampleReader {
    private let cache: Cache
    private let split: Int
    private let file: String
    private var position = 0
    /// The block that the next sample may belong to, too.
    private var lastBlock: Block?

    init(_ cache: Cache, split: Int, file: String) {
      self.cache = cache
      self.split = split
      self.file = file
    }

    func read(_ count: Int) -> PendingSamples {
      let samples = position..<position + count
      position += count
      guard cache.isCompressed else {
        return pending { [cache, split] in
          (
            try cache.plainPixels(ofSamples: samples, ofSplit: split),
            try cache.labels(ofSamples: samples, ofSplit: split)
          )
        }
      }
      let size = cache.blockCount
      let blocks = samples.lowerBound / size..<(samples.upperBound + size - 1) / size
      let parts = blocks.map { index in
        let block = lastBlock?.index == index ? lastBlock : nil
        return block ?? Block(index)
      }
      lastBlock = parts.last
      return pending { [cache, split] in
        defer { cache.release(blocks: blocks, ofSplit: split) }
        let sampleByteCount = cache.dataset.schema.sampleByteCount
        let pixels = try makeBytes(capacity: samples.count * sampleByteCount) { cursor in
          for block in parts {
            let start = block.index * size
            let wanted = samples.clamped(to: start..<start + size)
            let bytes = try block.pixels(of: cache, split)
            cursor.append(
              bytes.span.extracting(
                (wanted.lowerBound - start) * sampleByteCount..<(wanted.upperBound - start)
                  * sampleByteCount))
          }
        }
        return (pixels, try cache.labels(ofSamples: samples, ofSplit: split))
      }
    }

    private func pending(
      _ decode: @escaping @Sendable () throws -> (pixels: [UInt8], labels: [Int64])
    ) -> PendingSamples {
      PendingSamples { [file] in try at(.decode, file, decode) }
    }

    func finish() {}
  }

  /// A block that is decoded by whoever needs it first, and kept while anyone may need it.
  ///
  /// A block can hold more samples than a batch: without this each batch would decode it anew.
  private final class Block: Sendable {
    let index: Int
    private let decoded = Locked<[UInt8]?>(nil)

    init(_ index: Int) { self.index = index }

    func pixels(of cache: Cache, _ split: Int) throws -> [UInt8] {
      try decoded.withLock { decoded in
        if let decoded { return decoded }
        let pixels = try cache.pixels(ofBlock: index, ofSplit: split)
        decoded = pixels
        return pixels
      }
    }
  }
}

/// A safetensors file of another program.
private struct SafetensorsFile {
  /// The length of the header and the brace that it begins with.
  static let startByteCount = SafetensorsHeader.lengthByteCount + 1

  private let tensors: [String: SafetensorsHeader.Tensor]
  private let dataStart: Int
  private let mapped: MappedFile
  private let resource: Resource

  static func isBegun(by bytes: [UInt8]) -> Bool {
    guard bytes.count == startByteCount, bytes.last == 0x7B else { return false }
    let length = bytes.dropLast().reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= SafetensorsHeader.maximumByteCount
  }

  init(
    _ header: SafetensorsHeader, _ dataStart: Int, _ mapped: MappedFile, _ resource: Resource
  ) throws {
    tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
    self.dataStart = dataStart
    self.mapped = mapped
    self.resource = resource
  }

  func source(
    _ keys: ArrayKeys?, _ shape: [Int]?, _ material: SourceMaterial
  ) throws -> any Source {
    let parts = try keys.map { try $0.parts.map(part) } ?? usualParts()
    guard !parts.isEmpty else {
      throw UnsupportedError(
        "holds the tensors \(listed), none of them SPLIT.images (name them by --images-key)")
    }
    var interpretation = ArraySource.Interpretation(material.request)
    interpretation.sampleShape = shape
    return try ArraySource(parts, interpretation, in: [resource.file], material.cancellation)
  }

  private var listed: String {
    // Models have thousands.
    let names = tensors.keys.sorted()
    let shown = names.prefix(8).map { $0.printable }.joined(separator: ", ")
    return names.isEmpty ? "of nobody" : names.count > 8 ? shown + ", …" : shown
  }

  private func usualParts() throws -> [ArraySource.Part] {
    let suffix = ".images"
    let splits = tensors.keys.filter { $0.hasSuffix(suffix) && $0.count > suffix.count }
      .map { String($0.dropLast(suffix.count)) }
    if splits.isEmpty, tensors["images"] != nil {
      return [try part("data", images: "images", labels: "labels")]
    }
    return try splits.sorted(by: SplitName.precedes).map {
      try part($0, images: $0 + suffix, labels: $0 + ".labels")
    }
  }

  private func part(_ key: ArrayKeys.Part) throws -> ArraySource.Part {
    let labels = key.labels?.text
    if let labels, tensors[labels] == nil { throw missing(labels) }
    return try part(key.split ?? "data", images: key.images.text, labels: labels)
  }

  private func part(
    _ split: String, images: String, labels: String?
  ) throws -> ArraySource.Part {
    guard let tensor = tensors[images] else { throw missing(images) }
    return ArraySource.Part(
      split: split, images: try array(tensor), labels: try labels.flatMap { tensors[$0] }.map(array)
    )
  }

  private func missing(_ key: String) -> UsageError {
    .unknown(what: "tensor", name: key, among: tensors.keys.sorted())
  }

  private func array(_ tensor: SafetensorsHeader.Tensor) throws -> SampleArray {
    try SampleArray(
      "\(resource.name): \(tensor.name.printable)",
      .array(
        try NumericArray(
          tensor.type, shape: tensor.shape, in: .mapped(mapped),
          at: dataStart + tensor.range.lowerBound)))
  }
}
