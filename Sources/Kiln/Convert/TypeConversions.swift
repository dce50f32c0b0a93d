extension ConversionFormat {
  /// `--dtype TYPE`.
  public static let dtype = ConversionFormat(
    name: "dtype", placeholder: "TYPE", kind: .choice(ElementType.allCases.map(\.rawValue)),
    summary: "store pixels as another type; floats are rounded to whole numbers, half to even",
    make: { try TypeConversion($0) })

  /// `--clip`.
  public static let clip = ConversionFormat.toggle(
    name: "clip", summary: "bring values that do not fit to the nearest end instead of failing",
    make: { Clip() })
}

/// Brings values out of range to the nearest end, in conversions and in 8-bit images.
struct Clip: Conversion {
  func declare(in plan: inout Plan) { plan.schema.outOfRange = .clip }

  func prepare(_ plan: inout Plan) -> BatchStep? { nil }
}

/// Keeps the values of pixels and changes their type.
struct TypeConversion: Conversion {
  private let target: ElementType

  init(_ value: String) throws(UsageError) {
    guard let type = ElementType(rawValue: value) else {
      let names = ElementType.allCases.map(\.rawValue)
      throw .badValue(
        option: "dtype", value: value, expected: "one of \(names.joined(separator: " "))",
        nearest: Spelling.nearest(to: value, among: names))
    }
    target = type
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let source = plan.schema.elementType
    guard source != target else { return nil }
    let step = Kernel(map: PixelMap(plan.schema, to: target)).step(for: source)
    let unitCheck = UnitCheck(plan.schema, target)?.step(for: source)
    plan.schema.pixelScale = scale(after: plan.schema)
    plan.schema.elementType = target
    // What rounds to f16 is a function of the runtime, not an instruction.
    if source == .uint8, target == .float16 { return try tableStep(step, of: Float16.self) }
    guard let unitCheck else { return step }
    return { batch in
      try unitCheck(&batch)
      try step(&batch)
    }
  }

  /// The values stay, and so does their relation to 0...255, as far as it was ever declared.
  private func scale(after schema: Schema) -> PixelScale {
    let source = schema.elementType
    guard let factor = schema.eightBitFactor else { return .lost }
    let isUnit = { (type: ElementType) in type.isFloat || type == .bool }
    if schema.pixelScale == .undeclared, !isUnit(source) {
      // Integers that become floats may be meant as 0...1 or as 0...255: only a scale tells.
      return target.isFloat ? .lost : .undeclared
    }
    if schema.pixelScale == .undeclared, source.isFloat {
      // Nobody knows any more than before; whole numbers of 0…255 are what they seem.
      if target.isFloat || target != .bool && schema.outOfRange == .refuse { return .undeclared }
    }
    // A scale written in decimals is off by its last digit. Floats keep what is known of them.
    let isUsual = abs(factor / target.undeclaredEightBitFactor - 1) < 1e-9
    return isUsual && !target.isFloat ? .undeclared : .factor(factor)
  }

  /// Refuses values of 0…1 or -1…1 that whole numbers would leave black and white.
  ///
  /// The first batch of a split decides, and each one of many pictures: a few of 0…255 may be nearly black.
  private struct UnitCheck: PixelKernel {
    /// White where it is 1, with what resampling adds to it.
    private static let limit = 1.25
    private static let manySamples = 64

    private let target: ElementType
    private let sampleElementCount: Int
    private let factor: Double

    /// Nil where white is not near 1, where rounding loses no picture, or is what a user asks for: a type of
    /// truth values is a threshold, and clipped values go to the nearest one that fits.
    init?(_ schema: Schema, _ target: ElementType) {
      guard schema.elementType.isFloat, !target.isFloat, target != .bool,
        schema.outOfRange == .refuse, let factor = schema.eightBitFactor,
        factor >= 127.5
      else { return nil }
      self.target = target
      self.factor = factor
      sampleElementCount = schema.sampleElementCount
    }

    func run<T: PixelInteger>(on batch: inout Batch, integers: T.Type) {}

    func run<T: PixelFloat>(on batch: inout Batch, floats: T.Type) throws {
      guard batch.firstIndex == 0 || batch.count >= Self.manySamples else { return }
      try withElements(of: batch.pixels, as: T.self) { values in
        var (position, least) = (values.count, T.zero)
        for index in values.indices {
          let value = values[index]
          // What is not a number is refused by its own name.
          guard abs(value.exact) < Self.limit else { return }
          if value < least { least = value }
          if position == values.count, value != value.rounded() { position = index }
        }
        guard position < values.count else { return }
        throw SampleError(
          index: batch.firstIndex + position / sampleElementCount,
          reason:
            "values such as \(values[position]), none much above 1, would be rounded to black and"
            + " white by --dtype \(target) (\(remedy(isSigned: least < -0.5))--clip rounds)")
      }
    }

