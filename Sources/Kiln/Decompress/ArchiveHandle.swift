import CArchive

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One reader of libarchive, fed from a stream.
///
/// It never opens a file, sets no locale and writes nothing: bytes go in, headers and data come out.
@safe final class ArchiveHandle {
  enum Content {
    /// One compressed stream, by exactly this filter.
    case compressed(Compression)
    /// A tar file that is not compressed.
    case tar
  }

  /// What libarchive says of an entry.
  struct Header {
    enum Kind {
      case file, directory, link
      /// Devices, pipes, sockets.
      case other
    }
    let path: [UInt8]
    let kind: Kind
    let byteCount: Int?
    let isSparse: Bool
    /// Where the data begins, in the bytes that went in.
    let dataOffset: Int
  }

  enum Fault: Error {
    /// The input ended where more was needed.
    case ended
    case damaged(String)
  }

  // libarchive's functions, which are never freed.
  private let library: UnsafePointer<kiln_archive>
  // Owned: made in init, freed in deinit, never handed out.
  private let archive: OpaquePointer
  private let input: ArchiveInput
  private let content: Content
  private var isOpen = false
  // The block of data given last. libarchive owns it and keeps it until the next call.
  private var block: UnsafeRawPointer?
  private var blockByteCount = 0
  private var blockPosition = 0
  private var dataPosition = 0

  /// - Throws: ``ArchiveLibraryMissingError``, or ``Fault`` if there is no memory or libarchive was built
  ///   without what is asked.
  init(_ stream: any ByteStream, _ content: Content) throws {
    let library = unsafe try ArchiveLibrary.load().functions
    guard let archive = unsafe library.pointee.archive_read_new() else {
      throw Fault.damaged("no memory")
    }
    unsafe self.library = library
    unsafe self.archive = archive
    input = ArchiveInput(stream)
    self.content = content
    // Each call only notes in the archive what it may become.
    let status =
      switch content {
      case .compressed(let compression):
        unsafe max(
          library.pointee.archive_read_append_filter(archive, Self.filter(compression)),
          min(
            library.pointee.archive_read_support_format_raw(archive),
            library.pointee.archive_read_support_format_empty(archive)))
      case .tar:
        unsafe min(
          library.pointee.archive_read_support_format_tar(archive),
          library.pointee.archive_read_support_format_empty(archive))
      }
    guard status == ARCHIVE_OK else { throw Fault.damaged(message ?? "libarchive lacks it") }
    // On macOS libarchive would hide the entries of resource forks in others.
    if case .tar = content {
      _ = unsafe library.pointee.archive_read_set_option(archive, "tar", "mac-ext", nil)
    }
  }

  deinit { _ = unsafe library.pointee.archive_read_free(archive) }

  private static func filter(_ compression: Compression) -> Int32 {
    switch compression {
    case .gzip: ARCHIVE_FILTER_GZIP
    case .xz: ARCHIVE_FILTER_XZ
    case .bzip2: ARCHIVE_FILTER_BZIP2
    case .zstd: ARCHIVE_FILTER_ZSTD
    case .lz4: ARCHIVE_FILTER_LZ4
    }
  }

  /// Goes to the next entry; nil at the end.
  /// - Throws: ``Fault``, or what the input throws.
  func next() throws -> Header? {
    try open()
    unsafe block = nil
    blockByteCount = 0
    blockPosition = 0
    dataPosition = 0
    var entry: OpaquePointer?
    let status = unsafe library.pointee.archive_read_next_header(archive, &entry)
    if let failure = input.failure { throw failure }
    if status == ARCHIVE_EOF {
      try checkEnd()
      return nil
    }
    // A warning is about names that do not fit the locale, or times; the rest is read as it is.
    guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = unsafe entry else {
      throw fault
    }
    return unsafe header(
      entry, dataOffset: Int(library.pointee.archive_filter_bytes(archive, 0)))
  }

  private func open() throws {
    if isOpen { return }
    isOpen = true
    // The input outlives the archive, which is freed in deinit and calls back only during our calls.
    let context = unsafe Unmanaged.passUnretained(input).toOpaque()
    let status = unsafe library.pointee.archive_read_open2(
      archive, context, nil,
      { _, context, buffer in
        // The context and the place for the pointer that libarchive passes are those from above.
        guard let context = unsafe context, let buffer = unsafe buffer else { return -1 }
        return unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue().next(buffer)
      },
      { _, context, count in
        // As above.
        guard let context = unsafe context else { return 0 }
        return unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue().skip(count)
      }, nil)
    if let failure = input.failure { throw failure }
    // Damage in the first bytes looks like an empty archive, but for the error.
    guard status == ARCHIVE_OK, unsafe library.pointee.archive_errno(archive) == 0 else {
      throw fault
    }
  }

  /// Refuses a tar file that stops between two entries without its end mark, of zeros.
  private func checkEnd() throws(Fault) {
    guard case .tar = content else { return }
    // Both calls only read counters.
    let isMarked =
      unsafe library.pointee.archive_filter_bytes(archive, 0)
      > library.pointee.archive_read_header_position(archive)
    if !isMarked { throw .ended }
  }

