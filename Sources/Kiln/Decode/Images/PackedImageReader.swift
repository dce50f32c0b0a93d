/// Reads the images of one split out of a packed tar file, in one pass.
final class PackedImageReader: SampleReader {
  /// What may wait to be decoded for one batch.
  ///
  /// What comes beyond is decoded at once, to pixels of a known size. Small images never get here.
  private static let maximumWaitingByteCount = 16 << 20

  private let images: FolderImages
  private let archive: Archive
  private let files: ImageFolderIndex.Files
  private let entries: [ArchiveEntry]
  private let tar: TarReader
  private var position = 0

  /// - Throws: ``StageError``.
  init(_ images: FolderImages, _ archive: Archive, split: Int) throws {
    self.images = images
    self.archive = archive
    files = images.index.splits[split].files
    (entries, tar) = try at(.decompress, archive.file.name) {
      let whole = Resource(file: archive.file, relativePath: archive.file.name)
      return (try archive.entries(), try TarReader(whole.open()))
    }
  }

  /// A file's content, or already its pixels.
  private enum Item: Sendable {
    case content([UInt8])
    case pixels([UInt8])
  }

  func read(_ count: Int) throws -> PendingSamples {
    let samples = position..<position + count
    position += count
    var items: [Item] = []
    var waiting = 0
    for sample in samples {
      let content = try at(.decompress, archive.file.name) { try self.content(of: files[sample]) }
      waiting += content.count
      if waiting > Self.maximumWaitingByteCount {
        items.append(.pixels(try pixels(of: content, sample)))
        waiting -= content.count
      } else {
        items.append(.content(content))
      }
    }
    return PendingSamples { [images, files, items] in
      var next = 0
      return try images.decode(samples, files) { file, reader, _, output in
        switch items[next] {
        case .content(let content): try images.append(content.span, file, reader, to: &output)
        case .pixels(let pixels): output.append(pixels.span)
        }
        next += 1
      }
    }
  }

  private func content(of file: Int) throws -> [UInt8] {
    let wanted = entries[Int(images.listing.entries[file])]
    try ImageContents.check(wanted)
    while let entry = try tar.next() {
      if entry.place == wanted.place { return try tar.read(entry.byteCount) }
    }
    throw UnsupportedError("no longer holds '\(wanted.path)' (changed meanwhile?)")
  }

  private func pixels(of content: [UInt8], _ sample: Int) throws -> [UInt8] {
    try images.decode(sample..<sample + 1, files) { file, reader, _, output in
      try images.append(content.span, file, reader, to: &output)
    }.pixels
  }

  func finish() {}
}