    /// What makes a picture's range fit.
    private func remedy(isSigned: Bool) -> String {
      if target == .int8 { return "" }
      if factor != 255 { return "put --scale \(factor.plainText) before it; " }
      let steps = isSigned ? "--normalize -1,1 --scale 127.5" : "--scale 255"
      return "put \(steps) before it where white is 1; "
    }
  }

  private struct Kernel: PixelKernel {
    let map: PixelMap

    func run<T: PixelInteger>(on batch: inout Batch, integers: T.Type) throws {
      switch map.target {
      case .uint8: try narrow(&batch, T.self, UInt8.self)
      case .bool: try narrow(&batch, T.self, UInt8.self, to: 0...1)
      case .int8: try narrow(&batch, T.self, Int8.self)
      case .uint16: try narrow(&batch, T.self, UInt16.self)
      case .int16: try narrow(&batch, T.self, Int16.self)
      case .uint32: try narrow(&batch, T.self, UInt32.self)
      case .int32: try narrow(&batch, T.self, Int32.self)
      case .uint64: try narrow(&batch, T.self, UInt64.self)
      case .int64: try narrow(&batch, T.self, Int64.self)
      case .float16: try widen(&batch, T.self, Float16.self)
      case .float32: try widen(&batch, T.self, Float.self)
      case .float64: try widen(&batch, T.self, Double.self)
      }
    }

    func run<T: PixelFloat>(on batch: inout Batch, floats: T.Type) throws {
      switch map.target {
      case .uint8: try round(&batch, T.self, UInt8.self)
      case .bool: try round(&batch, T.self, UInt8.self, to: 0...1)
      case .int8: try round(&batch, T.self, Int8.self)
      case .uint16: try round(&batch, T.self, UInt16.self)
      case .int16: try round(&batch, T.self, Int16.self)
      case .uint32: try round(&batch, T.self, UInt32.self)
      case .int32: try round(&batch, T.self, Int32.self)
      case .uint64: try round(&batch, T.self, UInt64.self)
      case .int64: try round(&batch, T.self, Int64.self)
      case .float16: try resize(&batch, T.self, Float16.self)
      case .float32: try resize(&batch, T.self, Float.self)
      case .float64: try resize(&batch, T.self, Double.self)
      }
    }

    private func narrow<T: PixelInteger, U: PixelInteger>(
      _ batch: inout Batch, _: T.Type, _: U.Type, to range: ClosedRange<U> = U.min...U.max
    ) throws {
      let refuses = map.outOfRange == .refuse
      try map.replace(in: &batch, T.self, by: U.self) { value, isRefused in
        let result = min(max(U(clamping: value), range.lowerBound), range.upperBound)
        if refuses, result != value { isRefused = true }
        return result
      }
    }

    private func widen<T: PixelInteger, U: PixelFloat>(
      _ batch: inout Batch, _: T.Type, _: U.Type
    ) throws {
      let refuses = map.outOfRange == .refuse
      try map.replace(in: &batch, T.self, by: U.self) { value, isRefused in
        let result = U(value)
        guard result.isInfinite else { return result }
        if refuses { isRefused = true }
        return value < 0 ? -U.greatestFiniteMagnitude : U.greatestFiniteMagnitude
      }
    }

    private func resize<T: PixelFloat, U: PixelFloat>(
      _ batch: inout Batch, _: T.Type, _: U.Type
    ) throws {
      try map.replace(in: &batch, T.self, by: U.self) { value, isRefused in
        map.rounded(value.exact, isFinite: value.isFinite, &isRefused)
      }
    }

    private func round<T: PixelFloat, U: PixelInteger>(
      _ batch: inout Batch, _: T.Type, _: U.Type, to range: ClosedRange<U> = U.min...U.max
    ) throws {
      let refuses = map.outOfRange == .refuse
      // The ends in Double: below, and one above what the type holds; both are exact.
      let low = Double(range.lowerBound)
      let end = Double(range.upperBound / 2 + 1) * 2 - (range.upperBound % 2 == 0 ? 1 : 0)
      try map.replace(in: &batch, T.self, by: U.self) { value, isRefused in
        let whole = roundedHalfToEven(value.exact)
        if whole >= low, whole < end {
          // Int64 converts in one instruction; only the upper half of u64 is beyond it.
          return whole < 0x1p63
            ? U(truncatingIfNeeded: Int64(whole)) : U(truncatingIfNeeded: UInt64(whole))
        }
        // What is not a number has no nearest end.
        if refuses || whole.isNaN { isRefused = true }
        return whole < low ? range.lowerBound : range.upperBound
      }
    }
  }
}
