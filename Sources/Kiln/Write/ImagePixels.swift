/// How the samples of a data set become the pixels of image files: 8-bit or 16-bit, interleaved.
struct ImagePixels: Sendable {
  let shape: ImageShape
  /// Whether the files hold the samples exactly: floats are rounded to 8 bits.
  var isLossless: Bool { !elementType.isFloat }
  private let elementType: ElementType
  private let factor: Double
  private let clips: Bool
  private let isPlanar: Bool

  /// - Throws: ``UnsupportedError`` or ``ImageError`` for samples that are no pictures.
  init(_ schema: Schema, allows16Bit: Bool) throws {
    guard !schema.isLabelsAlone else {
      throw UnsupportedError(
        "there are labels alone, and no images (name the images beside them: --images, --labels)")
    }
    guard let (height, width, channels) = schema.imageDimensions else {
      throw UnsupportedError(
        "samples of shape \(schema.shapeText) are no pictures, expected (h, w) or (h, w, 3)"
          + (schema.sampleShape.count == 1
            ? " (leave out --flatten, or give their shape as --source-shape 28x28)" : ""))
    }
    guard channels == 1 || channels == 3 else {
      throw UnsupportedError(
        "pictures have 1 or 3 channels, found \(channels) (is --layout the other way round?)")
    }
    var bitDepth = 8
    var factor = 1.0
    switch schema.elementType {
    case .uint8: break
    case .uint16 where allows16Bit: bitDepth = 16
    case .float16, .float32, .float64:
      guard let declared = schema.eightBitFactor else {
        throw UnsupportedError(
          "float pixels without a scale cannot be pictures"
            + " (leave out --normalize, or use --scale 1/255 in the place of --dtype)")
      }
      factor = declared
    default:
      let scale: String? =
        switch schema.elementType {
        case .bool: "255"
        case .uint16: "1/257"
        default: nil
        }
      throw UnsupportedError(
        "\(schema.elementType) pixels cannot be stored here (convert them with"
          + " \(scale.map { "--scale \($0) " } ?? "")--dtype u8"
          + (scale == nil ? ", and --clip where they leave 0 to 255)" : ")"))
    }
    shape = try ImageShape(height: height, width: width, channels: channels, bitDepth: bitDepth)
    elementType = schema.elementType
    self.factor = factor
    clips = schema.outOfRange == .clip
    isPlanar = schema.sampleShape.count == 3 && schema.channelOrder == .first && channels > 1
  }

  /// The batch's pixels as image files store them, sample by sample.
  /// - Throws: ``SampleError`` that names the first value outside 0…255.
  func convert(_ batch: Batch) throws -> [UInt8] {
    let values: [UInt8] =
      switch elementType {
      case .float16: try scaled(batch, Float16.self)
      case .float32: try scaled(batch, Float.self)
      case .float64: try scaled(batch, Double.self)
      default: batch.pixels
      }
    return isPlanar ? interleaved(values) : values
  }

  /// Scales and rounds floats to bytes, first as if all of them were in range: without a branch the
  /// compiler takes several values at once, 0.7 ns each where one by one they take 4 ns.
  private func scaled<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _ batch: Batch, _ type: Value.Type
  ) throws -> [UInt8] {
    // What is added leaves no bits for a fraction, and the sum's lowest bits are the whole number.
    let (shift, factor) = (roundingShift, factor)
    var outside: UInt64 = 0
    let bytes = withElements(of: batch.pixels, as: type) { values in
      makeElements(count: values.count, of: UInt8.self) { position in
        let whole = (Double(values[position]) * factor + shift).bitPattern &- shift.bitPattern
        outside |= whole
        return UInt8(truncatingIfNeeded: whole)
      }
    }
    return outside <= UInt64(UInt8.max) ? bytes : try clipped(batch, type)
  }

  /// Scales and rounds floats to bytes, some of which are out of range.
  private func clipped<Value: BinaryFloatingPoint & BitwiseCopyable>(
    _ batch: Batch, _ type: Value.Type
  ) throws -> [UInt8] {
    let perSample = shape.height * shape.width * shape.channels
    return try withElements(of: batch.pixels, as: type) { values in
      try makeElements(count: values.count, of: UInt8.self) { position in
        let scaled = roundedHalfToEven(Double(values[position]) * factor)
        if scaled >= 0, scaled <= 255 { return UInt8(scaled) }
        guard clips, !scaled.isNaN else {
          throw SampleError(
            index: batch.firstIndex + position / perSample,
            reason: "pixel \(position % perSample) is \(values[position]), expected 0 to \(white)"
              + remedy(for: scaled))
        }
        return scaled < 0 ? 0 : 255
      }
    }
  }

  /// What white is among the values, as people write it.
  private var white: String { (255 / factor).plainText }

  /// What may be meant where nobody declared a scale and 0 to 1 is only the usual one.
  private func remedy(for scaled: Double) -> String {
    if scaled.isNaN { return "" }
    var other = ""
    if factor == 255, scaled > 255 { other = "--dtype u8 if white is 255, " }
    if factor == 255, -255..<0 ~= scaled {
      other = "--normalize -1,1 --scale 127.5 --dtype u8 if black is -1, "
    }
    return " (\(other)--clip cuts off what is outside)"
  }

  private func interleaved(_ planes: [UInt8]) -> [UInt8] {
    let (area, depth) = (shape.height * shape.width, shape.bitDepth / 8)
    let sampleByteCount = area * shape.channels * depth
    guard sampleByteCount > 0 else { return [] }
    return makeBytes(capacity: planes.count) { cursor in
      for sample in stride(from: 0, to: planes.count, by: sampleByteCount) {
        for pixel in 0..<area {
          for channel in 0..<shape.channels {
            let position = sample + (channel * area + pixel) * depth
            for byte in 0..<depth { cursor.append(planes[position + byte]) }
          }
        }
      }
    }
  }
}
