import Testing

@testable import Kiln

/// Makes a conversion as the command line does.
/// - Returns: the conversion.
/// - Throws: ``UsageError``.
func conversion(_ name: String, _ value: String = "on") throws -> any Conversion {
  let format = try #require(ConversionFormat.all.first { $0.name == name })
  try format.option.check(value)
  return try format.make(value)
}

/// A data set of one split, and conversions on its only batch.
struct Trial {
  var schema: Schema
  var pixels: [UInt8]
  var labels: [Int64]
  var count: Int
  var firstIndex = 100

  init<Element: BitwiseCopyable>(
    _ type: ElementType, _ shape: [Int], _ values: [Element], order: ChannelOrder = .last,
    scale: PixelScale = .undeclared
  ) {
    schema = Schema(
      elementType: type, sampleShape: shape, channelOrder: order, pixelScale: scale, labels: nil)
    pixels = makeElements(count: values.count, of: Element.self) { values[$0] }
    labels = []
    count = values.count / shape.reduce(1, *)
  }

  init(labels: [Int64], _ labelSchema: LabelSchema?) {
    schema = Schema(elementType: .uint8, sampleShape: [1], labels: labelSchema)
    count = labels.count / max(1, schema.labelColumnCount)
    pixels = [UInt8](repeating: 7, count: count)
    self.labels = labels
  }

  /// Applies conversions in order to the samples.
  /// - Returns: what comes out.
  /// - Throws: what the conversions throw.
  func converted(_ conversions: [(String, String)]) throws -> Trial {
    var plan = Plan(Dataset(schema: schema, splits: [Split(name: "train", count: count)]))
    let steps = try conversions.map { try conversion($0.0, $0.1) }
    for step in steps { step.declare(in: &plan) }
    var batch = Batch(
      split: 0, firstIndex: firstIndex, count: count, pixels: pixels, labels: labels)
    for step in try steps.compactMap({ try $0.prepare(&plan) }) { try step(&batch) }
    var result = self
    result.schema = plan.schema
    result.pixels = batch.pixels
    result.labels = batch.labels
    return result
  }

  func converted(_ name: String, _ value: String = "on") throws -> Trial {
    try converted([(name, value)])
  }

  /// The pixels as elements of a type.
  func values<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
    withElements(of: pixels, as: type) { span in span.indices.map { span[$0] } }
  }
}
