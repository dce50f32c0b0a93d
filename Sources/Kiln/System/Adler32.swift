import CISAL

/// The Adler-32 of zlib (RFC 1950, section 8.2), of bytes that come in pieces.
struct Adler32: Sendable {
  /// The checksum of all bytes so far.
  private(set) var value: UInt32 = 1

  init() {}

  /// The checksum of all bytes at once.
  init(of bytes: Span<UInt8>) { append(bytes) }

  /// Goes on with the next bytes.
  mutating func append(_ bytes: Span<UInt8>) {
    let start = value
    // Reads within the span.
    value = unsafe bytes.withUnsafeBytes { bytes in
      withISAL { unsafe isal_adler32(start, bytes.baseAddress, UInt64(bytes.count)) }
    }
  }
}
