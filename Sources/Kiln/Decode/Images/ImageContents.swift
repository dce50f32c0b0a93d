/// Where the content of listed images is.
enum ImageContents: Sendable {
  /// In files on disk.
  case directories(OpenDirectories)
  /// In a zip file or a tar file that is not packed: any of them can be read at any time.
  case members(Archive, [ArchiveEntry])
  /// In a packed tar file, which is read from its start only.
  case stream(Archive, [ArchiveEntry])

  /// The archive; nil for files on disk.
  var archive: Archive? {
    switch self {
    case .directories: nil
    case .members(let archive, _), .stream(let archive, _): archive
    }
  }

  /// What messages call an image.
  func name(of file: Int, in listing: ImageFolderListing) -> String {
    switch self {
    case .directories: listing.path(of: file)
    case .members(let archive, let entries), .stream(let archive, let entries):
      "\(archive.file.name)/\(entries[Int(listing.entries[file])].path)"
    }
  }

  /// Reads a file into the start of a buffer, which may be replaced.
  /// - Returns: its byte count.
  /// - Throws: ``StageError`` that names the file.
  func read(
    _ file: Int, of listing: ImageFolderListing, into buffer: inout [UInt8]
  ) throws -> Int {
    switch self {
    case .directories(let directories):
      return try at(.decode, nil) { try directories.read(file, of: listing, into: &buffer) }
    case .members(let archive, let entries), .stream(let archive, let entries):
      let entry = entries[Int(listing.entries[file])]
      return try at(.decode, archive.file.name) {
        try Self.check(entry)
        buffer = try archive.open(entry).read(entry.byteCount)
        return buffer.count
      }
    }
  }

  /// Refuses an entry before memory is reserved for it.
  static func check(_ entry: ArchiveEntry) throws(UnsupportedError) {
    guard entry.byteCount <= ImageFileReader.maximumFileByteCount else {
      throw UnsupportedError(
        "'\(entry.path)' has \(entry.byteCount) bytes, expected at most"
          + " \(ImageFileReader.maximumFileByteCount)")
    }
  }
}
