extension KnownDataset {
  /// MNIST.
  ///
  /// Mirrors, sizes and MD5 from torchvision (datasets/mnist.py), SHA-256 of the `.gz` files from TensorFlow
  /// Datasets (url_checksums/mnist.txt), the `.npz` file from Keras (datasets/mnist.py); digests of the
  /// inflated files are of the same files, inflated.
  static let mnist = KnownDataset(
    name: "mnist",
    title: "MNIST: handwritten digits",
    homePage: "http://yann.lecun.com/exdb/mnist/",
    sampleShape: [28, 28],
    splits: [Split(name: "train", count: 60_000), Split(name: "test", count: 10_000)],
    classNames: (0...9).map(String.init),
    editions: [
      KnownEdition(
        "IDX files",
        files: [
          KnownFile(
            "train-images-idx3-ubyte.gz", .images, split: "train", bytes: 9_912_422,
            sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            unpacked: .init(
              byteCount: 47_040_016,
              sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")),
          KnownFile(
            "train-labels-idx1-ubyte.gz", .labels, split: "train", bytes: 28_881,
            sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            md5: "d53e105ee54ea40749a09fcbcd1e9432",
            unpacked: .init(
              byteCount: 60_008,
              sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")),
          KnownFile(
            "t10k-images-idx3-ubyte.gz", .images, split: "test", bytes: 1_648_877,
            sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            md5: "9fb629c4189551a2d022fa330f9573f3",
            unpacked: .init(
              byteCount: 7_840_016,
              sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")),
          KnownFile(
            "t10k-labels-idx1-ubyte.gz", .labels, split: "test", bytes: 4_542,
            sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            md5: "ec29112dd5afa0611ce80d1b7f02629c",
            unpacked: .init(
              byteCount: 10_008,
              sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
        ],
        mirrors: [
          "https://ossci-datasets.s3.amazonaws.com/mnist/",
          "https://storage.googleapis.com/cvdf-datasets/mnist/",
          "https://raw.githubusercontent.com/fgnt/mnist/master/",
          "http://yann.lecun.com/exdb/mnist/",
        ]),
      KnownEdition(
        "NumPy archive, as Keras has it",
        files: [
          KnownFile(
            "mnist.npz", .samples,
            sha256: "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1")
        ],
        mirrors: ["https://storage.googleapis.com/tensorflow/tf-keras-datasets/"]),
    ],
    notes: ["the original host has refused most requests since 2020"])
}
