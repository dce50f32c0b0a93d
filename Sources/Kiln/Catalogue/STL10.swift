extension KnownDataset {
  /// STL-10.
  ///
  /// Digests of the archive from torchvision (datasets/stl10.py) and TensorFlow Datasets
  /// (url_checksums/stl10.txt), of its members and their layout from the former.
  static let stl10 = KnownDataset(
    name: "stl-10",
    title: "STL-10: pictures of ten classes, and many without a label",
    homePage: "http://ai.stanford.edu/~acoates/stl10/",
    sampleShape: [96, 96, 3],
    splits: [
      Split(name: "train", count: 5_000), Split(name: "test", count: 8_000),
      Split(name: "unlabeled", count: 100_000),
    ],
    classNames: [
      "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
    ],
    corrections: Corrections(orientation: .transposed, labels: .fromOne, channels: .planar),
    editions: [
      KnownEdition(
        "binary files",
        files: [
          KnownFile(
            "stl10_binary.tar.gz", .archive, bytes: 2_640_397_119,
            sha256: "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866",
            md5: "91f7769df0f17e558f3565bffb0c7dfb")
        ],
        mirrors: ["http://ai.stanford.edu/~acoates/stl10/"],
        directory: "stl10_binary",
        members: [
          KnownFile(
            "train_X.bin", .images, split: "train", md5: "918c2871b30a85fa023e0c44e0bee87f"),
          KnownFile(
            "train_y.bin", .labels, split: "train", md5: "5a34089d4802c674881badbb80307741"),
          KnownFile("test_X.bin", .images, split: "test", md5: "7f263ba9f9e0b06b93213547f721ac82"),
          KnownFile("test_y.bin", .labels, split: "test", md5: "36f9794fa4beb8a2c72628de14fa638e"),
          KnownFile(
            "unlabeled_X.bin", .images, split: "unlabeled",
            md5: "5242ba1fed5e4be9e1e742405eb56ca4", need: .optional),
          KnownFile("class_names.txt", .names, need: .optional),
        ])
    ],
    fileNames: ["stl10_binary.tar*", "stl10_binary/"])
}