  private func header(_ entry: OpaquePointer, dataOffset: Int) -> Header {
    // The entry and its strings are valid until the next header; the name is copied here.
    let name = unsafe library.pointee.archive_entry_pathname(entry).map {
      unsafe Array(String(cString: $0).utf8)
    }
    let kind: Header.Kind =
      switch unsafe library.pointee.archive_entry_filetype(entry) {
      case _ where unsafe library.pointee.archive_entry_hardlink(entry) != nil: .link
      case S_IFLNK: .link
      case S_IFREG: .file
      case S_IFDIR: .directory
      default: .other
      }
    return unsafe Header(
      path: name ?? [], kind: kind,
      byteCount: library.pointee.archive_entry_size_is_set(entry) == 0
        ? nil : Int(library.pointee.archive_entry_size(entry)),
      isSparse: library.pointee.archive_entry_sparse_count(entry) > 0, dataOffset: dataOffset)
  }

  /// Appends data of the current entry, up to `count` bytes in all; less only at its end.
  /// - Throws: ``Fault``, or what the input throws.
  func appendData(to cursor: inout ByteCursor, count: Int) throws {
    while cursor.count < count {
      if blockPosition == blockByteCount, try !nextBlock() { return }
      guard let block = unsafe block else { return }
      let size = min(blockByteCount - blockPosition, count - cursor.count)
      // Within the block that libarchive gave last.
      let part = unsafe UnsafeRawBufferPointer(start: block + blockPosition, count: size)
      unsafe cursor.append(part.assumingMemoryBound(to: UInt8.self).span)
      blockPosition += size
    }
  }

  private func nextBlock() throws -> Bool {
    var start: UnsafeRawPointer?
    var size = 0
    var offset: Int64 = 0
    let status = unsafe library.pointee.archive_read_data_block(archive, &start, &size, &offset)
    if let failure = input.failure { throw failure }
    if status == ARCHIVE_EOF { return false }
    guard status == ARCHIVE_OK else { throw fault }
    guard Int(offset) == dataPosition else { throw Fault.damaged("it has holes") }
    dataPosition += size
    unsafe block = start
    blockByteCount = size
    blockPosition = 0
    return true
  }

  /// How many bytes of the input the filter took.
  var consumed: Int {
    // Reads a counter; -1 is the first filter, which is nearest to the input.
    unsafe Int(library.pointee.archive_filter_bytes(archive, -1))
  }

  /// Whether nothing is left that the filter did not take.
  /// - Throws: what the input throws.
  func isInputUsedUp() throws -> Bool {
    guard consumed == input.delivered else { return false }
    return try input.isFinished()
  }

  /// Reads on to the end of the input behind a tar file's end mark.
  /// - Parameter limit: the most bytes that may follow it.
  /// - Returns: whether nothing but zeros was there.
  /// - Throws: what the input throws.
  func restIsZero(limit: Int) throws -> Bool {
    // The call only reads a counter.
    let end = unsafe library.pointee.archive_filter_bytes(archive, 0)
    return try input.restIsZero(from: Int(end), limit: limit)
  }

  var isInputEmpty: Bool { input.delivered == 0 && input.isAtEnd }

  private var fault: Fault { input.isAtEnd ? .ended : .damaged(message ?? "unknown reason") }

  private var message: String? {
    // A string of the archive, valid until its next call; copied here.
    unsafe library.pointee.archive_error_string(archive).map {
      unsafe String(cString: $0).printable
    }
  }
}

/// The stream that libarchive reads from, and what became of it.
@safe private final class ArchiveInput {
  private(set) var failure: (any Error)?
  private(set) var isAtEnd = false
  private(set) var delivered = 0
  private var bufferedCount = 0
  private let stream: any ByteStream
  // Owned: allocated in init, freed in deinit; libarchive reads it until it asks for more.
  private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: FileStream.chunkByteCount)

  init(_ stream: any ByteStream) { self.stream = stream }

  deinit { unsafe buffer.deallocate() }

  func next(_ place: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    unsafe place.pointee = UnsafeRawPointer(buffer)
    guard failure == nil else { return -1 }
    do {
      let chunk = try stream.read(FileStream.chunkByteCount)
      // A stream gives no more than it was asked for.
      let count = min(chunk.count, FileStream.chunkByteCount)
      unsafe chunk.withUnsafeBufferPointer {
        if let source = $0.baseAddress { unsafe buffer.update(from: source, count: count) }
      }
      delivered += count
      if count == 0 { isAtEnd = true } else { bufferedCount = count }
      return count
    } catch {
      failure = error
      return -1
    }
  }

  func isFinished() throws -> Bool {
    if !isAtEnd { isAtEnd = try stream.read(1).isEmpty }
    return isAtEnd
  }

  func restIsZero(from offset: Int, limit: Int) throws -> Bool {
    // What libarchive has asked for and not taken is in the buffer still, within what was copied there.
    let taken = max(0, bufferedCount - max(0, delivered - offset))
    let isZero = unsafe UnsafeBufferPointer(start: buffer, count: bufferedCount)[taken...]
      .allSatisfy { $0 == 0 }
    guard isZero else { return false }
    var count = bufferedCount - taken
    while !isAtEnd, count <= limit {
      let bytes = try stream.read(FileStream.chunkByteCount)
      isAtEnd = bytes.isEmpty
      count += bytes.count
      guard bytes.allSatisfy({ $0 == 0 }) else { return false }
    }
    return isAtEnd
  }

  func skip(_ count: Int64) -> Int64 {
    guard let stream = stream as? any SkippingStream, count > 0 else { return 0 }
    let skipped = stream.skip(Int(count))
    delivered += skipped
    return Int64(skipped)
  }
}
