internal import CImageShims

/// One picture out of an image file.
struct DecodedImage: Equatable, Sendable {
  /// Its size; palettes and low bit depths are expanded to 8 bits.
  let shape: ImageShape
  /// Row-major, channels last; 16-bit samples in the machine's byte order.
  let pixels: [UInt8]

  /// Joins pixels with their shape, which they must have.
  init(shape: ImageShape, pixels: [UInt8]) {
    precondition(pixels.count == shape.byteCount)
    self.shape = shape
    self.pixels = pixels
  }

  /// Reads a PNG or JPEG file; its first bytes tell which.
  init(parsing file: Span<UInt8>, alpha: AlphaRule = .refuse) throws(ImageError) {
    switch try ImageError.Format(beginning: file) {
    case .png: try self.init(parsingPNG: file, alpha: alpha)
    case .jpeg: try self.init(parsingJPEG: file)
    }
  }

  /// Reads a PNG file: grey or colour, 1 to 16 bits, with or without palette.
  ///
  /// A palette of greys gives a grey picture.
  init(parsingPNG file: Span<UInt8>, alpha: AlphaRule = .refuse) throws(ImageError) {
    let encoded = try EncodedImage(file, .png)
    let channels = encoded.channels
    let image = DecodedImage(
      shape: try encoded.shape(channels: channels > 2 ? 3 : 1),
      pixels: try alpha.apply(to: try encoded.pixels(of: file), channels, encoded.bitDepth))
    self = encoded.hasGreyPalette ? ColorRule.grey.apply(to: image) : image
  }

  /// Reads a JPEG file: grey or colour, baseline or progressive.
  ///
  /// A file that libjpeg would complete with invented pixels is an error.
  init(parsingJPEG file: Span<UInt8>) throws(ImageError) {
    let encoded = try EncodedImage(file, .jpeg)
    let shape = try encoded.shape(channels: encoded.channels)
    self.init(shape: shape, pixels: try encoded.pixels(of: file))
  }

  /// Reads only as far as the shape of what ``init(parsing:alpha:)`` gives.
  static func shape(of file: Span<UInt8>) throws(ImageError) -> ImageShape {
    let format = try ImageError.Format(beginning: file)
    let encoded = try EncodedImage(file, format)
    let isColour = !encoded.hasGreyPalette && encoded.channels > 2
    return try encoded.shape(
      channels: format == .png ? (isColour ? 3 : 1) : encoded.channels)
  }
}

extension ImageError.Format {
  /// What a file's first bytes say.
  /// - Throws: ``ImageError`` where they are those of neither.
  init(beginning file: Span<UInt8>) throws(ImageError) {
    if file.count >= 8,
      PNGReader.signature.indices.allSatisfy({ file[$0] == PNGReader.signature[$0] })
    {
      self = .png
    } else if file.count >= 3, file[0] == 0xFF, file[1] == 0xD8, file[2] == 0xFF {
      self = .jpeg
    } else {
      throw file.isEmpty ? .emptyFile : .unknownFormat
    }
  }
}

/// A file whose header has been read by its library.
private struct EncodedImage {
  private let format: ImageError.Format
  private let height: Int
  private let width: Int
  /// With the one of transparency, where there is one.
  let channels: Int
  let bitDepth: Int
  let hasGreyPalette: Bool
  private let byteCount: Int

  /// Deflate makes at most 1,032 bytes of one (and JPEG less), and 8 pixels may share a byte.
  private static let maximumPixelsPerByte = 1032 * 8

  init(_ file: Span<UInt8>, _ format: ImageError.Format) throws(ImageError) {
    var message = ImageShimMessage()
    var info = kiln_image_info()
    // The shims read exactly the span and write exactly the structure and the message buffer.
    let isHeaderRead = unsafe file.withUnsafeBufferPointer { file in
      unsafe message.withBuffer { text, capacity in
        switch format {
        case .png:
          unsafe kiln_png_read_info(
            file.baseAddress, file.count, UInt32(ImageShape.maxSide), &info, text, capacity)
        case .jpeg: unsafe kiln_jpeg_read_info(file.baseAddress, file.count, &info, text, capacity)
        }
      }
    }
    guard isHeaderRead == 1 else { throw .unreadable(format, reason: message.text) }
    self.format = format
    height = Int(info.height)
    width = Int(info.width)
    channels = Int(info.channels)
    bitDepth = Int(info.bit_depth)
    hasGreyPalette = info.is_grey == 1
    // Checks both sides, so that nothing below can overflow.
    _ = try ImageShape(height: height, width: width, channels: 1, bitDepth: bitDepth)
    guard height * width / Self.maximumPixelsPerByte <= file.count else {
      throw .morePixelsThanBytes(height: height, width: width, byteCount: file.count)
    }
    // Which colours they are on paper, only a profile would tell.
    if format == .jpeg, channels == 4 { throw .fourInks }
    guard (1...4).contains(channels) else { throw .unsupportedChannels(found: channels) }
    byteCount = height * width * channels * (bitDepth / 8)
    guard byteCount <= ImageShape.maxByteCount else {
      throw .tooManyBytes(found: byteCount, limit: ImageShape.maxByteCount)
    }
  }

  func shape(channels: Int) throws(ImageError) -> ImageShape {
    try ImageShape(height: height, width: width, channels: channels, bitDepth: bitDepth)
  }

  func pixels(of file: Span<UInt8>) throws(ImageError) -> [UInt8] {
    var message = ImageShimMessage()
    // As above; the shim checks the room against the header, and a failure's pixels are dropped.
    let pixels = makeBytes(capacity: byteCount) { output in
      unsafe output.append(byCodec: { room in
        let isDecoded = unsafe file.withUnsafeBufferPointer { file in
          unsafe message.withBuffer { text, capacity in
            switch format {
            case .png:
              unsafe kiln_png_decode(
                file.baseAddress, file.count, room.baseAddress, byteCount, text, capacity)
            case .jpeg:
              unsafe kiln_jpeg_decode(
                file.baseAddress, file.count, room.baseAddress, byteCount, text, capacity)
            }
          }
        }
        return isDecoded == 1 ? byteCount : 0
      })
    }
    guard pixels.count == byteCount else { throw .unreadable(format, reason: message.text) }
    return pixels
  }
}
