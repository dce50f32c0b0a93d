/// A whole-number type of pixels.
typealias PixelInteger = FixedWidthInteger & BitwiseCopyable & Sendable

/// A floating-point type of pixels, with conversions that compile to an instruction or a call.
protocol PixelFloat: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  init(nearest value: Double)
  var exact: Double { get }
}

extension Float16: PixelFloat {
  @inline(__always) init(nearest value: Double) { self.init(value) }
  @inline(__always) var exact: Double { Double(self) }
}

extension Float: PixelFloat {
  @inline(__always) init(nearest value: Double) { self.init(value) }
  @inline(__always) var exact: Double { Double(self) }
}

extension Double: PixelFloat {
  @inline(__always) init(nearest value: Double) { self = value }
  @inline(__always) var exact: Double { self }
}

/// Work on the pixels of a batch, compiled for each element type.
protocol PixelKernel: Sendable {
  func run<T: PixelInteger>(on batch: inout Batch, integers: T.Type) throws
  func run<T: PixelFloat>(on batch: inout Batch, floats: T.Type) throws
}

extension PixelKernel {
  /// The step that runs the kernel for the elements that the batch will have.
  func step(for type: ElementType) -> BatchStep {
    switch type {
    case .uint8, .bool: { try run(on: &$0, integers: UInt8.self) }
    case .int8: { try run(on: &$0, integers: Int8.self) }
    case .uint16: { try run(on: &$0, integers: UInt16.self) }
    case .int16: { try run(on: &$0, integers: Int16.self) }
    case .uint32: { try run(on: &$0, integers: UInt32.self) }
    case .int32: { try run(on: &$0, integers: Int32.self) }
    case .uint64: { try run(on: &$0, integers: UInt64.self) }
    case .int64: { try run(on: &$0, integers: Int64.self) }
    case .float16: { try run(on: &$0, floats: Float16.self) }
    case .float32: { try run(on: &$0, floats: Float.self) }
    case .float64: { try run(on: &$0, floats: Double.self) }
    }
  }
}

/// Replaces pixel values by values of a type that may be too narrow for some of them.
struct PixelMap: Sendable {
  private let sampleShape: [Int]
  let target: ElementType
  let outOfRange: OutOfRange

  init(_ schema: Schema, to target: ElementType) {
    sampleShape = schema.sampleShape
    self.target = target
    outOfRange = schema.outOfRange
  }

  /// Replaces all values, in order.
  /// - Parameters:
  ///   - batch: where the values are.
  ///   - source: the type of the values.
  ///   - result: the type of the new values.
  ///   - convert: makes a value; sets its flag where there is none to be had.
  /// - Throws: ``SampleError`` for the first flagged value.
  @inline(__always)
  func replace<T: BitwiseCopyable, U: BitwiseCopyable>(
    in batch: inout Batch, _ source: T.Type, by result: U.Type,
    _ convert: (T, inout Bool) -> U
  ) throws {
    var offender: Int?
    let pixels = withElements(of: batch.pixels, as: T.self) { values in
      makeElements(count: values.count, of: U.self) { position in
        var isRefused = false
        let value = convert(values[position], &isRefused)
        if isRefused, offender == nil { offender = position }
        return value
      }
    }
    if let offender {
      let value = withElements(of: batch.pixels, as: T.self) { "\($0[offender])" }
      throw refusal(of: value, at: offender, in: batch)
    }
    batch.pixels = pixels
  }

  /// Rounds a result to the target, whose largest finite value bounds what came of finite ones.
  @inline(__always)
  func rounded<U: PixelFloat>(
    _ value: Double, isFinite: Bool, _ isRefused: inout Bool
  ) -> U {
    let result = U(nearest: value)
    guard result.isInfinite, isFinite else { return result }
    if outOfRange == .refuse { isRefused = true }
    return value < 0 ? -U.greatestFiniteMagnitude : U.greatestFiniteMagnitude
  }

  private func refusal(of value: String, at position: Int, in batch: Batch) -> SampleError {
    let elementCount = sampleShape.reduce(1, *)
    var rest = position % elementCount
    var coordinates: [Int] = []
    for size in sampleShape.reversed() {
      coordinates.insert(rest % size, at: 0)
      rest /= size
    }
    let place = coordinates.isEmpty ? "" : " at \(coordinates)"
    let remedy = value.contains("nan") ? "" : " (--clip brings it to the nearest end)"
    return SampleError(
      index: batch.firstIndex + position / elementCount,
      reason: "value \(value)\(place) does not fit \(target), \(target.rangeText)\(remedy)")
  }
}

extension ElementType {
  /// The range of the type, such as `0 to 255`.
  fileprivate var rangeText: String {
    func text<T: FixedWidthInteger>(_: T.Type) -> String { "\(T.min) to \(T.max)" }
    func text<T: BinaryFloatingPoint>(floats: T.Type) -> String {
      "\(-T.greatestFiniteMagnitude) to \(T.greatestFiniteMagnitude)"
    }
    return switch self {
    case .bool: "0 to 1"
    case .uint8: text(UInt8.self)
    case .int8: text(Int8.self)
    case .uint16: text(UInt16.self)
    case .int16: text(Int16.self)
    case .uint32: text(UInt32.self)
    case .int32: text(Int32.self)
    case .uint64: text(UInt64.self)
    case .int64: text(Int64.self)
    case .float16: text(floats: Float16.self)
    case .float32: text(floats: Float.self)
    case .float64: text(floats: Double.self)
    }
  }
}
