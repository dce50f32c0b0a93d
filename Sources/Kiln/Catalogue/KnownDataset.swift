/// A published data set: what its files do not say about themselves.
struct KnownDataset: Sendable {
  /// The name on the command line, such as `fashion-mnist`.
  let name: String
  /// The name of each class, from 0.
  let classNames: [String]
  /// SHA-256 of the label files: few bytes that tell data sets of the same file names apart.
  let labelDigests: Set<String>

  /// Every data set that is recognised.
  static let all: [KnownDataset] = [.mnist, .fashionMNIST]

  /// The data set that a label file among these belongs to; nil where none is known.
  ///
  /// Known label files are few and small; a folder of thousands of pictures is nothing to hash for a
  /// name.
  static func recognised(among files: some Sequence<SourceFile>) -> KnownDataset? {
    for file in files.prefix(16) where file.byteCount <= largestLabelFile {
      guard let digest = try? file.sha256() else { continue }
      if let known = all.first(where: { $0.labelDigests.contains(digest) }) { return known }
    }
    return nil
  }

  /// Label files of the recognised data sets stay below 64 KiB, plain or gzip.
  private static let largestLabelFile = 64 << 10
}
