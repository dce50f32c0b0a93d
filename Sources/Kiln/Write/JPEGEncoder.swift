internal import CImageShims
internal import Synchronization

/// Writes images of one shape as JPEG files, a run of them at a time, with one reused compressor.
///
/// Baseline, the standard Huffman tables, the accurate integer transform. From quality 90 on colour
/// keeps its full resolution (4:4:4), below that it is halved both ways (4:2:0).
// Sendable: all state is private, and `encode` traps when two threads enter it together.
@safe final class JPEGEncoder: @unchecked Sendable {
  /// What Kiln uses unless told otherwise.
  static let defaultQuality = 95

  /// No file of this shape is larger.
  let maxEncodedByteCount: Int
  /// The most images that are encoded at a time.
  let runLength: Int
  private let shape: ImageShape
  private let compressor: OpaquePointer
  private let isBusy = Atomic<Bool>(false)

  /// - Parameters:
  ///   - shape: of each image.
  ///   - quality: 1 to 100.
  ///   - longestRun: how many images may be encoded at a time; the bytes are the same for any number.
  /// - Throws: `ImageError` if the samples have 16 bits, if quality is not 1 to 100, or if libjpeg
  ///   has no memory.
  init(
    shape: ImageShape, quality: Int = defaultQuality, longestRun: Int = .max
  ) throws(ImageError) {
    guard shape.bitDepth == 8 else { throw .unsupportedBitDepth(found: shape.bitDepth) }
    guard 1...100 ~= quality else { throw .unsupportedQuality(found: quality) }
    // The images of a run are below each other, in whole blocks of 8 rows, for libjpeg.
    let runLength =
      shape.channels == 1
      ? min(longestRun, shape.runLength, max(1, ImageShape.maxSide / (shape.height + 7))) : 1
    var message = ImageShimMessage()
    // The message buffer is lent for the call; the compressor belongs to this object alone.
    let created = unsafe message.withBuffer { text, capacity in
      unsafe kiln_jpeg_encoder_create(
        UInt32(shape.width), UInt32(shape.height), UInt32(shape.channels), Int32(quality),
        runLength, text, capacity)
    }
    guard let created = unsafe created else { throw .unwritable(.jpeg, reason: message.text) }
    unsafe compressor = created
    self.shape = shape
    self.runLength = runLength
    maxEncodedByteCount = Self.maxEncodedByteCount(of: shape)
  }

  deinit {
    // Created in the initialiser and never handed out.
    unsafe kiln_jpeg_encoder_destroy(compressor)
  }

  /// Appends the files of 1 to ``runLength`` images.
  ///
  /// `pixels` are those of one image after the other, row-major, channels last; `output` must have room
  /// for ``maxEncodedByteCount`` bytes an image.
  /// - Returns: the byte count of each file.
  /// - Throws: `ImageError.unwritable` if libjpeg refuses, which no input should bring about.
  func encodeRun(_ pixels: Span<UInt8>, into output: inout ByteCursor) throws -> [Int] {
    let count = pixels.count / shape.byteCount
    precondition(count * shape.byteCount == pixels.count && 1...runLength ~= count)
    precondition(!isBusy.exchange(true, ordering: .acquiring), "one encoder, two threads")
    defer { isBusy.store(false, ordering: .releasing) }
    var byteCounts = [Int](repeating: 0, count: count)
    let capacity = count * maxEncodedByteCount
    // libjpeg reads the pixels counted above and stops with an error where the room ends; there is a
    // byte count for each image.
    unsafe try pixels.withUnsafeBufferPointer { pixels in
      unsafe try output.append(byCodec: { room in
        precondition(room.count >= capacity)
        // As above.
        let written = unsafe byteCounts.withUnsafeMutableBufferPointer { byteCounts in
          unsafe kiln_jpeg_encode(
            compressor, pixels.baseAddress, count, room.baseAddress, capacity,
            byteCounts.baseAddress)
        }
        guard written > 0 else {
          // NUL-terminated text inside the compressor, copied at once.
          let reason = unsafe String(cString: kiln_jpeg_encoder_message(compressor))
          throw ImageError.unwritable(.jpeg, reason: reason)
        }
        return written
      })
    }
    return byteCounts
  }

  private static func maxEncodedByteCount(of shape: ImageShape) -> Int {
    // A coefficient takes at most 16 bits of code and 11 of value, and byte stuffing can double all
    // of it: 432 bytes a block of 64. Subsampling rounds a side up to 16. Headers are 623 bytes.
    let blocks = ((shape.height + 15) / 16 * 2) * ((shape.width + 15) / 16 * 2) * shape.channels
    return blocks * 432 + 1024
  }
}
