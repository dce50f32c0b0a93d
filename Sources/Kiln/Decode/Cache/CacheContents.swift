/// Where a split's data is in the file, checked against the file's size.
struct CacheSplit: Sendable {
  /// Pixels as they are, or compressed; ranges of the file.
  enum Images: Sendable {
    case plain(Range<Int>)
    case zstd(frames: Range<Int>, offsets: Range<Int>, checksums: Range<Int>)
  }

  let name: String
  let count: Int
  let images: Images
  /// The labels' tensor; its range is one of the file.
  let labels: SafetensorsHeader.Tensor?
}

/// The header of a cache, checked: all that it promises is there.
struct CacheContents {
  let layout: CacheLayout
  let fingerprint: String
  let splits: [CacheSplit]

  init(parsing file: MappedFile) throws(CacheError) {
    let header: SafetensorsHeader
    let dataStart: Int
    do {
      (header, dataStart) = try Self.header(of: file)
    } catch {
      throw CacheError(error.description)
    }
    let texts = CacheTexts(texts: header.metadata)
    guard texts.texts["format"] == CacheLayout.format else {
      throw CacheError(
        "expected a cache of format \(CacheLayout.format),"
          + " found \(texts.texts["format"] ?? "a safetensors file of another program")")
    }
    layout = try texts.layout()
    fingerprint = try texts.text("fingerprint")
    var tensors: [String: SafetensorsHeader.Tensor] = [:]
    for tensor in header.tensors {
      tensors[tensor.name] = SafetensorsHeader.Tensor(
        name: tensor.name, type: tensor.type, shape: tensor.shape,
        range: tensor.range.lowerBound + dataStart..<tensor.range.upperBound + dataStart)
    }
    let finder = TensorFinder(layout: layout, tensors: tensors)
    var splits: [CacheSplit] = []
    for position in layout.dataset.splits.indices { splits.append(try finder.split(position)) }
    self.splits = splits
  }

  /// The header of any safetensors file, and where its data begins.
  static func header(
    of file: MappedFile
  ) throws(SafetensorsError) -> (SafetensorsHeader, dataStart: Int) {
    let start = SafetensorsHeader.lengthByteCount
    guard file.byteCount >= start else { throw .tooShort(byteCount: file.byteCount) }
    let length = file.bytes(0..<start).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let limit = min(SafetensorsHeader.maximumByteCount, file.byteCount - start)
    guard length <= UInt64(limit) else { throw .headerTooLong(found: length, limit: limit) }
    let dataStart = start + Int(length)
    let header = try SafetensorsHeader(
      parsing: file.bytes(start..<dataStart), dataByteCount: file.byteCount - dataStart)
    return (header, dataStart)
  }
}

/// Finds the tensors of a split and compares type and shape with what the layout says.
private struct TensorFinder {
  let layout: CacheLayout
  let tensors: [String: SafetensorsHeader.Tensor]

  func split(_ position: Int) throws(CacheError) -> CacheSplit {
    let (schema, split) = (layout.dataset.schema, layout.dataset.splits[position])
    let images: CacheSplit.Images
    switch layout.codec {
    case .none:
      let tensor = try tensor(
        split.name + ".images", schema.elementType, [split.count] + schema.sampleShape)
      images = .plain(tensor.range)
    case .zstd(_, let blockCount):
      let total = CacheLayout.blockTotal(of: split.count, blockCount: blockCount)
      images = .zstd(
        frames: try tensor(split.name + ".images.zstd", .uint8, nil).range,
        offsets: try tensor(split.name + ".images.offsets", .uint64, [total + 1]).range,
        checksums: try tensor(split.name + ".images.crc32", .uint32, [total]).range)
    }
    var labels: SafetensorsHeader.Tensor?
    if let type = schema.labels?.elementType {
      labels = try tensor(split.name + ".labels", type, layout.labelShape(ofSplit: position))
    }
    return CacheSplit(name: split.name, count: split.count, images: images, labels: labels)
  }

  private func tensor(
    _ name: String, _ type: ElementType, _ shape: [Int]?
  ) throws(CacheError) -> SafetensorsHeader.Tensor {
    guard let tensor = tensors[name] else { throw CacheError("tensor '\(name)' is missing") }
    guard tensor.type == type, shape == nil || tensor.shape == shape else {
      throw CacheError("tensor '\(name)' has another type or shape than its split")
    }
    return tensor
  }
}

