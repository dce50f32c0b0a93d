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

  /// Reads a PNG file: grey or colour, 1 to 16 bits, with or without palette, no transparency.
  init(parsingPNG file: Span<UInt8>) throws(ImageError) {
    try self.init(parsing: file, as: .png)
  }

  /// Reads a JPEG file: grey or colour, baseline or progressive.
  ///
  /// A file that libjpeg would complete with invented pixels is an error.
  init(parsingJPEG file: Span<UInt8>) throws(ImageError) {
    try self.init(parsing: file, as: .jpeg)
  }

  private init(parsing file: Span<UInt8>, as format: ImageError.Format) throws(ImageError) {
    var message = ImageShimMessage()
    var info = kiln_image_info()
    // The shims read exactly the span and write exactly the structure and the message buffer.
    let isHeaderRead = unsafe file.withUnsafeBufferPointer { file in
      unsafe message.withBuffer { text, capacity in
        switch format {
        case .png: unsafe kiln_png_read_info(file.baseAddress, file.count, &info, text, capacity)
        case .jpeg: unsafe kiln_jpeg_read_info(file.baseAddress, file.count, &info, text, capacity)
        }
      }
    }
    guard isHeaderRead == 1 else { throw .unreadable(format, reason: message.text) }
    let shape = try ImageShape(
      height: Int(info.height), width: Int(info.width), channels: Int(info.channels),
      bitDepth: Int(info.bit_depth))

    // As above; the shim checks the room against the header, and a failure's pixels are dropped.
    let pixels = makeBytes(capacity: shape.byteCount) { output in
      unsafe output.append(byCodec: { room in
        let isDecoded = unsafe file.withUnsafeBufferPointer { file in
          unsafe message.withBuffer { text, capacity in
            switch format {
            case .png:
              unsafe kiln_png_decode(
                file.baseAddress, file.count, room.baseAddress, room.count, text, capacity)
            case .jpeg:
              unsafe kiln_jpeg_decode(
                file.baseAddress, file.count, room.baseAddress, room.count, text, capacity)
            }
          }
        }
        return isDecoded == 1 ? room.count : 0
      })
    }
    guard pixels.count == shape.byteCount else {
      throw .unreadable(format, reason: message.text)
    }
    self.init(shape: shape, pixels: pixels)
  }
}
