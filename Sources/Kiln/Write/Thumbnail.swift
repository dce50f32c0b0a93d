/// A sample as a small 8-bit picture, to be looked at and not to be worked on.
struct Thumbnail: Sendable, Equatable {
  let height: Int
  let width: Int
  /// 1 for grey, 3 for red, green, blue.
  let channels: Int
  /// Row-major, channels last.
  let pixels: [UInt8]

  /// The picture in another size, each pixel the mean of those that it covers.
  func resized(height newHeight: Int, width newWidth: Int) -> Thumbnail {
    var result: [UInt8] = []
    result.reserveCapacity(newHeight * newWidth * channels)
    for y in 0..<newHeight {
      let rows = Self.covered(by: y, of: newHeight, from: height)
      for x in 0..<newWidth {
        let columns = Self.covered(by: x, of: newWidth, from: width)
        for channel in 0..<channels {
          var sum = 0
          for row in rows {
            for column in columns {
              sum += Int(pixels[(row * width + column) * channels + channel])
            }
          }
          let count = rows.count * columns.count
          result.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    return Thumbnail(height: newHeight, width: newWidth, channels: channels, pixels: result)
  }

  private static func covered(by position: Int, of count: Int, from length: Int) -> Range<Int> {
    let first = position * length / count
    return first..<max(first + 1, (position + 1) * length / count)
  }
}

/// Makes thumbnails of the samples of one data set.
struct ThumbnailMaker: Sendable {
  /// Larger samples are reduced: ten of them in a row still fit a screen.
  static let maximumSide = 128

  let height: Int
  let width: Int
  let channels: Int
  private let schema: Schema
  private let source: (height: Int, width: Int, channels: Int)
  private let reduction: Int

  /// Finds out how samples can be seen as pictures.
  ///
  /// Vectors of a square number of values are taken as flattened grey squares; of more than three
  /// channels the first three are shown, of two the first.
  /// - Throws: ``UnsupportedError`` for samples that are no pictures.
  init(_ schema: Schema) throws(UnsupportedError) {
    guard !schema.isLabelsAlone else {
      throw UnsupportedError("there are labels alone, and no pixels to show")
    }
    guard let source = Self.dimensions(of: schema), min(source.height, source.width) > 0,
      source.channels > 0
    else {
      throw UnsupportedError(
        "samples are \(schema.elementType) \(schema.shapeText), expected pictures such as 28x28"
          + " or 32x32x3")
    }
    self.schema = schema
    self.source = source
    let longest = max(source.height, source.width)
    reduction = (longest - 1) / Self.maximumSide + 1
    height = (source.height - 1) / reduction + 1
    width = (source.width - 1) / reduction + 1
    channels = source.channels >= 3 ? 3 : 1
  }

  private static func dimensions(
    of schema: Schema
  ) -> (height: Int, width: Int, channels: Int)? {
    if let dimensions = schema.imageDimensions { return dimensions }
    guard schema.sampleShape.count == 1, let count = schema.sampleShape.first else { return nil }
    let side = Int(Double(count).squareRoot())
    return side * side == count ? (side, side, 1) : nil
  }

  /// Draws one sample of a batch.
  func thumbnail(ofSample sample: Int, in batch: Batch) -> Thumbnail {
    let byteCount = batch.sampleByteCount
    let pixels = batch.pixels[sample * byteCount..<(sample + 1) * byteCount]
    let (factor, offset) = scale(of: pixels)
    return Thumbnail(
      height: height, width: width, channels: channels,
      pixels: makeBytes(capacity: height * width * channels) { cursor in
        for y in 0..<height {
          let bands = bands(y, of: pixels)
          for x in 0..<width {
            for channel in 0..<channels {
              let value = mean(of: bands, x, channel)
              cursor.append(Self.level((value - offset) * factor))
            }
          }
        }
      })
  }

  /// The rows that become one, as numbers: all channels together where they are interleaved, else plane by plane.
  ///
  /// As numbers a whole picture would take up to eight times its bytes.
  private func bands(_ y: Int, of pixels: ArraySlice<UInt8>) -> [[Double]] {
    let rows = y * reduction..<min((y + 1) * reduction, source.height)
    let isPlanar = schema.channelOrder == .first
    let width = isPlanar ? source.width : source.width * source.channels
    let size = schema.elementType.byteCount
    return (0..<(isPlanar ? source.channels : 1)).map { plane in
      let first = pixels.startIndex + (plane * source.height + rows.lowerBound) * width * size
      let bytes = Array(pixels[first..<first + rows.count * width * size])
      return schema.elementType.numbers(in: bytes)
    }
  }

  private func mean(of bands: [[Double]], _ x: Int, _ channel: Int) -> Double {
    let isPlanar = schema.channelOrder == .first
    let values = bands[isPlanar ? channel : 0]
    let step = isPlanar ? 1 : source.channels
    let columns = x * reduction..<min((x + 1) * reduction, source.width)
    let rowCount = values.count / (source.width * step)
    var sum = 0.0
    for row in 0..<rowCount {
      for column in columns {
        sum += values[(row * source.width + column) * step + (isPlanar ? 0 : channel)]
      }
    }
    return sum / Double(rowCount * columns.count)
  }

  /// How far resampling gets below 0 and above 1.
  private static let overshoot = 0.1
  /// No standardised value is so far from the mean.
  private static let plainlyLarge = 16.0

  /// What to subtract and multiply by to get 0…255.
  private func scale(of pixels: ArraySlice<UInt8>) -> (factor: Double, offset: Double) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in (0..<height).lazy.flatMap({ bands($0, of: pixels).joined() })
    where value.isFinite {
      (low, high) = (min(low, value), max(high, value))
    }
    if let factor = schema.eightBitFactor {
      // Floats are 0…1 where nobody says more, and some plainly are not: all would be white.
      guard schema.elementType.isFloat, schema.pixelScale == .undeclared else { return (factor, 0) }
      if low >= -Self.overshoot, high <= 1 + Self.overshoot { return (factor, 0) }
      if low >= 0, (Self.plainlyLarge...255).contains(high) { return (1, 0) }
    }
    // Nobody knows what black was: the sample's own range shows its shape.
    return (high > low ? 255 / (high - low) : 0, low)
  }

  /// The nearest level; values outside the range, and those that are no number, are drawn at its ends.
  private static func level(_ value: Double) -> UInt8 {
    value > 0 ? UInt8(min(value, 255).rounded()) : 0
  }
}
