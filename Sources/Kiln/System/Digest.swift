import CCrypto

/// SHA-256, by libcrypto (FIPS 180-4).
struct SHA256: ~Copyable {
  /// Bytes in a digest.
  static let byteCount = 32

  private var context: DigestContext

  /// Starts a digest.
  init() {
    guard let context = DigestContext(Self.algorithm) else {
      preconditionFailure("libcrypto offers no SHA-256, or memory ran out")
    }
    self.context = context
  }

  /// Adds bytes.
  mutating func update(_ bytes: Span<UInt8>) { context.update(bytes) }

  /// Adds the UTF-8 bytes of a text.
  mutating func update(_ text: String) { update(Array(text.utf8).span) }

  /// The digest's 32 bytes; the value starts afresh.
  mutating func finish() -> [UInt8] { context.finish(byteCount: Self.byteCount) }

  private static let algorithm = DigestAlgorithm("SHA256")
}

/// MD5, by libcrypto (RFC 1321): it finds damage, and proves nothing else.
struct MD5: ~Copyable {
  private var context: DigestContext

  /// Starts a digest; nil where the system's libcrypto has been told to do without MD5.
  init?() {
    guard let context = DigestContext(Self.algorithm) else { return nil }
    self.context = context
  }

  /// Adds bytes.
  mutating func update(_ bytes: Span<UInt8>) { context.update(bytes) }

  /// The digest's 16 bytes; the value starts afresh.
  mutating func finish() -> [UInt8] { context.finish(byteCount: 16) }

  private static let algorithm = DigestAlgorithm("MD5")
}

/// An algorithm, looked up once: a fetch for each digest costs a microsecond and a lock.
@safe struct DigestAlgorithm: @unchecked Sendable {
  // Never freed, and libcrypto's algorithms may be used from every thread.
  let pointer: OpaquePointer?

  init(_ name: String) { unsafe pointer = EVP_MD_fetch(nil, name, nil) }
}

/// A digest that is being made.
// Not private: optimised tests, which see inside the module, would not find it when they are linked.
@safe struct DigestContext: ~Copyable {
  private let context: OpaquePointer

  init?(_ algorithm: DigestAlgorithm) {
    // Owned by this value, freed in deinit; the algorithm is libcrypto's own constant.
    guard let pointer = unsafe algorithm.pointer, let context = unsafe EVP_MD_CTX_new() else {
      return nil
    }
    guard unsafe EVP_DigestInit_ex2(context, pointer, nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      return nil
    }
    unsafe self.context = context
  }

  deinit {
    // Made in init and never handed out.
    unsafe EVP_MD_CTX_free(context)
  }

  mutating func update(_ bytes: Span<UInt8>) {
    // Reads within the span.
    unsafe bytes.withUnsafeBytes {
      _ = unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
    }
  }

  mutating func finish(byteCount: Int) -> [UInt8] {
    // The buffer has the size that the algorithm fills.
    unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      _ = unsafe EVP_DigestInit_ex2(context, nil, nil)
      count = byteCount
    }
  }
}

/// The lower-case hexadecimal form of bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
