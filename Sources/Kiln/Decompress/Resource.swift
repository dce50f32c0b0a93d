/// The content of one file, wherever it lies and however it is packed.
public final class Resource: Sendable {
  /// How often a file may be packed in itself: an archive of `.gz` files is, a file that is packed
  /// three times is a trap.
  static let maximumDepth = 2

  /// The file on disk that holds it.
  public let file: SourceFile
  /// Where it is below the directory or archive that was named; its name where it was named itself.
  public let relativePath: String

  /// Looks at a file without reading it.
  /// - Throws: ``FileError`` when there is no such file or it cannot be read.
  convenience init(path: String) throws(FileError) {
    self.init(file: try SourceFile(path: path), relativePath: Path.lastComponent(path))
  }

  init(file: SourceFile, relativePath: String) {
    self.file = file
    self.relativePath = relativePath
  }

  /// The last component of its path.
  public var fileName: String { Path.lastComponent(relativePath) }

  /// What messages and manifests call it.
  public var name: String { file.name }

  /// Reads the content from its start, unpacked.
  /// - Parameter background: where to hash the file on disk beside the reader, from the same bytes;
  ///   nil where it is not read to its end.
  /// - Returns: the bytes, never packed any more.
  /// - Throws: ``FileError``, or what is wrong with how the file is packed.
  func open(digestingOn background: Background? = nil) throws -> any ByteStream {
    try unpacked(digestingOn: background).stream
  }

  /// The first bytes of the content, unpacked; fewer where there are no more.
  func start(_ count: Int) throws -> [UInt8] { try open().read(count) }

  /// The content's length where it is known without reading: that of a file which is not packed.
  func knownByteCount() throws -> Int? {
    try unpacked(digestingOn: nil).depth == 0 ? file.byteCount : nil
  }

  /// The content in memory, where it is a file that is not packed; else nil.
  func map() throws -> MappedFile? {
    try unpacked(digestingOn: nil).depth == 0 ? try MappedFile(path: file.path) : nil
  }

  private func unpacked(
    digestingOn background: Background?
  ) throws -> (stream: any ByteStream, depth: Int) {
    var stream: any ByteStream =
      try background.map { try file.open(digestingOn: $0) } ?? file.open()
    var depth = 0
    while true {
      let (start, whole) = try PrefixedStream.peek(Compression.magicByteCount, of: stream)
      guard let compression = Compression(beginning: start) else { return (whole, depth) }
      guard depth < Self.maximumDepth else { throw PackedTooDeepError() }
      depth += 1
      stream = compression.unpack(whole)
    }
  }
}

/// A file that is packed in itself more often than any data set.
struct PackedTooDeepError: Error, UnpackingError, Equatable, CustomStringConvertible {
  var description: String {
    "is packed more than \(Resource.maximumDepth) times (unpack it by hand if it is to be trusted)"
  }
}
