/// Images in a directory, decoded side by side.
final class ImageFolderSource: Source {
  let dataset: Dataset
  let files: [SourceFile] = []
  let folders: [SourceFolder]
  private let images: FolderImages

  init(_ images: FolderImages, _ dataset: Dataset, path: String) {
    self.images = images
    self.dataset = dataset
    let name = Path.lastComponent(path)
    folders = images.index.splits.map { split in
      SourceFolder(
        path: path, name: images.index.splits.count == 1 ? name : "\(name)/\(split.name)",
        fileCount: split.files.count,
        appendPath: { images.listing.appendPath(of: split.files[$0], to: &$1) })
    }
  }

  func reader(ofSplit split: Int, background: Background) -> any SampleReader {
    Reader(images: images, folder: folders[split], split: split)
  }

  private final class Reader: SampleReader {
    private let images: FolderImages
    private let folder: SourceFolder
    private let split: Int
    private var position = 0

    init(images: FolderImages, folder: SourceFolder, split: Int) {
      self.images = images
      self.folder = folder
      self.split = split
    }

    func read(_ count: Int) -> PendingSamples {
      let samples = position..<position + count
      position += count
      return PendingSamples { [images, folder, split] in
        let (pixels, labels, entries) = try images.decode(samples, ofSplit: split)
        folder.keep(entries, from: samples.lowerBound)
        return (pixels, labels)
      }
    }

    func finish() {}
  }
}

/// The images of a directory, listed and indexed, with what it takes to read them.
struct FolderImages: Sendable {
  let listing: ImageFolderListing
  let index: ImageFolderIndex
  let target: ImageTarget
  /// An image that has the target's shape.
  let example: Int
  private let directories: OpenDirectories
  private let readers = ReusePool { ImageFileReader() }

  init(
    _ listing: ImageFolderListing, _ index: ImageFolderIndex, _ target: ImageTarget, example: Int,
    _ directories: OpenDirectories
  ) {
    self.listing = listing
    self.index = index
    self.target = target
    self.example = example
    self.directories = directories
  }

  /// Reads and decodes consecutive samples of a split.
  /// - Throws: ``StageError`` that names the file, ``FileError``.
  func decode(
    _ samples: Range<Int>, ofSplit split: Int
  ) throws -> (pixels: [UInt8], labels: [Int64], entries: [SourceFolder.Entry]) {
    let files = index.splits[split].files
    var labels: [Int64] = []
    var entries: [SourceFolder.Entry] = []
    labels.reserveCapacity(samples.count)
    entries.reserveCapacity(samples.count)
    let pixels = try readers.with { reader in
      var buffer: [UInt8] = []
      swap(&buffer, &reader.buffer)
      defer { reader.buffer = buffer }
      return try makeBytes(capacity: samples.count * target.shape.byteCount) { output in
        for sample in samples {
          let file = files[sample]
          let byteCount = try at(.decode, nil) {
            try directories.read(file, of: listing, into: &buffer)
          }
          let content = buffer.span.extracting(0..<byteCount)
          entries.append(
            SourceFolder.Entry(byteCount: byteCount, sha256: reader.digest(content)))
          do {
            try reader.append(content, as: target, to: &output)
          } catch let difference as ImageDifference {
            throw StageError(
              .decode, file: listing.path(of: file),
              UnsupportedError(difference.description(expectedIn: listing.path(of: example))))
          } catch {
            throw StageError(.decode, file: listing.path(of: file), error)
          }
          if case .none = index.labels { continue }
          labels.append(index.label(of: file, in: listing))
        }
      }
    }
    return (pixels, labels, entries)
  }
}

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
