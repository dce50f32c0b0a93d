#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A new file that is being written.
///
/// Appending is for one writer at a time; ``write(_:at:)`` may be called from several at once. Both
/// come back only when every byte is taken. Closed when released.
public final class OutputFile: Sendable {
  /// The path as the user knows it.
  public let path: String
  private let descriptor: Int32

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Appends bytes at the end.
  /// - Throws: ``FileError`` when the disk is full or fails.
  public func append(_ bytes: Span<UInt8>) throws(FileError) {
    // The closure gets a part of the span for the length of one call.
    unsafe try writeAll(bytes) { unsafe writeOnce(self.descriptor, $0) }
  }

  /// Appends the elements of an array.
  /// - Throws: ``FileError`` when the disk is full or fails.
  public func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes.span) }

  /// Writes bytes at a position, leaving the end where it is for ``append(_:)-(Span<UInt8>)``.
  /// - Throws: ``FileError`` when the disk is full or fails.
  public func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
    var position = off_t(offset)
    // The closure gets a part of the span for the length of one call.
    unsafe try writeAll(bytes) {
      let written = unsafe pwrite(self.descriptor, $0.baseAddress, $0.count, position)
      if written > 0 { position += off_t(written) }
      return written
    }
  }

  /// Reads back what was written.
  /// - Throws: ``FileError`` when the disk fails, or the file is shorter.
  func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    // The closure gets the room for the length of one call.
    let bytes = unsafe try readFully(range.count, of: path) { room, done in
      unsafe pread(descriptor, room.baseAddress, room.count, off_t(range.lowerBound + done))
    }
    guard bytes.count == range.count else { throw FileError(.read, path, code: EIO) }
    return bytes
  }

  /// Waits until the file's bytes are on the disk.
  /// - Throws: ``FileError`` when the disk is full or fails.
  public func flush() throws(FileError) {
    guard retryingInterrupts({ fsync(descriptor) }) == 0 else { throw FileError(.flush, path) }
  }

  private func writeAll(
    _ bytes: Span<UInt8>, _ write: (UnsafeRawBufferPointer) -> Int
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      // The part not yet written, within the span.
      let written = unsafe bytes.extracting(done..<bytes.count).withUnsafeBytes { rest in
        retryingInterrupts { unsafe write(rest) }
      }
      guard written > 0 else { throw FileError(.write, path) }
      done += written
    }
  }
}

/// The system call by its full name: methods that write are called the same.
func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  // The pointer is valid for the call, which does not keep it.
  #if canImport(Glibc)
    unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
  #else
    unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
  #endif
}
