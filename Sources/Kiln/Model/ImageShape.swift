/// The size of one picture that an image file can hold, checked against the limits.
struct ImageShape: Equatable, Sendable {
  /// What libjpeg allows, and more than cameras and scanners give; PNG would allow 2^31 - 1.
  static let maxSide = 65_500
  /// The most memory that one picture's header may ask for.
  ///
  /// A few hundred kilobytes of PNG can promise terabytes. 256 MiB is a 9,400 x 9,400 colour
  /// picture, far beyond labelled samples, and keeps every byte count below 2^32 for the codecs.
  static let maxByteCount = 1 << 28

  let height: Int
  let width: Int
  /// 1 for grey, 3 for red, green, blue.
  let channels: Int
  /// 8 or 16.
  let bitDepth: Int

  /// Checks the numbers before anyone reserves memory for them.
  init(height: Int, width: Int, channels: Int, bitDepth: Int) throws(ImageError) {
    guard height > 0, width > 0 else { throw .empty(height: height, width: width) }
    let side = max(height, width)
    guard side <= Self.maxSide else { throw .sideTooLong(found: side, limit: Self.maxSide) }
    guard channels == 1 || channels == 3 else { throw .unsupportedChannels(found: channels) }
    guard bitDepth == 8 || bitDepth == 16 else { throw .unsupportedBitDepth(found: bitDepth) }
    // Cannot overflow: each factor is bounded above.
    let byteCount = height * width * channels * (bitDepth / 8)
    guard byteCount <= Self.maxByteCount else {
      throw .tooManyBytes(found: byteCount, limit: Self.maxByteCount)
    }
    self.height = height
    self.width = width
    self.channels = channels
    self.bitDepth = bitDepth
  }

  /// Bytes of one row of pixels.
  var rowByteCount: Int { width * channels * (bitDepth / 8) }

  /// Bytes of all pixels.
  var byteCount: Int { height * rowByteCount }

  /// Such as `28x28 grey`: width first, as people say it.
  var text: String {
    "\(width)x\(height) \(channels == 1 ? "grey" : "rgb")\(bitDepth == 8 ? "" : " of 16 bits")"
  }
}
