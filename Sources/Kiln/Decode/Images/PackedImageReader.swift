/// Reads the images of one split out of a packed tar file.
final class PackedImageReader: SampleReader {
  /// What may wait to be decoded for one batch.
  ///
  /// What comes beyond is decoded at once, to pixels of a known size. Small images never get here.
  private static let maximumWaitingByteCount = 16 << 20

  private let images: FolderImages
  private let archive: Archive
  private let entries: [ArchiveEntry]
  private let files: ImageFolderIndex.Files
  private let cancellation: Cancellation
  private var order: PackedOrder
  private var tar: TarReader
  /// The images that have been met before their turn.
  private var kept: KeptImages
  private var position = 0

  /// - Throws: ``StageError``.
  init(
    _ images: FolderImages, _ archive: Archive, _ entries: [ArchiveEntry], split: Int,
    _ order: PackedOrder, _ cancellation: Cancellation
  ) throws {
    self.images = images
    self.archive = archive
    self.entries = entries
    self.order = order
    kept = KeptImages(capacity: order.limit)
    self.cancellation = cancellation
    files = images.index.splits[split].files
    tar = try Self.start(of: archive)
  }

  private static func start(of archive: Archive) throws -> TarReader {
    try at(.decompress, archive.file.name) {
      try TarReader(Resource(file: archive.file, relativePath: archive.file.name).open())
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
      let content = try self.content(of: sample)
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

  private func content(of sample: Int) throws -> [UInt8] {
    while let step = order.step(towards: sample) {
      switch step {
      case .again: tar = try Self.start(of: archive)
      case .keep(let met):
        let content = try at(.decompress, archive.file.name) {
          try read(entries[Int(images.listing.entries[files[met]])])
        }
        if met == sample { return content }
        kept.put(content, at: order.extent(of: met).lowerBound)
      }
    }
    return kept.bytes(order.extent(of: sample))
  }

  private func read(_ wanted: ArchiveEntry) throws -> [UInt8] {
    try ImageContents.check(wanted)
    while let entry = try tar.next() {
      try cancellation.check()
      guard entry.place == wanted.place else { continue }
      guard entry.byteCount == wanted.byteCount else { break }
      return try tar.read(entry.byteCount)
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
