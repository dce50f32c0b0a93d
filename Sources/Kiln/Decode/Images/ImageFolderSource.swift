/// Images in a directory or an archive, decoded side by side.
final class ImageFolderSource: Source {
  let dataset: Dataset
  let files: [SourceFile]
  let folders: [SourceFolder]
  let remarks: [String]
  private let images: FolderImages
  /// How each split is read out of a packed tar file; empty for what can be read at any place.
  private let orders: [PackedOrder]
  private let cancellation: Cancellation

  /// - Parameters:
  ///   - images: what is there.
  ///   - dataset: what it is.
  ///   - path: the directory; nil where the images are in an archive.
  ///   - table: the table of labels; nil where there is none.
  ///   - remarks: what a user should know of how the directory was read.
  ///   - cancellation: asks to stop looking for an image in a packed tar file.
  /// - Throws: ``UnsupportedError`` where a packed tar file would have to be unpacked too often.
  init(
    _ images: FolderImages, _ dataset: Dataset, path: String?, table: SourceFile?,
    remarks: [String], _ cancellation: Cancellation
  ) throws(UnsupportedError) {
    self.images = images
    self.dataset = dataset
    self.remarks = remarks
    self.cancellation = cancellation
    orders = try PackedOrder.orders(images)
    guard let path else {
      files = [images.contents.archive?.file, table].compactMap(\.self)
      folders = []
      return
    }
    files = [table].compactMap(\.self)
    let name = Path.lastComponent(path)
    folders = images.index.splits.map { split in
      SourceFolder(
        path: path, name: images.index.splits.count == 1 ? name : "\(name)/\(split.name)",
        fileCount: split.files.count,
        appendPath: { images.listing.appendPath(of: split.files[$0], to: &$1) })
    }
  }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    if case .stream(let archive, let entries) = images.contents {
      return try PackedImageReader(
        images, archive, entries, split: split, orders[split], cancellation)
    }
    return Reader(images: images, folder: folders.isEmpty ? nil : folders[split], split: split)
  }

  private final class Reader: SampleReader {
    private let images: FolderImages
    private let folder: SourceFolder?
    private let split: Int
    private var position = 0

    init(images: FolderImages, folder: SourceFolder?, split: Int) {
      self.images = images
      self.folder = folder
      self.split = split
    }

    func read(_ count: Int) -> PendingSamples {
      let samples = position..<position + count
      position += count
      return PendingSamples { [images, folder, split] in
        var entries: [SourceFolder.Entry] = []
        entries.reserveCapacity(folder == nil ? 0 : samples.count)
        let (pixels, labels) = try images.decode(samples, ofSplit: split) { reader, file in
          guard folder != nil else { return }
          entries.append(
            SourceFolder.Entry(byteCount: file.count, sha256: reader.digest(file)))
        }
        folder?.keep(entries, from: samples.lowerBound)
        return (pixels, labels)
      }
    }

    func finish() {}
  }
}
