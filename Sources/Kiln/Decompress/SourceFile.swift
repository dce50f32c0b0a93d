#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that a source is read from, with the digest that the manifest records.
public final class SourceFile: Sendable {
  /// Where the file is.
  public let path: String
  /// The file's size when it was opened.
  public let byteCount: Int
  /// Asks to stop reading, which every piece that is read looks at.
  let cancellation: Cancellation
  private let identity: FileIdentity
  private let digest = Locked<[UInt8]?>(nil)

  /// Looks at a file without reading it.
  ///
  /// A pipe is refused: a source is read more than once, and a pipe that nobody fills would be waited
  /// for without end.
  /// - Throws: ``FileError`` when there is no such file or it cannot be read.
  public convenience init(path: String) throws(FileError) {
    try self.init(path: path, cancellation: Cancellation())
  }

  init(path: String, cancellation: Cancellation) throws(FileError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw FileError(.open, path) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      throw FileError(.read, path, code: kind == S_IFDIR ? EISDIR : ESPIPE)
    }
    guard unsafe access(path, R_OK) == 0 else { throw FileError(.open, path) }
    self.path = path
    self.cancellation = cancellation
    byteCount = Int(status.st_size)
    identity = FileIdentity(status)
  }

  /// Each file once, in the order in which they come: several members may lie in one archive.
  static func distinct(_ files: [SourceFile]) -> [SourceFile] {
    var paths: Set<String> = []
    return files.filter { paths.insert($0.path).inserted }
  }

  /// The last component of the path.
  public var name: String { Path.lastComponent(path) }

  /// Reads the file from its start, without keeping a digest.
  ///
  /// A run may read it several times: what was found out the first time must hold the second.
  /// - Throws: ``FileError``, also where another file has taken its place, or it was written to.
  func open() throws(FileError) -> FileStream {
    try FileStream(path: path, as: identity, cancellation: cancellation)
  }

  /// Reads the file from its start; its digest is made beside the reader, from the same bytes.
  /// - Throws: ``FileError``.
  func open(digestingOn background: Background) throws(FileError) -> any ByteStream {
    DigestingStream(self, try open(), background)
  }

  /// Makes sure that nobody has written to the file since it was looked at: what was read may be a part of
  /// either.
  /// - Throws: ``FileError``.
  func checkUnchanged() throws(FileError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, FileIdentity(status) == identity else {
      throw .changed(path)
    }
  }

  /// The SHA-256 of the whole file: ready where it was read to its end, else made now.
  /// - Throws: ``FileError`` or ``Interruption``.
  public func sha256() throws -> String {
    if let digest = digest.withLock({ $0 }) { return hexadecimal(digest) }
    var hash = SHA256()
    try open().forEachChunk { hash.update($0.span) }
    let bytes = hash.finish()
    digest.withLock { $0 = bytes }
    return hexadecimal(bytes)
  }

  /// The MD5 of the whole file; nil where the system's libcrypto has none.
  /// - Throws: ``FileError`` or ``Interruption``.
  func md5() throws -> String? {
    guard var hash = MD5() else { return nil }
    try open().forEachChunk { hash.update($0.span) }
    return hexadecimal(hash.finish())
  }

  fileprivate func keep(_ bytes: [UInt8]) { digest.withLock { $0 = bytes } }
}

/// Where a reader may leave work that need not hold it up.
public struct Background: Sendable {
  let pool: WorkerPool
}

/// What tells a file from another one of the same name, and from what it was before it was written to.
///
/// Its number is no part of it: some file systems have a new one for the same file at each look.
struct FileIdentity: Sendable, Equatable {
  private let byteCount: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: stat) {
    byteCount = Int(status.st_size)
    #if canImport(Glibc)
      let modified = status.st_mtim
    #else
      let modified = status.st_mtimespec
    #endif
    seconds = modified.tv_sec
    nanoseconds = modified.tv_nsec
  }
}

/// The bytes of a file.
final class FileStream: ByteStream {
  /// Large enough that a system call costs nothing, small enough to stay in a core's cache.
  static let chunkByteCount = 256 << 10

  private let descriptor: Int32
  private let path: String
  private let cancellation: Cancellation

  /// - Parameters:
  ///   - path: where the file is.
  ///   - identity: what it must still be; nil takes any.
  ///   - cancellation: asks to stop reading.
  /// - Throws: ``FileError``.
  init(
    path: String, as identity: FileIdentity? = nil, cancellation: Cancellation = Cancellation()
  ) throws(FileError) {
    self.path = path
    self.cancellation = cancellation
    descriptor = Self.openForReading(path)
    guard descriptor >= 0 else { throw FileError(.open, path) }
    guard let identity else { return }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.read, path) }
    guard FileIdentity(status) == identity else { throw .changed(path) }
  }

  deinit { close(descriptor) }

  private static func openForReading(_ path: String) -> Int32 {
    #if canImport(Glibc)
      unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    #else
      unsafe Darwin.open(path, O_RDONLY | O_CLOEXEC)
    #endif
  }

  func read(_ count: Int) throws -> [UInt8] {
    try cancellation.check()
    // Writes within the room, which lives through the call.
    return unsafe try readFully(count, of: path) { room, _ in unsafe Self.readOnce(descriptor, room)
    }
  }

  private static func readOnce(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, room.baseAddress, room.count)
    #else
      unsafe Darwin.read(descriptor, room.baseAddress, room.count)
    #endif
  }
}

/// Passes a file's bytes on and hashes them in the background, each chunk while it is still cached.
///
/// Where they come faster than they are hashed, as when samples are skipped, it leaves off: the digest is
/// then made from the file itself at the end.
private final class DigestingStream: ByteStream {
  /// The most bytes that wait: 64 usual chunks.
  private static let maximumWaitingByteCount = 16 << 20

  private let file: SourceFile
  private let stream: FileStream
  private let lane: Lane<SHA256>
  private var isHashing = true
  private var isAtEnd = false

  init(_ file: SourceFile, _ stream: FileStream, _ background: Background) {
    self.file = file
    self.stream = stream
    lane = Lane(on: background.pool, SHA256())
  }

  func read(_ count: Int) throws -> [UInt8] {
    if isAtEnd { return [] }
    let bytes = try stream.read(count)
    isAtEnd = bytes.count < count
    isHashing =
      isHashing && lane.waitingCount * bytes.count < Self.maximumWaitingByteCount
    guard isHashing else { return bytes }
    let isLast = isAtEnd
    lane.async { [file] hash in
      hash.update(bytes.span)
      if isLast { file.keep(hash.finish()) }
    }
    return bytes
  }
}
