// A PNG file, https://www.w3.org/TR/png-3/
//
//   offset  bytes  what
//   0       8      signature
//   8       25     IHDR chunk: width, height, bit depth, colour type, 3 zero bytes
//   33      4      byte count of the IDAT data
//   37      4      "IDAT"
//   41      n      zlib stream of the rows, each behind its filter byte
//   41+n    4      CRC-32 of type and data
//   45+n    12     IEND chunk
//
// All integers are big-endian; each chunk ends with the CRC-32 of its type and data.

internal import CISAL
internal import Synchronization

/// How hard a PNG file is compressed.
enum PNGLevel: String, CaseIterable, Sendable {
  /// About a microsecond for a small image, and about a third larger.
  case fast
  /// zlib at its best.
  case small
}

/// Writes images of one shape as PNG files, one after another, without allocating.
// Sendable: all state is private, and `encode` traps when two threads enter it together.
@safe final class PNGEncoder: @unchecked Sendable {
  /// What the compression needs: the fast level shares codes fitted to the data set.
  enum Compression: Sendable {
    case fast(PNGHuffmanTables)
    case small
  }

  private enum Deflater {
    case fast(FastDeflater)
    case small(SmallDeflater)
  }

  /// No file of this shape is larger.
  let maxEncodedByteCount: Int
  /// The shape of each image.
  let shape: ImageShape
  private let deflater: Deflater
  private let scanlines: PNGScanlines
  /// Everything in front of the compressed data; its byte count is filled in per file.
  private let head: [UInt8]
  private let tail: [UInt8]
  private let isBusy = Atomic<Bool>(false)

  private static let sizeOffset = 33
  private static let typeOffset = 37

  /// - Throws: `ImageError.unwritable` if zlib has no memory.
  init(shape: ImageShape, compression: Compression) throws(ImageError) {
    self.shape = shape
    scanlines = PNGScanlines(shape: shape)
    head = Self.head(of: shape)
    tail = makeBytes(capacity: 16) { Self.append(chunk: "IEND", of: [], to: &$0) }
    let byteCount = PNGScanlines.byteCount(of: shape)
    let compressedByteCount: Int
    switch compression {
    case .fast(let tables):
      deflater = .fast(FastDeflater(tables: tables))
      compressedByteCount = FastDeflater.maxCompressedByteCount(of: byteCount)
    case .small:
      let zlib = try SmallDeflater(sourceByteCount: byteCount)
      deflater = .small(zlib)
      compressedByteCount = zlib.maxCompressedByteCount
    }
    maxEncodedByteCount = head.count + compressedByteCount + 4 + tail.count
  }

  /// Appends one file; `output` must have room for ``maxEncodedByteCount`` bytes.
  ///
  /// `pixels` are row-major, channels last; 16-bit samples in the machine's byte order.
  /// - Throws: `ImageError.unwritable` if the compressor refuses, which no input should bring about.
  func encode(_ pixels: Span<UInt8>, into output: inout ByteCursor) throws {
    precondition(!isBusy.exchange(true, ordering: .acquiring), "one encoder, two threads")
    defer { isBusy.store(false, ordering: .releasing) }
    // `write` checks the room before it writes, and the lines live as long as the closure.
    unsafe try scanlines.withLines(of: pixels) { lines in
      unsafe try output.append(byCodec: { room in unsafe try write(lines, into: room) })
    }
  }

  @inline(__always)
  private func write(
    _ lines: UnsafeMutableBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImageError) -> Int {
    precondition(room.count >= maxEncodedByteCount)
    guard let start = room.baseAddress else { return 0 }
    // All offsets below are within the bound checked above.
    let file = UnsafeMutableRawPointer(start)
    unsafe head.withUnsafeBytes { unsafe copy($0, to: file) }
    let data = unsafe UnsafeMutableBufferPointer(
      start: start + head.count, count: room.count - head.count)
    let compressed: Int? =
      switch deflater {
      // Both check the room that they are given.
      case .fast(let isal): unsafe isal.compress(lines, into: data)
      case .small(let zlib): unsafe zlib.compress(lines, into: data)
      }
    guard let compressed else { throw .unwritable(.png, reason: "the compressor refused") }
    let end = head.count + compressed
    // The checksum covers what has just been written.
    unsafe file.storeBytes(
      of: UInt32(compressed).bigEndian, toByteOffset: Self.sizeOffset, as: UInt32.self)
    let checksum = withISAL {
      unsafe crc32_gzip_refl(0, start + Self.typeOffset, UInt64(end - Self.typeOffset))
    }
    unsafe file.storeBytes(of: checksum.bigEndian, toByteOffset: end, as: UInt32.self)
    unsafe tail.withUnsafeBytes { unsafe copy($0, to: file + end + 4) }
    return end + 4 + tail.count
  }

  @inline(__always)
  @unsafe private func copy(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    guard let source = bytes.baseAddress else { return }
    // The callers keep the target's bounds.
    unsafe target.copyMemory(from: source, byteCount: bytes.count)
  }

  private static func head(of shape: ImageShape) -> [UInt8] {
    makeBytes(capacity: 64) { output in
      output.append([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A].span)
      let fields = makeBytes(capacity: 16) { fields in
        fields.append(bigEndian: UInt32(shape.width))
        fields.append(bigEndian: UInt32(shape.height))
        fields.append(UInt8(shape.bitDepth))
        // Colour type: 0 grey, 2 red, green, blue.
        fields.append(shape.channels == 1 ? 0 : 2)
        // Deflate, the five standard filters, not interlaced.
        fields.append([0, 0, 0].span)
      }
      append(chunk: "IHDR", of: fields, to: &output)
      output.append(bigEndian: UInt32(0))
      output.append("IDAT")
    }
  }

  private static func append(chunk type: String, of data: [UInt8], to output: inout ByteCursor) {
    let body = Array(type.utf8) + data
    output.append(bigEndian: UInt32(data.count))
    output.append(body.span)
    output.append(bigEndian: CRC32(of: body.span).value)
  }
}
