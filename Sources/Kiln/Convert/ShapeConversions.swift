extension ConversionFormat {
  /// `--flatten`.
  public static let flatten = ConversionFormat.toggle(
    name: "flatten", summary: "make each sample one row of values", make: { Flatten() })

  /// `--layout nhwc|nchw`.
  public static let layout = ConversionFormat(
    name: "layout", placeholder: "ORDER", kind: .choice(ChannelOrder.allCases.map(\.rawValue)),
    summary: "put channels last (nhwc) or first (nchw); grey images gain a channel",
    make: { try Layout($0) })

  /// `--transpose`.
  public static let transpose = ConversionFormat.toggle(
    name: "transpose", summary: "swap height and width of each image, as EMNIST needs",
    make: { Transpose() })
}

/// Makes each sample one row of values.
struct Flatten: Conversion {
  func prepare(_ plan: inout Plan) -> BatchStep? {
    plan.schema.sampleShape = [plan.schema.sampleElementCount]
    return nil
  }
}

/// Puts the channels of each sample last or first.
struct Layout: Conversion {
  private let order: ChannelOrder

  init(_ value: String) throws(UsageError) {
    guard let order = ChannelOrder(rawValue: value) else {
      throw .badValue(
        option: "layout", value: value, expected: "nhwc (channels last) or nchw (channels first)",
        nearest: Spelling.nearest(to: value, among: ChannelOrder.allCases.map(\.rawValue)))
    }
    self.order = order
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let schema = plan.schema
    guard let (height, width, channels) = schema.imageDimensions else {
      throw UnsupportedError(
        "samples of shape \(schema.shapeText) are no images with channels:"
          + " put --layout before --flatten")
    }
    plan.schema.channelOrder = order
    plan.schema.sampleShape =
      order == .last ? [height, width, channels] : [channels, height, width]
    guard schema.sampleShape.count == 3, schema.channelOrder != order, channels > 1 else {
      return nil
    }
    let pixelCount = height * width
    let permutation =
      order == .last
      ? Permutation(sizes: [pixelCount, channels], strides: [1, pixelCount])
      : Permutation(sizes: [channels, pixelCount], strides: [1, channels])
    return permutation.step(elementByteCount: schema.elementType.byteCount)
  }
}

/// Swaps height and width of each sample.
struct Transpose: Conversion {
  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let schema = plan.schema
    guard let (height, width, channels) = schema.imageDimensions else {
      throw UnsupportedError(
        "samples of shape \(schema.shapeText) have no height and width:"
          + " put --transpose before --flatten")
    }
    let permutation: Permutation
    switch (schema.sampleShape.count, schema.channelOrder) {
    case (3, .last):
      plan.schema.sampleShape = [width, height, channels]
      permutation = Permutation(
        sizes: [width, height, channels], strides: [channels, width * channels, 1])
    case (3, .first):
      plan.schema.sampleShape = [channels, width, height]
      permutation = Permutation(
        sizes: [channels, width, height], strides: [height * width, 1, width])
    case _:
      plan.schema.sampleShape = [width, height]
      permutation = Permutation(sizes: [width, height], strides: [1, width])
    }
    return permutation.step(elementByteCount: schema.elementType.byteCount)
  }
}

/// The axes of every sample in another order.
private struct Permutation: Sendable {
  /// How many elements the new sample has along each axis, outermost first.
  let sizes: [Int]
  /// How far each axis steps through the old sample.
  let strides: [Int]

  func step(elementByteCount: Int) -> BatchStep {
    { batch in
      batch.pixels = permutedSamples(
        batch.pixels, sizes: sizes, strides: strides, elementByteCount: elementByteCount)
    }
  }
}
