@testable import Kiln

/// Bytes in memory as a stream.
final class MemoryStream: ByteStream {
  private let bytes: [UInt8]
  private var position = 0
  /// The largest number of bytes that anyone has asked for at once.
  private(set) var largestRead = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(_ count: Int) -> [UInt8] {
    largestRead = max(largestRead, count)
    let end = min(bytes.count, position + count)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}

extension ByteStream {
  /// Everything that is left, read in pieces.
  func readToEnd(pieces: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    while true {
      let piece = try read(pieces)
      result += piece
      if piece.count < pieces { return result }
    }
  }
}
