/// The images that a table is to label, and what it may call them.
struct NamedImages {
  let listing: ImageFolderListing
  /// The splits that will be used: others need no labels, and may have images of the same names.
  private let splits: [ImageFolderIndex.Split]
  /// The name of the directory that they lie in.
  private let root: [UInt8]
  private let cancellation: Cancellation

  /// - Parameters:
  ///   - listing: all images.
  ///   - splits: of these.
  ///   - root: the name of the directory that they lie in.
  ///   - cancellation: asks to stop.
  init(
    _ listing: ImageFolderListing, _ splits: [ImageFolderIndex.Split], root: String,
    _ cancellation: Cancellation
  ) {
    (self.listing, self.splits, self.root) = (listing, splits, Array(root.utf8))
    self.cancellation = cancellation
  }

  /// The path of the first of them, for messages.
  var example: String {
    splits.first { $0.files.count > 0 }.map { listing.path(of: $0.files[0]) } ?? ""
  }

  /// The ways in which names may differ: where no image lies in a folder, fewer do.
  var namings: [ImageNaming] {
    let isFlat = listing.directories.allSatisfy { $0.path.isEmpty || $0.files.isEmpty }
    return ImageNaming.all.filter { !isFlat || $0.directories != .dropped }
  }

  /// What an image is called.
  func name(of file: Int, _ naming: ImageNaming) -> [UInt8] {
    naming.name(of: file, in: listing, root: root)
  }

  /// Gives each of them to `body`, by its position in the listing.
  /// - Throws: ``Interruption``, and what `body` throws.
  func forEach(_ body: (Int) throws -> Void) throws {
    for split in splits {
      for position in 0..<split.files.count {
        if position % 1024 == 0 { try cancellation.check() }
        try body(split.files[position])
      }
    }
  }
}