/// Reads the texts of `__metadata__`.
private struct CacheTexts {
  let texts: [String: String]

  func text(_ key: String) throws(CacheError) -> String {
    guard let text = texts[key] else { throw CacheError("metadata '\(key)' is missing") }
    return text
  }

  private func damaged(_ key: String) -> CacheError {
    CacheError("metadata '\(key)' is not valid: \(texts[key].map { $0.prefix(64) } ?? "")")
  }

  private func json(_ key: String) throws(CacheError) -> JSON {
    guard let json = try? JSON(parsing: Array(try text(key).utf8)) else { throw damaged(key) }
    return json
  }

  func layout() throws(CacheError) -> CacheLayout {
    guard let names = try json("splits").texts, let first = names.first,
      Set(names).count == names.count
    else { throw damaged("splits") }
    var schema = Schema(
      elementType: try elementType(ofSplit: first), sampleShape: try shape(ofSplit: first).sample,
      labels: try labels())
    guard let order = ChannelOrder(rawValue: try text("layout")) else { throw damaged("layout") }
    schema.channelOrder = order
    schema.pixelScale = try pixelScale()
    var splits: [Split] = []
    var digests: [String] = []
    var total = 0
    for name in names {
      let shape = try shape(ofSplit: name)
      let (sum, overflow) = total.addingReportingOverflow(shape.count)
      guard try elementType(ofSplit: name) == schema.elementType,
        shape.sample == schema.sampleShape, !overflow
      else { throw damaged("\(name).shape") }
      total = sum
      splits.append(Split(name: name, count: shape.count))
      digests.append(try text("\(name).digest"))
    }
    return CacheLayout(
      dataset: Dataset(schema: schema, splits: splits), codec: try codec(names, schema),
      digests: digests)
  }

  private func elementType(ofSplit name: String) throws(CacheError) -> ElementType {
    guard let type = ElementType(safetensorsName: try text("\(name).dtype")) else {
      throw damaged("\(name).dtype")
    }
    return type
  }

  /// The shape; that of one sample takes no more bytes than a block may.
  private func shape(
    ofSplit name: String
  ) throws(CacheError) -> (count: Int, sample: [Int]) {
    let type = try elementType(ofSplit: name)
    guard let shape = try json("\(name).shape").sizes, let count = shape.first,
      let byteCount = type.byteCount(of: Array(shape.dropFirst())),
      byteCount <= CacheLayout.maximumBlockByteCount,
      // What a conversion multiplies on the way must not overflow either.
      ElementType.uint64.byteCount(of: shape) != nil
    else { throw damaged("\(name).shape") }
    return (count, Array(shape.dropFirst()))
  }

  private func codec(
    _ names: [String], _ schema: Schema
  ) throws(CacheError) -> CacheLayout.Codec {
    switch try text("codec") {
    case "none": return .none
    case "zstd":
      guard let level = Int(try text("level")) else { throw damaged("level") }
      let key = names[0] + ".block"
      guard let blockCount = Int(try text(key)), blockCount >= 1,
        let byteCount = schema.elementType.byteCount(of: [blockCount] + schema.sampleShape),
        byteCount <= CacheLayout.maximumBlockByteCount
      else { throw damaged(key) }
      for name in names where try text("\(name).block") != String(blockCount) {
        throw damaged("\(name).block")
      }
      return .zstd(level: level, blockCount: blockCount)
    default: throw damaged("codec")
    }
  }

  private func labels() throws(CacheError) -> LabelSchema? {
    guard texts["labels"] != nil else { return nil }
    guard case .object(let labels) = try json("labels"), let columns = labels["columns"]?.texts,
      !columns.isEmpty, case .text(let typeName)? = labels["dtype"],
      let type = ElementType(safetensorsName: typeName),
      case .boolean(let isOneHot)? = labels["one_hot"]
    else { throw damaged("labels") }
    guard let classNames = try json("classes").texts else { throw damaged("classes") }
    return LabelSchema(
      columns: columns, elementType: type, range: nil, classNames: classNames, isOneHot: isOneHot)
  }

  private func pixelScale() throws(CacheError) -> PixelScale {
    guard let scale = PixelScale(text: try text("pixel_scale")) else {
      throw damaged("pixel_scale")
    }
    return scale
  }
}
