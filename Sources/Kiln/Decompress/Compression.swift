/// A way in which the bytes of a file are packed, known from how they begin.
enum Compression: Sendable, CaseIterable {
  case gzip

  /// How many bytes must be at hand to tell.
  static let magicByteCount = 16

  /// The compression that these bytes begin, or nil where they begin none.
  init?(beginning bytes: [UInt8]) {
    guard let found = Self.allCases.first(where: { $0.isBegun(by: bytes) }) else { return nil }
    self = found
  }

  private func isBegun(by bytes: [UInt8]) -> Bool {
    switch self {
    case .gzip: bytes.starts(with: GzipStream.magic)
    }
  }

  /// Unpacks a stream.
  func unpack(_ stream: any ByteStream) throws -> any ByteStream {
    switch self {
    case .gzip: GzipStream(stream)
    }
  }
}
