#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file whose bytes can be read at any place, by any number of readers.
final class RandomAccessFile: Sendable {
  let byteCount: Int
  private let path: String
  private let descriptor: Int32
  private let cancellation: Cancellation

  /// - Throws: ``FileError`` when there is no such file or it cannot be read.
  init(_ file: SourceFile) throws(FileError) {
    path = file.path
    cancellation = file.cancellation
    // Without O_NONBLOCK a pipe of that name would wait for a writer for ever.
    descriptor = Self.openFile(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.open, file.path) }
    byteCount = file.byteCount
  }

  deinit { close(descriptor) }

  private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
    unsafe open(path, flags)
  }

  /// Reads a range of bytes; fewer where the file ends before.
  /// - Throws: ``FileError`` or ``Interruption``.
  func read(_ range: Range<Int>) throws -> [UInt8] {
    try cancellation.check()
    return unsafe try readFully(range.count, of: path) { room, done in
      // Writes within the room, which lives through the call.
      unsafe pread(descriptor, room.baseAddress, room.count, off_t(range.lowerBound + done))
    }
  }
}

/// A part of a file as a stream.
final class FileSlice: SkippingStream {
  private let file: RandomAccessFile
  private var range: Range<Int>

  /// - Parameters:
  ///   - file: the file.
  ///   - range: within it.
  init(_ file: RandomAccessFile, _ range: Range<Int>) {
    self.file = file
    self.range = range
  }

  func read(_ count: Int) throws -> [UInt8] {
    let end = min(range.upperBound, range.lowerBound + count)
    let bytes = try file.read(range.lowerBound..<end)
    range = range.lowerBound + bytes.count..<range.upperBound
    return bytes
  }

  func skip(_ count: Int) -> Int {
    let count = min(count, range.count)
    range = range.lowerBound + count..<range.upperBound
    return count
  }
}
