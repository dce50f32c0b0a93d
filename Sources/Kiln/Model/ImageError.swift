/// Why a picture cannot be read or written.
enum ImageError: Error, Equatable, Sendable {
  /// The kinds of image file.
  enum Format: String, Sendable {
    case png = "PNG"
    case jpeg = "JPEG"
  }

  case empty(height: Int, width: Int)
  case sideTooLong(found: Int, limit: Int)
  case tooManyBytes(found: Int, limit: Int)
  case morePixelsThanBytes(height: Int, width: Int, byteCount: Int)
  case emptyFile
  case unknownFormat
  case foreign
  case transparent
  case largerThanPadding(height: Int, width: Int, limit: String)
  case unsupportedChannels(found: Int)
  case fourInks
  case unsupportedBitDepth(found: Int)
  case unsupportedQuality(found: Int)
  case unreadable(Format, reason: String)
  case unwritable(Format, reason: String)
}

extension ImageError: CustomStringConvertible {
  var description: String {
    switch self {
    case .empty(let height, let width):
      "image of \(height) x \(width) pixels is empty"
    case .sideTooLong(let found, let limit):
      "image side is \(found) pixels long, the limit is \(limit)"
    case .tooManyBytes(let found, let limit):
      "image has \(found) bytes of pixels, the limit is \(limit)"
    case .morePixelsThanBytes(let height, let width, let byteCount):
      "image of \(height) x \(width) pixels cannot lie in \(byteCount) bytes"
    case .emptyFile:
      "is empty, expected a PNG or JPEG file"
    case .unknownFormat:
      "is no PNG or JPEG file, whatever its name says"
    case .foreign:
      "is an image that Kiln cannot read (make it a PNG or JPEG file)"
    case .transparent:
      "image is transparent in places (--alpha black or white puts it on that, drop ignores it)"
    case .largerThanPadding(let height, let width, let limit):
      "image of \(width)x\(height) pixels is larger than the \(limit) that it is to be padded to"
    case .unsupportedChannels(let found):
      "image has \(found) channels, expected 1 (grey) or 3 (red, green, blue)"
    case .fourInks:
      "image is in four inks (CMYK), expected grey or RGB (make it RGB)"
    case .unsupportedBitDepth(let found):
      "image has \(found) bits per sample; PNG takes 8 or 16, JPEG takes 8"
    case .unsupportedQuality(let found):
      "JPEG quality is \(found), expected 1 to 100"
    case .unreadable(let format, let reason):
      "cannot read \(format.rawValue) image: \(reason)"
    case .unwritable(let format, let reason):
      "cannot write \(format.rawValue) image: \(reason)"
    }
  }
}
