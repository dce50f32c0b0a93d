/// The directories of a listing, kept open.
final class OpenDirectories: Sendable {
  /// Directories that are kept open; of more, each file's path is walked from the root.
  private static let maximumCount = 256

  private let root: DirectoryHandle
  /// By position in the listing; empty where there are too many, nil where no images are.
  private let handles: [DirectoryHandle?]

  init(_ root: DirectoryHandle, _ listing: ImageFolderListing) throws(FileError) {
    self.root = root
    let count = listing.directories.count { !$0.files.isEmpty }
    guard count <= min(Self.maximumCount, DirectoryHandle.openFileLimit / 4) else {
      handles = []
      return
    }
    var handles: [DirectoryHandle?] = []
    for directory in listing.directories {
      if directory.files.isEmpty {
        handles.append(nil)
      } else {
        handles.append(directory.path.isEmpty ? root : try root.openDirectory(directory.path))
      }
    }
    self.handles = handles
  }

  /// Reads a file into the start of a buffer.
  /// - Returns: its byte count.
  func read(
    _ file: Int, of listing: ImageFolderListing, into buffer: inout [UInt8]
  ) throws -> Int {
    if !handles.isEmpty, let handle = handles[listing.directory(of: file)] {
      return try listing.withName(of: file) {
        try handle.readFile($0, into: &buffer, limit: ImageFileReader.maximumFileByteCount)
      }
    }
    var path: [UInt8] = []
    listing.appendPath(of: file, to: &path)
    path.append(0)
    return try root.readFile(path.span, into: &buffer, limit: ImageFileReader.maximumFileByteCount)
  }
}
