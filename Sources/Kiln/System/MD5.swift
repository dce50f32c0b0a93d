import CCrypto

/// MD5, by libcrypto (RFC 1321): for files of which nothing better was published.
///
/// It tells a damaged file, not a forged one.
@safe struct MD5: ~Copyable {
  /// Bytes in a digest.
  static let byteCount = 16

  private let context: OpaquePointer

  /// Starts a digest; nil where the system's rules forbid MD5.
  init?() {
    // Owned by this value, freed in deinit.
    guard let context = unsafe EVP_MD_CTX_new() else { return nil }
    guard unsafe EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      return nil
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

  /// The digest's 16 bytes.
  consuming func finish() -> [UInt8] {
    // The buffer has the size that MD5 fills.
    unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      count = Self.byteCount
    }
  }
}
