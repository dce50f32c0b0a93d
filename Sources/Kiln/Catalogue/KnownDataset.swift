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

  /// The class names of the data set that these label files belong to; nil where none is known.
  static func recognised(byLabels files: [SourceFile]) -> [String]? {
    guard let file = files.first, file.byteCount <= largestLabelFile,
      let digest = try? file.sha256()
    else { return nil }
    return all.first { $0.labelDigests.contains(digest) }?.classNames
  }

  /// Label files of the recognised data sets stay below 64 KiB, plain or gzip.
  private static let largestLabelFile = 64 << 10
}
