/// Reads image files one after another; one for each worker.
///
/// JPEG files are left to libjpeg as they are: one decompressor kept for all would take 3.4 us for a 28 x 28
/// picture instead of 4.0, and nothing less for larger ones.
// Sendable: one thread at a time uses it, by the pool that lends it.
final class ImageFileReader: @unchecked Sendable {
  /// A file cannot be larger: more than any picture within the limits takes.
  static let maximumFileByteCount = 2 * ImageShape.maxByteCount

  private let png = PNGReader()
  /// Where files are read to; taken out while it is in use.
  var buffer: [UInt8] = []
  private var hash = SHA256()

  /// The SHA-256 of a file.
  func digest(_ file: Span<UInt8>) -> [UInt8] {
    hash.update(file)
    return hash.finish()
  }

  /// Appends the pixels of a file.
  /// - Throws: ``ImageError``, or ``ImageDifference`` where the picture is not of the target's shape.
  func append(
    _ file: Span<UInt8>, as target: ImageTarget, to output: inout ByteCursor
  ) throws {
    // A plain file of the right shape is what it shall be, whatever the rules.
    if png.append(file, of: target.shape, to: &output) { return }
    let image = try target.rules.image(file)
    guard image.shape == target.shape else {
      throw ImageDifference(found: image.shape, expected: target.shape)
    }
    output.append(image.pixels.span)
  }
}

/// Images of one source that should be alike and are not.
struct ImageDifference: Error, Equatable, Sendable {
  let found: ImageShape
  let expected: ImageShape

  /// The sentence a user sees, with the name of an image of the expected kind.
  func description(expectedIn other: String) -> String {
    "is \(found.text), expected \(expected.text) as in \(other)\(remedy)"
  }

  private var remedy: String {
    if found.bitDepth != expected.bitDepth { return " (convert one of them)" }
    let differsInSize = found.width != expected.width || found.height != expected.height
    let differsInColour = found.channels != expected.channels
    if !differsInSize { return " (--color grey or rgb makes them alike)" }
    let resize = "--resize \(expected.width)x\(expected.height) or --pad"
    return differsInColour
      ? " (--color grey or rgb, and \(resize) make them alike)" : " (\(resize) makes them alike)"
  }
}
