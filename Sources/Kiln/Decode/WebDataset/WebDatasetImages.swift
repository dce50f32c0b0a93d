/// Reads the images of samples.
struct WebDatasetImages: Sendable {
  private let target: ImageTarget
  /// An image of that shape, for messages.
  private let example: String
  private let readers = ReusePool { ImageFileReader() }

  init(_ target: ImageTarget, example: String) {
    self.target = target
    self.example = example
  }

  var elementType: ElementType { target.shape.bitDepth == 8 ? .uint8 : .uint16 }

  /// The shape of a sample; a single channel is not to be seen in a picture, but may be noted.
  func sampleShape(_ noted: [Int]?) -> [Int] {
    let shape = target.shape
    let seen = [shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
    return noted == seen + [1] ? seen + [1] : seen
  }

  /// The shape that a sample's image has by the rules.
  static func shape(
    of sample: WebDatasetSamples.Sample, _ rules: ImageRules
  ) throws -> ImageShape {
    try at(.decode, "\(sample.shard)/\(sample.name)") {
      try image(of: sample).withBytes { try rules.image($0).shape }
    }
  }

  /// The pixels of all samples.
  /// - Throws: ``StageError`` that names the member.
  func pixels(of samples: [WebDatasetSamples.Sample]) throws -> [UInt8] {
    defer { WebDatasetSamples.Image.release(samples) }
    return try readers.with { reader in
      try makeBytes(capacity: samples.count * target.shape.byteCount) { output in
        for sample in samples {
          do {
            try Self.image(of: sample).withBytes {
              try reader.append($0, as: target, to: &output)
            }
          } catch {
            throw placed(error, sample)
          }
        }
      }
    }
  }

  private func placed(_ error: any Error, _ sample: WebDatasetSamples.Sample) -> StageError {
    let difference = error as? ImageDifference
    return StageError(
      .decode, file: "\(sample.shard)/\(sample.name)",
      difference.map { UnsupportedError($0.description(expectedIn: "'\(example)'")) } ?? error)
  }

  private static func image(
    of sample: WebDatasetSamples.Sample
  ) -> WebDatasetSamples.Image {
    guard let image = sample.image else { preconditionFailure("an image that was passed by") }
    return image
  }
}
