extension KnownDataset {
  /// EMNIST's six data sets, which share one archive.
  ///
  /// Counts and classes from NIST's description and torchvision (datasets/mnist.py), digests and size of the
  /// archive from it and TensorFlow Datasets (url_checksums/emnist.txt), the first mirror as mlverse's
  /// torchvision for R has it. That images are transposed: pytorch/vision#8783, tensorflow/datasets#812.
  static let emnist: [KnownDataset] = [
    emnist(
      "letters", "letters, both cases as one class", train: 124_800, test: 20_800,
      letters(lower), labels: .fromOne,
      notes: ["88,800 and 14,800 are the counts of the CSV edition, not of these files"]),
    emnist("digits", "digits", train: 240_000, test: 40_000, digits),
    emnist(
      "balanced", "digits and letters, classes of equal size", train: 112_800, test: 18_800,
      merged),
    emnist("byclass", "digits and letters of either case", train: 697_932, test: 116_323, all62),
    emnist(
      "bymerge", "digits and letters, cases merged where they look alike", train: 697_932,
      test: 116_323, merged),
    emnist("mnist", "digits in the manner of MNIST", train: 60_000, test: 10_000, digits),
  ]

  private static let digits = (0...9).map(String.init)
  private static let lower = "abcdefghijklmnopqrstuvwxyz"
  private static let all62 = digits + letters(lower.uppercased()) + letters(lower)
  /// The lower-case letters that do not look like their capitals.
  private static let merged = digits + letters(lower.uppercased()) + letters("abdefghnqrt")

  private static func letters(_ text: String) -> [String] { text.map { String($0) } }

  private static func emnist(
    _ name: String, _ title: String, train: Int, test: Int, _ classNames: [String],
    labels: Corrections.Labels = .fromZero, notes: [String] = []
  ) -> KnownDataset {
    KnownDataset(
      name: "emnist-\(name)",
      family: "emnist",
      title: "EMNIST: handwritten \(title)",
      homePage: "https://www.nist.gov/itl/products-and-services/emnist-dataset",
      sampleShape: [28, 28],
      splits: [Split(name: "train", count: train), Split(name: "test", count: test)],
      classNames: classNames,
      corrections: Corrections(orientation: .transposed, labels: labels),
      editions: [
        KnownEdition(
          "archive of gzip IDX files, all six data sets",
          files: [
            KnownFile(
              "gzip.zip", .archive, bytes: 561_753_746,
              sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
              md5: "58c8d27c78d21e728a6bc7b3cc06412e")
          ],
          mirrors: [
            "https://biometrics.nist.gov/cs_links/EMNIST/",
            "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
          ],
          directory: "gzip",
          members: ["train", "test"].flatMap { (split: String) in
            [
              KnownFile("emnist-\(name)-\(split)-images-idx3-ubyte.gz", .images, split: split),
              KnownFile("emnist-\(name)-\(split)-labels-idx1-ubyte.gz", .labels, split: split),
            ]
          })
      ],
      // The tables on Kaggle hold what the IDX files hold, as it lies there.
      fileNames: ["emnist-\(name)-*idx*ubyte*", "emnist-\(name)-*.csv*"],
      notes: notes + ["the second mirror has answered with a web page since 2024"])
  }
}
