// How pictures of different kinds become samples of one kind:
//
// - 1, 2 and 4 bits become 8; 16 bits stay 16 (u16).
// - A palette becomes red, green, blue; grey where all its colours are grey.
// - An opaque alpha channel is left out. A transparent pixel is an error, or as `--alpha` says.
// - Without `--color`, all pictures must be of the kind of the first one. Grey from colour is
//   (19595 R + 38470 G + 7471 B) / 65536, rounded, as Pillow's convert('L') computes it.
// - Without `--resize` or `--pad`, all pictures must be of the size of the first one.

/// What the images of a source are brought to.
struct ImageTarget: Sendable {
  /// The shape of every sample.
  var shape: ImageShape
  var rules: ImageRules
}

/// How images that differ are treated.
struct ImageRules: Sendable, Equatable {
  var color: ColorRule?
  var alpha = AlphaRule.refuse
  var fit = ImageFit.none

  /// A file's picture by these rules.
  func image(_ file: Span<UInt8>) throws(ImageError) -> DecodedImage {
    let image = try DecodedImage(parsing: file, alpha: alpha)
    return try fit.apply(to: color?.apply(to: image) ?? image)
  }
}

/// What becomes of transparency.
enum AlphaRule: String, CaseIterable, Sendable {
  /// A pixel that is not opaque is an error.
  case refuse
  /// Pixels keep the colour that they have under their transparency, as in Pillow's convert('RGB').
  case drop
  /// The picture is put on black.
  case black
  /// The picture is put on white.
  case white

  /// Takes the alpha channel out of pixels that have one, the last of 2 or 4 channels.
  func apply(
    to pixels: [UInt8], _ channels: Int, _ bitDepth: Int
  ) throws(ImageError) -> [UInt8] {
    guard channels == 2 || channels == 4 else { return pixels }
    return bitDepth == 8
      ? try flatten(pixels, channels, of: UInt8.self)
      : try flatten(pixels, channels, of: UInt16.self)
  }

  private func flatten<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ pixels: [UInt8], _ channels: Int, of type: Value.Type
  ) throws(ImageError) -> [UInt8] {
    let opaque = Int(Value.max)
    var isOpaque = true
    let result = withElements(of: pixels, as: type) { values in
      let colours = channels - 1
      return makeElements(count: values.count / channels * colours, of: type) { position in
        let pixel = position / colours * channels
        let value = values[pixel + position % colours]
        let alpha = Int(values[pixel + colours])
        switch self {
        case .drop: return value
        case .refuse:
          if alpha != opaque { isOpaque = false }
          return value
        case .black: return Value((Int(value) * alpha + opaque / 2) / opaque)
        case .white:
          return Value((Int(value) * alpha + opaque * (opaque - alpha) + opaque / 2) / opaque)
        }
      }
    }
    guard isOpaque else { throw .transparent }
    return result
  }
}

/// What kind of picture all are brought to.
enum ColorRule: String, CaseIterable, Sendable {
  case grey, rgb

  var channels: Int { self == .grey ? 1 : 3 }

  /// The picture in grey or colour.
  func apply(to image: DecodedImage) -> DecodedImage {
    guard image.shape.channels != channels,
      let shape = try? ImageShape(
        height: image.shape.height, width: image.shape.width, channels: channels,
        bitDepth: image.shape.bitDepth)
    else { return image }
    return DecodedImage(
      shape: shape,
      pixels: shape.bitDepth == 8
        ? convert(image.pixels, of: UInt8.self) : convert(image.pixels, of: UInt16.self))
  }

  private func convert<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ pixels: [UInt8], of type: Value.Type
  ) -> [UInt8] {
    withElements(of: pixels, as: type) { values in
      switch self {
      case .rgb: makeElements(count: values.count * 3, of: type) { values[$0 / 3] }
      case .grey:
        makeElements(count: values.count / 3, of: type) { pixel in
          let red = Int(values[pixel * 3]) * 19_595
          let green = Int(values[pixel * 3 + 1]) * 38_470
          let blue = Int(values[pixel * 3 + 2]) * 7_471
          return Value((red + green + blue + 0x8000) >> 16)
        }
      }
    }
  }
}
