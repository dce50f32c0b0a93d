extension ConversionFormat {
  /// `--scale 1/255`.
  public static let scale = ConversionFormat(
    name: "scale", placeholder: "NUM/DEN",
    summary: "multiply pixels by a fraction or number, such as 1/255; integers become f32",
    make: { try Scale($0) })

  /// `--normalize MEAN,STD`.
  public static let normalize = ConversionFormat(
    name: "normalize", placeholder: "MEAN,STD",
    summary: "subtract MEAN and divide by STD; M1,M2,M3/S1,S2,S3 for each channel; makes f32",
    make: { try Normalize($0) })

  /// `--invert`.
  public static let invert = ConversionFormat.toggle(
    name: "invert", summary: "swap black and white", make: { Invert() })
}

/// Reads numbers as users write them.
private func number(_ text: some StringProtocol) -> Double? {
  // The library would take `nan`, `inf` and hexadecimal, which nobody means.
  guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
  return Double(text).flatMap { $0.isFinite ? $0 : nil }
}

/// Multiplies pixels by a number.
struct Scale: Conversion {
  private let numerator: Double
  private let denominator: Double

  init(_ value: String) throws(UsageError) {
    let words = value.split(separator: "/", omittingEmptySubsequences: false)
    let numbers = words.compactMap { number($0) }
    guard 1...2 ~= words.count, numbers.count == words.count, numbers.allSatisfy({ $0 > 0 }) else {
      throw .badValue(
        option: "scale", value: value,
        expected: "a fraction or number greater than 0, such as 1/255 or 0.5")
    }
    numerator = numbers[0]
    denominator = numbers.count == 2 ? numbers[1] : 1
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let source = plan.schema.elementType
    let target = source.isFloat ? source : .float32
    let kernel = Kernel(
      numerator: numerator, denominator: denominator, map: PixelMap(plan.schema, to: target))
    // Floats of which nobody says what white is may be 0…255 or 0…16: who makes them smaller makes it 1.
    let makesWhite1 =
      plan.schema.pixelScale == .undeclared && source.isFloat && numerator < denominator
    if let factor = plan.schema.eightBitFactor {
      plan.schema.pixelScale = .factor(makesWhite1 ? 255 : factor * denominator / numerator)
    }
    plan.schema.elementType = target
    guard source == .uint8 else { return kernel.step(for: source) }
    return try tableStep(kernel.step(for: source), of: Float.self)
  }

  private struct Kernel: PixelKernel {
    let numerator: Double
    let denominator: Double
    let map: PixelMap

    func run<T: PixelInteger>(on batch: inout Batch, integers: T.Type) throws {
      try map.replace(in: &batch, T.self, by: Float.self) { value, isRefused in
        map.rounded(Double(value) * numerator / denominator, isFinite: true, &isRefused)
      }
    }

    func run<T: PixelFloat>(on batch: inout Batch, floats: T.Type) throws {
      try map.replace(in: &batch, T.self, by: T.self) { value, isRefused in
        map.rounded(
          value.exact * numerator / denominator, isFinite: value.isFinite, &isRefused)
      }
    }
  }
}

/// Does to bytes by a table of 256 entries what a step does to every value.
///
/// A value looked up costs 0.4 ns, a multiplication, division and rounding in Double 2 ns.
func tableStep<U: BitwiseCopyable & Sendable>(
  _ step: @escaping BatchStep, of type: U.Type
) throws -> BatchStep {
  var all = Batch(split: 0, firstIndex: 0, count: 256, pixels: Array(0...255), labels: [])
  // A value that is refused is an error only where it occurs.
  guard (try? step(&all)) != nil else { return step }
  let table = withElements(of: all.pixels, as: U.self) { span in span.indices.map { span[$0] } }
  return { batch in
    batch.pixels = withElements(of: batch.pixels, as: UInt8.self) { values in
      makeElements(count: values.count, of: U.self) { table[Int(values[$0])] }
    }
  }
}

/// Subtracts a mean and divides by a standard deviation.
struct Normalize: Conversion {
  private let means: [Double]
  private let deviations: [Double]

  init(_ value: String) throws(UsageError) {
    let sides = value.split(separator: "/", omittingEmptySubsequences: false).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let numbers = sides.map { $0.compactMap { number($0) } }
    let all = numbers.flatMap(\.self)
    guard all.count == sides.reduce(0, { $0 + $1.count }) else { throw Self.usage(value) }
    switch (numbers.count, numbers[0].count) {
    case (1, 2): (means, deviations) = ([all[0]], [all[1]])
    case (2, numbers[numbers.count - 1].count): (means, deviations) = (numbers[0], numbers[1])
    default: throw Self.usage(value)
    }
    guard deviations.allSatisfy({ $0 > 0 }) else { throw Self.usage(value) }
  }

