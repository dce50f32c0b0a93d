/// How much a packed file may become: a few megabytes can unpack to more than any disk holds.
///
/// What is refused can still be unpacked by hand and read from there, where nothing is hidden.
enum UnpackLimit {
  /// Up to here the ratio does not matter: so much is unpacked in a moment.
  static let freeByteCount = 128 << 20
  /// How many times its own size a file may become beyond that.
  ///
  /// Twice what deflate can do at all, so that a gigabyte of blank pictures may still be a `.gz` file;
  /// bzip2 reaches a million.
  static let highRatio = 2000

  /// Up to here that ratio holds; it is unpacked in about a second.
  static let usualByteCount = 1 << 30
  /// How many times its own size a file may become beyond that.
  ///
  /// Photographs pack to a half, digits to a fifth, drawings and masks to a fiftieth at best; a file of
  /// nothing but zeros, which is what traps are made of, to a thousandth or less.
  static let ratio = 100

  /// What no file becomes, whatever its ratio: ten times the largest image collections.
  static let totalByteCount = 1 << 40

  /// Checks what a file has become so far, or says of itself that it will become.
  /// - Throws: ``UnpackLimitError`` where it is too much.
  static func check(unpacked: Int, packed: Int) throws(UnpackLimitError) {
    guard unpacked > freeByteCount else { return }
    let ratio = unpacked > usualByteCount ? ratio : highRatio
    guard unpacked <= totalByteCount, unpacked / ratio <= packed else {
      throw UnpackLimitError(unpacked: unpacked, packed: packed)
    }
  }
}

/// A packed file that is a trap, or looks like one.
struct UnpackLimitError: UnpackingError, Equatable, CustomStringConvertible {
  let unpacked: Int
  let packed: Int

  var description: String {
    "\(packed) bytes unpack to \(unpacked) or more, which looks like a trap"
      + " (unpack it by hand if it is to be trusted)"
  }
}

/// An unpacked stream that ends in an error where it becomes too much.
final class LimitedStream: ByteStream {
  private let stream: any ByteStream
  private let packedByteCount: Int
  private var produced = 0

  /// - Parameters:
  ///   - stream: yields what was unpacked.
  ///   - packedByteCount: the size of the file on disk.
  init(_ stream: any ByteStream, packedByteCount: Int) {
    self.stream = stream
    self.packedByteCount = packedByteCount
  }

  func read(_ count: Int) throws -> [UInt8] {
    let bytes = try stream.read(count)
    produced += bytes.count
    try UnpackLimit.check(unpacked: produced, packed: packedByteCount)
    return bytes
  }
}
