// The PNG files that most data sets consist of, https://www.w3.org/TR/png-3/
//
//   offset  bytes  what
//   0       8      signature
//   8       25     IHDR chunk: width, height, bit depth 8, colour type 0 (grey) or 2 (red, green,
//                  blue), 0 (deflate), 0 (the five filters), 0 (not interlaced)
//   33      n      chunks, of which IDAT ones, side by side, hold a zlib stream of the rows, each
//                  behind its filter byte
//   33+n    12     IEND chunk
//
// A chunk: byte count of its data (4), type (4), data, CRC-32 of type and data (4), big-endian.
// A zlib stream (RFC 1950): 2 bytes of header, deflate data, Adler-32 of the inflated bytes.

internal import CDeflate

/// Reads plain PNG files of one shape, one after another, with one reused inflater.
///
/// Whatever is unusual or wrong about a file is left to libpng, which also finds the words for it. A
/// 28 x 28 picture takes libpng 7.4 us: it sets up zlib for each file, and zlib inflates in 4.6 to 5.1 us
/// what takes libdeflate 2.9 to 3.2. ISA-L takes 5 to 9: its tables for a block's codes are four times as
/// large, and such pictures end before that pays.
// Sendable: one thread at a time uses it, by the pool that lends it.
@safe final class PNGReader: @unchecked Sendable {
  /// Made in init, freed in deinit, never handed out; nil where there was no memory.
  private let inflater = unsafe libdeflate_alloc_decompressor()
  /// The inflated rows.
  private var lines: [UInt8] = []
  /// The zlib stream of a file with several IDAT chunks.
  private var joined: [UInt8] = []

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  init() {}

  deinit { unsafe libdeflate_free_decompressor(inflater) }

  /// Appends the pixels of a file of that shape, row-major, channels last.
  /// - Returns: false where the file is none that this reader knows; nothing is appended then.
  func append(_ file: Span<UInt8>, of shape: ImageShape, to output: inout ByteCursor) -> Bool {
    guard shape.bitDepth == 8, let stream = locate(in: file, shape) else { return false }
    let expected = shape.height * (1 + shape.rowByteCount)
    if lines.count < expected { lines = [UInt8](repeating: 0, count: expected) }
    switch stream {
    case .inPlace(let range):
      guard inflate(file.extracting(range), byteCount: expected) else { return false }
    case .joined:
      guard inflate(joined.span, byteCount: expected) else { return false }
    }
    return unfilter(shape, into: &output)
  }

  private enum Stream {
    case inPlace(Range<Int>)
    case joined
  }

  // MARK: Chunks

  private func locate(in file: Span<UInt8>, _ shape: ImageShape) -> Stream? {
    guard file.count >= 57, file.word(at: 0) == Self.signatureWord,
      file.word(at: 8) == Self.headerStart, file.bigEndian(at: 16) == UInt32(shape.width),
      file.bigEndian(at: 20) == UInt32(shape.height), file[24] == 8,
      file[25] == (shape.channels == 1 ? 0 : 2), file[26] == 0, file[27] == 0, file[28] == 0,
      isIntact(file, 12..<29)
    else { return nil }
    var pieces: [Range<Int>] = []
    var data: Range<Int>?
    var position = 33
    while file.count - position >= 12 {
      let byteCount = Int(file.bigEndian(at: position))
      guard byteCount <= file.count - position - 12 else { return nil }
      let body = position + 8..<position + 8 + byteCount
      guard isIntact(file, position + 4..<body.upperBound) else { return nil }
      let type = file.bigEndian(at: position + 4)
      switch type {
      case Self.idat:
        if let before = data {
          // libpng decides about a chunk between two of them.
          guard before.upperBound + 12 == body.lowerBound else { return nil }
          if pieces.isEmpty { pieces = [before] }
          pieces.append(body)
        }
        data = body
      case Self.iend:
        guard let data, byteCount == 0 else { return nil }
        if pieces.isEmpty { return .inPlace(data) }
        joined.removeAll(keepingCapacity: true)
        for piece in pieces { for index in piece { joined.append(file[index]) } }
        return .joined
      // Transparency changes the pixels; an upper-case letter marks what must be understood.
      case Self.trns: return nil
      default: guard Self.isAncillary(type) else { return nil }
      }
      position = body.upperBound + 4
    }
    return nil
  }

  private static let signatureWord = UInt64(littleEndian: 0x0A1A_0A0D_474E_5089)
  /// The byte count 13 and `IHDR`.
  private static let headerStart = UInt64(littleEndian: 0x5244_4849_0D00_0000)
  private static let idat: UInt32 = 0x4944_4154
  private static let iend: UInt32 = 0x4945_4E44
  private static let trns: UInt32 = 0x7452_4E53

  /// Whether a chunk's type is four letters, the first in lower case.
  private static func isAncillary(_ type: UInt32) -> Bool {
    (0..<4).allSatisfy { index in
      let byte = UInt8(truncatingIfNeeded: type >> (8 * (3 - index)))
      let isLower = (0x61...0x7A).contains(byte)
      return isLower || index > 0 && (0x41...0x5A).contains(byte)
    }
  }

  /// Whether the CRC-32 behind a chunk's type and data is theirs.
  private func isIntact(_ file: Span<UInt8>, _ range: Range<Int>) -> Bool {
    CRC32(of: file.extracting(range)).value == file.bigEndian(at: range.upperBound)
  }

  // MARK: Pixels

  /// Inflates a zlib stream of exactly so many bytes into ``lines``.
  private func inflate(_ stream: Span<UInt8>, byteCount: Int) -> Bool {
    guard let inflater = unsafe inflater else { return false }
    var read = 0
    // libdeflate reads within the stream and writes within the lines, both for the length of the call. It
    // compares the checksum; without a place for a count, it takes nothing but that many bytes.
    let result = unsafe stream.withUnsafeBytes { stream in
      unsafe lines.withUnsafeMutableBytes { lines in
        precondition(lines.count >= byteCount)
        return unsafe libdeflate_zlib_decompress_ex(
          inflater, stream.baseAddress, stream.count, lines.baseAddress, byteCount, &read, nil)
      }
    }
    return result == LIBDEFLATE_SUCCESS && read == stream.count
  }

  /// Appends the rows without their filters.
  private func unfilter(_ shape: ImageShape, into output: inout ByteCursor) -> Bool {
    let rowByteCount = shape.rowByteCount
    let lineByteCount = rowByteCount + 1
    for row in 0..<shape.height where lines[row * lineByteCount] > 4 { return false }
    // Every row is read within the lines, which hold all of them, and written within the room, which
    // has been checked.
    unsafe output.append(byCodec: { room in
      precondition(room.count >= shape.byteCount && lines.count >= shape.height * lineByteCount)
      unsafe lines.withUnsafeBufferPointer { lines in
        guard let from = lines.baseAddress, let to = room.baseAddress else { return }
        for row in 0..<shape.height {
          let line = unsafe from + row * lineByteCount
          let filter = unsafe PNGFilter(rawValue: line[0]) ?? .none
          let target = unsafe to + row * rowByteCount
          unsafe filter.undo(
            line + 1, above: row == 0 ? nil : UnsafePointer(target - rowByteCount), into: target,
            count: rowByteCount, pixelByteCount: shape.channels)
        }
      }
      return shape.byteCount
    })
    return true
  }
}

extension Span<UInt8> {
  /// Four bytes as a number.
  fileprivate func bigEndian(at position: Int) -> UInt32 {
    UInt32(self[position]) << 24 | UInt32(self[position + 1]) << 16
      | UInt32(self[position + 2]) << 8 | UInt32(self[position + 3])
  }
}
