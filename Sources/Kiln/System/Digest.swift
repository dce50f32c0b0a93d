import CCrypto

/// SHA-256, by libcrypto (FIPS 180-4).
@safe struct SHA256: ~Copyable {
  /// Bytes in a digest.
  static let byteCount = 32

  private let context: OpaquePointer

  /// Starts a digest.
  init() {
    // Owned by this value, freed in deinit; the algorithm is libcrypto's own constant.
    guard let context = unsafe EVP_MD_CTX_new(),
      unsafe EVP_DigestInit_ex2(context, Self.algorithm.pointer, nil) == 1
    else {
      preconditionFailure("libcrypto offers no SHA-256, or memory ran out")
    }
    unsafe self.context = context
  }

  deinit {
    // Made in init and never handed out.
    unsafe EVP_MD_CTX_free(context)
  }

  /// Adds bytes.
  mutating func update(_ bytes: Span<UInt8>) {
    // Reads within the span.
    unsafe bytes.withUnsafeBytes {
      _ = unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
    }
  }

  /// Adds the UTF-8 bytes of a text.
  mutating func update(_ text: String) { update(Array(text.utf8).span) }

  /// The digest's 32 bytes; the value starts afresh.
  mutating func finish() -> [UInt8] {
    // The buffer has the size that SHA-256 fills.
    unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      _ = unsafe EVP_DigestInit_ex2(context, nil, nil)
      count = Self.byteCount
    }
  }

  /// The algorithm, looked up once: a fetch for each digest costs a microsecond and a lock.
  @safe private struct Algorithm: @unchecked Sendable {
    // Never freed, and libcrypto's algorithms may be used from every thread.
    let pointer = unsafe EVP_MD_fetch(nil, "SHA256", nil)
  }
  private static let algorithm = Algorithm()
}

/// The lower-case hexadecimal form of bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
