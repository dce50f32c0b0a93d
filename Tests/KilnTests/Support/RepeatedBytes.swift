@testable import Kiln

/// Bytes that are read again and again, which is counted.
final class RepeatedBytes: Sendable {
  private let bytes: [UInt8]
  private let starts = Locked(0)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How often they have been read.
  var startCount: Int { starts.withLock { $0 } }

  /// The bytes from the first one on.
  func open() -> any ByteStream {
    starts.withLock { $0 += 1 }
    return MemoryStream(bytes)
  }
}
