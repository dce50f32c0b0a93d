#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// A file's bytes, mapped into memory for reading.
///
/// The system reads what is touched when it is touched. A file that another program cuts short while it
/// is mapped ends the process (SIGBUS) where ``Signals/letMappedReadsFail()`` was not called, as in the
/// library's clients; Kiln's outputs are replaced by rename and never change in place.
// Sendable: the memory is read-only and stays until the last reference is gone.
@safe final class MappedFile: @unchecked Sendable {
  /// Whether a mapped file has ended before its size: what was read of it since may be zeros.
  static var wasCutShort: Bool { cutShort.load(ordering: .relaxed) }

  /// Notes it, from within a signal handler.
  static func noteCutShort() { cutShort.store(true, ordering: .relaxed) }

  private static let cutShort = Atomic(false)

  /// The file's size when it was opened.
  let byteCount: Int
  private let base: UnsafeMutableRawPointer?

  /// - Throws: ``FileError`` when there is no such file, or it cannot be read or mapped.
  init(path: String) throws(FileError) {
    // Without O_NONBLOCK a pipe of that name would wait for a writer for ever.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.open, path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.open, path) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      throw FileError(.read, path, code: kind == S_IFDIR ? EISDIR : ESPIPE)
    }
    byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      unsafe base = nil
      return
    }
    // A new mapping of exactly that many bytes, unmapped in deinit and never handed out.
    let memory = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard unsafe memory != MAP_FAILED else { throw FileError(.read, path) }
    unsafe base = memory
  }

  deinit {
    // The mapping made in init.
    if let base = unsafe base { unsafe munmap(base, byteCount) }
  }

  /// Reads a range of bytes in place.
  /// - Throws: what `body` throws.
  func withBytes<Result>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    // In range by the check above; the memory lives as long as this object.
    let part = unsafe UnsafeRawBufferPointer(
      start: base.map { unsafe UnsafeRawPointer($0) + range.lowerBound }, count: range.count)
    return unsafe try body(part.assumingMemoryBound(to: UInt8.self).span)
  }

  /// Gives back the memory of whole pages that nobody will read again soon.
  ///
  /// They still are the file's, and come back from its cache where they are touched. Without it, a file
  /// that is read once from first to last would count as memory of this process in full.
  func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard first < end, end <= byteCount, let base = unsafe base else { return }
    // Whole pages inside the mapping, which is private and never written.
    _ = unsafe madvise(base + first, end - first, MADV_DONTNEED)
  }

  /// Copies a range of bytes.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    withBytes(range) { span in makeBytes(capacity: span.count) { $0.append(span) } }
  }
}
