/// How pictures of different sizes become samples of one size.
enum ImageFit: Equatable, Sendable {
  /// All have one size already.
  case none
  /// Scaled to a size without regard to the proportions; each pixel is the average of the area that it
  /// covers.
  case resize(height: Int, width: Int)
  /// Centred on black.
  case pad(height: Int, width: Int)

  /// Brings a picture to the size.
  /// - Throws: ``ImageError`` where the picture is larger than what it is to be padded to.
  func apply(to image: DecodedImage) throws(ImageError) -> DecodedImage {
    switch self {
    case .none: return image
    case .resize(let height, let width):
      let shape = try Self.shape(like: image.shape, height, width)
      if shape == image.shape { return image }
      return DecodedImage(
        shape: shape,
        pixels: shape.bitDepth == 8
          ? Self.resized(image, shape, of: UInt8.self) : Self.resized(image, shape, of: UInt16.self)
      )
    case .pad(let height, let width):
      let shape = try Self.shape(like: image.shape, height, width)
      if shape == image.shape { return image }
      guard image.shape.height <= height, image.shape.width <= width else {
        throw .largerThanPadding(
          height: image.shape.height, width: image.shape.width, limit: "\(width)x\(height)")
      }
      return DecodedImage(shape: shape, pixels: Self.padded(image, shape))
    }
  }

  private static func shape(
    like shape: ImageShape, _ height: Int, _ width: Int
  ) throws(ImageError) -> ImageShape {
    try ImageShape(
      height: height, width: width, channels: shape.channels, bitDepth: shape.bitDepth)
  }

  private static func padded(_ image: DecodedImage, _ shape: ImageShape) -> [UInt8] {
    let pixelByteCount = shape.rowByteCount / shape.width
    let left = (shape.width - image.shape.width) / 2 * pixelByteCount
    let top = (shape.height - image.shape.height) / 2
    let row = image.shape.rowByteCount
    return makeBytes(capacity: shape.byteCount) { output in
      output.append(repeating: 0, count: top * shape.rowByteCount)
      for line in 0..<image.shape.height {
        output.append(repeating: 0, count: left)
        output.append(image.pixels.span.extracting(line * row..<(line + 1) * row))
        output.append(repeating: 0, count: shape.rowByteCount - row - left)
      }
      output.append(repeating: 0, count: shape.byteCount - output.count)
    }
  }

  /// Averages over areas, in whole numbers: the same on every machine.
  ///
  /// In units in which an old pixel is as wide as there are new ones in a row, a new pixel is as wide as
  /// there are old ones, and all borders are whole.
  private static func resized<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ image: DecodedImage, _ shape: ImageShape, of type: Value.Type
  ) -> [UInt8] {
    let (old, channels) = (image.shape, shape.channels)
    let columns = Overlap.all(from: old.width, to: shape.width)
    let rows = Overlap.all(from: old.height, to: shape.height)
    let area = old.width * old.height
    var sums = [Int](repeating: 0, count: shape.width * channels)
    return withElements(of: image.pixels, as: type) { values in
      var result: [Value] = []
      result.reserveCapacity(shape.height * sums.count)
      for row in rows {
        for index in sums.indices { sums[index] = 0 }
        for (line, height) in row.weights {
          var position = 0
          for column in columns {
            for channel in 0..<channels {
              var sum = 0
              for (pixel, width) in column.weights {
                sum += Int(values[(line * old.width + pixel) * channels + channel]) * width
              }
              sums[position] += sum * height
              position += 1
            }
          }
        }
        for sum in sums { result.append(Value((sum + area / 2) / area)) }
      }
      return makeElements(count: result.count, of: type) { result[$0] }
    }
  }

  /// The old pixels that a new one covers in one direction, and how much of each.
  private struct Overlap {
    let weights: [(position: Int, length: Int)]

    static func all(from old: Int, to new: Int) -> [Overlap] {
      (0..<new).map { position in
        let (start, end) = (position * old, (position + 1) * old)
        return Overlap(
          weights: (start / new...(end - 1) / new).map {
            ($0, min(end, ($0 + 1) * new) - max(start, $0 * new))
          })
      }
    }
  }
}
