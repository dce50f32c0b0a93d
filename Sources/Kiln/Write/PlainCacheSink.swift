/// Writes a cache of plain tensors: every place is known in advance, so nothing waits for its turn.
final class PlainCacheSink: Sink {
  private struct Places: Sendable {
    var images = 0
    var labels = 0
  }

  private let output: CacheOutput
  private let tensors: [SafetensorsHeader.Tensor]
  private let places: [Places]
  private let schema: Schema

  init(_ request: SinkRequest) throws {
    let layout = CacheLayout(request.dataset, .none)
    schema = request.dataset.schema
    var wanted: [(split: Int, isImages: Bool, type: ElementType, shape: [Int])] = []
    for (position, split) in request.dataset.splits.enumerated() {
      wanted.append((position, true, schema.elementType, [split.count] + schema.sampleShape))
      if let labels = schema.labels {
        wanted.append((position, false, labels.elementType, layout.labelShape(ofSplit: position)))
      }
    }
    // Widest elements first: then each tensor is aligned to its elements without a gap.
    let byWidth = wanted.enumerated().sorted {
      (-$0.element.type.byteCount, $0.offset) < (-$1.element.type.byteCount, $1.offset)
    }
    var places = [Places](repeating: Places(), count: request.dataset.splits.count)
    var tensors: [SafetensorsHeader.Tensor] = []
    var end = 0
    for (_, tensor) in byWidth {
      let byteCount = tensor.shape.reduce(tensor.type.byteCount, *)
      let part = tensor.isImages ? "images" : "labels"
      tensors.append(
        SafetensorsHeader.Tensor(
          name: "\(request.dataset.splits[tensor.split].name).\(part)", type: tensor.type,
          shape: tensor.shape, range: end..<end + byteCount))
      if tensor.isImages { places[tensor.split].images = end }
      if !tensor.isImages { places[tensor.split].labels = end }
      end += byteCount
    }
    self.tensors = tensors
    self.places = places
    output = try CacheOutput(try request.output.makeFile(), layout, tensors: tensors)
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let place = places[batch.split]
    try output.write(batch.pixels, at: place.images + batch.firstIndex * schema.sampleByteCount)
    if let labels = schema.labels {
      let labelByteCount = labels.columns.count * labels.elementType.byteCount
      try output.write(
        labels.elementType.bytes(of: batch.labels),
        at: place.labels + batch.firstIndex * labelByteCount)
    }
    return nil
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    try output.finish(tensors, summary)
  }
}
