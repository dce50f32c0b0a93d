import CISAL
import CZlib

/// The CRC-32 of gzip, zip and zlib (ISO 3309), of bytes that come in pieces.
struct CRC32: Equatable, Sendable {
  /// The checksum of all bytes so far.
  private(set) var value: UInt32 = 0
  /// How many bytes that are.
  private(set) var byteCount = 0

  init() {}

  /// The checksum of one piece.
  init(of bytes: Span<UInt8>) { append(bytes) }

  /// Goes on with the next bytes: by ISA-L, 32 GB/s where zlib makes 7.
  mutating func append(_ bytes: Span<UInt8>) {
    let start = value
    // Reads within the span.
    value = unsafe bytes.withUnsafeBytes { bytes in
      withISAL { unsafe crc32_gzip_refl(start, bytes.baseAddress, UInt64(bytes.count)) }
    }
    byteCount += bytes.count
  }

  /// Goes on with the bytes of another piece, of which only the checksum is needed.
  mutating func append(_ next: CRC32) {
    value = UInt32(
      truncatingIfNeeded: crc32_combine(UInt(value), UInt(next.value), next.byteCount))
    byteCount += next.byteCount
  }
}