  private static func usage(_ value: String) -> UsageError {
    .badValue(
      option: "normalize", value: value,
      expected: "a mean and a standard deviation greater than 0, such as 0.1307,0.3081, or one"
        + " for each channel, such as 0.49,0.48,0.45/0.25,0.24,0.26")
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let source = plan.schema.elementType
    let target = source == .float64 ? ElementType.float64 : .float32
    let map = PixelMap(plan.schema, to: target)
    let run = try channelRun(plan.schema)
    plan.schema.elementType = target
    plan.schema.pixelScale = .lost
    let kernel = Kernel(means: means, deviations: deviations, run: run, map: map)
    guard source == .uint8, means.count == 1 else { return kernel.step(for: source) }
    return try tableStep(kernel.step(for: source), of: Float.self)
  }

  /// How many values of one channel stand side by side.
  private func channelRun(_ schema: Schema) throws -> Int {
    guard means.count > 1 else { return 1 }
    guard let (height, width, channels) = schema.imageDimensions else {
      throw UnsupportedError(
        "samples of shape \(schema.shapeText) have no channels:"
          + " put --normalize before --flatten, or give one mean and one deviation")
    }
    guard channels == means.count else {
      throw UnsupportedError(
        "\(means.count) means for \(channels) channel\(channels == 1 ? "" : "s"):"
          + " give one for each channel, or one for all")
    }
    return schema.channelOrder == .last ? 1 : height * width
  }

  private struct Kernel: PixelKernel {
    let means: [Double]
    let deviations: [Double]
    let run: Int
    let map: PixelMap

    func run<T: PixelInteger>(on batch: inout Batch, integers: T.Type) throws {
      try each(in: &batch, T.self, by: Float.self, { Double($0) })
    }

    func run<T: PixelFloat>(on batch: inout Batch, floats: T.Type) throws {
      switch map.target {
      case .float64: try each(in: &batch, T.self, by: Double.self, \.exact)
      default: try each(in: &batch, T.self, by: Float.self, \.exact)
      }
    }

    @inline(__always)
    private func each<T: BitwiseCopyable, U: PixelFloat>(
      in batch: inout Batch, _: T.Type, by _: U.Type, _ exact: (T) -> Double
    ) throws {
      var (channel, left) = (0, run)
      var (mean, deviation) = (means[0], deviations[0])
      let isOne = means.count == 1
      try map.replace(in: &batch, T.self, by: U.self) { value, isRefused in
        let value = exact(value)
        let result: U = map.rounded(
          (value - mean) / deviation, isFinite: value.isFinite, &isRefused)
        guard !isOne else { return result }
        left -= 1
        if left == 0 {
          channel = channel + 1 == means.count ? 0 : channel + 1
          (mean, deviation, left) = (means[channel], deviations[channel], run)
        }
        return result
      }
    }
  }
}

/// Swaps black and white: white minus each value.
struct Invert: Conversion {
  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let schema = plan.schema
    guard let factor = schema.eightBitFactor else {
      throw UnsupportedError(
        "the values are no pixels any more, so none is white:"
          + " put --invert before --normalize or --dtype")
    }
    return Kernel(
      white: 255 / factor, map: PixelMap(schema, to: schema.elementType),
      sampleElementCount: schema.sampleElementCount
    ).step(for: schema.elementType)
  }

  private struct Kernel: PixelKernel {
    let white: Double
    let map: PixelMap
    let sampleElementCount: Int

    func run<T: PixelInteger>(on batch: inout Batch, integers: T.Type) throws {
      // The whole-number types that hold less than 255 have their largest value for white.
      // A source may declare any scale: what is no number gives black.
      let whole = white.isNaN ? 0 : min(max(white.rounded(), -0x1p62), 0x1p62)
      let white = T(clamping: Int(whole))
      try map.replace(in: &batch, T.self, by: T.self) { value, isRefused in
        let (result, overflow) = white.subtractingReportingOverflow(value)
        guard overflow else { return result }
        if map.outOfRange == .refuse { isRefused = true }
        return value > 0 ? T.min : T.max
      }
    }

    func run<T: PixelFloat>(on batch: inout Batch, floats: T.Type) throws {
      if map.outOfRange == .refuse { try checkRange(batch, T.self) }
      try map.replace(in: &batch, T.self, by: T.self) { value, isRefused in
        map.rounded(white - value.exact, isFinite: value.isFinite, &isRefused)
      }
    }

    /// Refuses what is far from black to white: 0...255 where white should be 1, or -1...1.
    ///
    /// Resampling leaves a little more than white, and less than black.
    private func checkRange<T: PixelFloat>(_ batch: Batch, _: T.Type) throws {
      try withElements(of: batch.pixels, as: T.self) { values in
        for index in values.indices where abs(values[index].exact - white / 2) > 0.75 * white {
          let remedy =
            white == 1
            ? "put --dtype u8 before --invert where white is 255, --normalize -1,1 --scale 0.5 where black is -1; "
            : ""
          throw SampleError(
            index: batch.firstIndex + index / sampleElementCount,
            reason: "value \(values[index]) cannot be inverted, expected 0 to \(white.plainText)"
              + " (\(remedy)--clip inverts it nevertheless)")
        }
      }
    }
  }
}
