extension KnownDataset {
  /// Kuzushiji-MNIST.
  ///
  /// Class names, sizes and MD5 from torchvision (datasets/mnist.py), SHA-256 from TensorFlow Datasets
  /// (url_checksums/kmnist.txt), licence and the `.npz` files from its README, the second mirror from
  /// swift-models (Datasets/MNIST/KuzushijiMNIST.swift).
  static let kmnist = KnownDataset(
    name: "kmnist",
    title: "Kuzushiji-MNIST: cursive hiragana, ten characters",
    homePage: "http://codh.rois.ac.jp/kmnist/",
    licence: "CC BY-SA 4.0",
    sampleShape: [28, 28],
    splits: [Split(name: "train", count: 60_000), Split(name: "test", count: 10_000)],
    classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    editions: [
      KnownEdition(
        "IDX files",
        files: [
          KnownFile(
            "train-images-idx3-ubyte.gz", .images, split: "train", bytes: 18_165_135,
            sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            md5: "bdb82020997e1d708af4cf47b453dcf7"),
          KnownFile(
            "train-labels-idx1-ubyte.gz", .labels, split: "train", bytes: 29_497,
            sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            md5: "e144d726b3acfaa3e44228e80efcd344"),
          KnownFile(
            "t10k-images-idx3-ubyte.gz", .images, split: "test", bytes: 3_041_136,
            sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            md5: "5c965bf0a639b31b8f53240b1b52f4d7"),
          KnownFile(
            "t10k-labels-idx1-ubyte.gz", .labels, split: "test", bytes: 5_120,
            sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            md5: "7320c461ea6c1c855c0b718fb2a4b134"),
        ],
        mirrors: [
          "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
          "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/KMNIST/",
        ]),
      KnownEdition(
        "NumPy archives",
        files: [
          KnownFile("kmnist-train-imgs.npz", .images, split: "train"),
          KnownFile("kmnist-train-labels.npz", .labels, split: "train"),
          KnownFile("kmnist-test-imgs.npz", .images, split: "test"),
          KnownFile("kmnist-test-labels.npz", .labels, split: "test"),
        ],
        mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]),
    ],
    fileNames: ["kmnist-*-imgs.npz", "kmnist-*-labels.npz"],
    notes: ["files from before 2019-02-05 hold an earlier, superseded version"])
}
