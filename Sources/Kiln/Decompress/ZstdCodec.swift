// Zstandard (RFC 8878). A frame stands for itself; a skippable frame is a number from 184D2A50 on and a
// length, both little-endian u32, then bytes that every decoder passes over.
import CZstd

/// Compresses one buffer after another into independent frames.
// Sendable: one thread at a time uses it, by the pool that lends it.
@safe final class ZstdCompressor: @unchecked Sendable {
  /// What the settings allow; higher ones need more memory than a run should take.
  static let levels = 1...19

  private let context: OpaquePointer

  /// - Throws: ``ZstdError`` if there is no memory.
  init(level: Int) throws(ZstdError) {
    // Owned: made here, freed in deinit, never handed out.
    guard let context = unsafe ZSTD_createCCtx() else { throw .refused("no memory") }
    unsafe self.context = context
    // The frame carries its content's size by default, and no checksum.
    try set(ZSTD_c_compressionLevel, Int32(level))
    // In pixels, what looks like a match far back seldom is worth its code: with the smallest hash
    // table only near ones are found. MNIST takes 59 ms instead of 91 and 2 % less room,
    // Fashion-MNIST 81 instead of 136 and 0.6 % less.
    if level == Self.levels.lowerBound { try set(ZSTD_c_hashLog, Self.smallestHashLog) }
  }

  /// ZSTD_HASHLOG_MIN, which is a macro for static linking only.
  private static let smallestHashLog: Int32 = 6

  private func set(_ parameter: ZSTD_cParameter, _ value: Int32) throws(ZstdError) {
    // The context is this object's own.
    let status = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
    if let reason = ZstdError.reason(status) { throw .refused(reason) }
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// The most that so many bytes can become.
  static func maxFrameByteCount(of byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

  /// Appends a frame; the cursor has room for the most that it can become.
  /// - Throws: ``ZstdError`` if the library refuses.
  func compress(_ bytes: Span<UInt8>, into cursor: inout ByteCursor) throws(ZstdError) {
    var failure: String?
    // The library reads within the span and writes within the room; both end with this call.
    unsafe cursor.append(byCodec: { room in
      let size = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe ZSTD_compress2(
          context, room.baseAddress, room.count, source.baseAddress, source.count)
      }
      failure = ZstdError.reason(size)
      return failure == nil ? size : 0
    })
    if let failure { throw .refused(failure) }
  }

  /// A frame of zeros that decoders skip, of at least 8 bytes.
  static func skippableFrame(byteCount: Int) -> [UInt8] {
    precondition(byteCount >= 8)
    return makeBytes(capacity: byteCount) { cursor in
      cursor.append(littleEndian: UInt32(0x184D_2A50))
      cursor.append(littleEndian: UInt32(byteCount - 8))
      cursor.append(repeating: 0, count: byteCount - 8)
    }
  }
}

/// Decompresses one frame after another.
// Sendable: one thread at a time uses it, by the pool that lends it.
@safe final class ZstdDecompressor: @unchecked Sendable {
  private let context: OpaquePointer

  /// - Throws: ``ZstdError`` if there is no memory.
  init() throws(ZstdError) {
    // Owned: made here, freed in deinit, never handed out.
    guard let context = unsafe ZSTD_createDCtx() else { throw .refused("no memory") }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decompresses exactly one frame whose size is known.
  ///
  /// Memory is reserved for `byteCount` only, and only if the frame says the same.
  /// - Throws: ``ZstdError`` for anything else.
  func decompress(_ frame: Span<UInt8>, byteCount: Int) throws(ZstdError) -> [UInt8] {
    // All calls read within the span.
    let (content, size) = unsafe frame.withUnsafeBufferPointer { source in
      unsafe (
        ZSTD_getFrameContentSize(source.baseAddress, source.count),
        ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
      )
    }
    if let reason = ZstdError.reason(size) { throw .damaged(reason) }
    guard size == frame.count else { throw .frameLength(found: size, expected: frame.count) }
    guard content == UInt64(byteCount) else { throw .contentLength(expected: byteCount) }
    var status = 0
    let bytes = makeBytes(capacity: byteCount) { cursor in
      // The library writes within the room.
      unsafe cursor.append(byCodec: { room in
        status = unsafe frame.withUnsafeBufferPointer { source in
          unsafe ZSTD_decompressDCtx(
            context, room.baseAddress, min(room.count, byteCount), source.baseAddress,
            source.count)
        }
        return ZSTD_isError(status) == 0 ? status : 0
      })
    }
    if let reason = ZstdError.reason(status) { throw .damaged(reason) }
    guard bytes.count == byteCount else { throw .contentLength(expected: byteCount) }
    return bytes
  }
}

/// What is wrong with a zstd frame.
enum ZstdError: Error, Sendable, Equatable, CustomStringConvertible {
  case refused(String)
  case damaged(String)
  case frameLength(found: Int, expected: Int)
  case contentLength(expected: Int)

  var description: String {
    switch self {
    case .refused(let reason): "zstd cannot compress: \(reason)"
    case .damaged(let reason): "zstd frame is damaged: \(reason)"
    case .frameLength(let found, let expected):
      "zstd frame is \(found) bytes long, expected \(expected)"
    case .contentLength(let expected):
      "zstd frame does not hold \(expected) bytes, as expected"
    }
  }

  /// The library's words for a result that is an error; nil for any other.
  fileprivate static func reason(_ result: Int) -> String? {
    guard ZSTD_isError(result) != 0 else { return nil }
    // A constant of the library.
    return unsafe ZSTD_getErrorName(result).map { unsafe String(cString: $0) } ?? "unknown"
  }
}
