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
      ? Permutation(sizes: (1, pixelCount, channels), strides: (0, 1, pixelCount))
      : Permutation(sizes: (1, channels, pixelCount), strides: (0, 1, channels))
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
        sizes: (width, height, channels), strides: (channels, width * channels, 1))
    case (3, .first):
      plan.schema.sampleShape = [channels, width, height]
      permutation = Permutation(
        sizes: (channels, width, height), strides: (height * width, 1, width))
    case _:
      plan.schema.sampleShape = [width, height]
      permutation = Permutation(sizes: (1, width, height), strides: (0, 1, width))
    }
    return permutation.step(elementByteCount: schema.elementType.byteCount)
  }
}

/// Another order of the elements of every sample, in three nested loops.
private struct Permutation: Sendable {
  /// How often each loop runs, outermost first.
  let sizes: (Int, Int, Int)
  /// How far each loop steps through the old sample.
  let strides: (Int, Int, Int)

  func step(elementByteCount: Int) -> BatchStep {
    switch elementByteCount {
    case 1: { permute(&$0, UInt8.self) }
    case 2: { permute(&$0, UInt16.self) }
    case 4: { permute(&$0, UInt32.self) }
    default: { permute(&$0, UInt64.self) }
    }
  }

  private func permute<Word: BitwiseCopyable>(_ batch: inout Batch, _: Word.Type) {
    let sampleLength = sizes.0 * sizes.1 * sizes.2
    batch.pixels = withElements(of: batch.pixels, as: Word.self) { values in
      // The loops run inside out: elements are made in order, each a step away from the one before.
      var (outer, middle, inner) = (0, 0, 0)
      var (sample, source) = (0, 0)
      return makeElements(count: values.count, of: Word.self) { _ in
        let value = values[source]
        inner += 1
        source += strides.2
        guard inner == sizes.2 else { return value }
        inner = 0
        middle += 1
        if middle == sizes.1 {
          middle = 0
          outer += 1
          if outer == sizes.0 {
            outer = 0
            sample += sampleLength
          }
        }
        source = sample + outer * strides.0 + middle * strides.1
        return value
      }
    }
  }
}
