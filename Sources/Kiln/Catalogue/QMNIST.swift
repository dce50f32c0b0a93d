extension KnownDataset {
  /// QMNIST.
  ///
  /// Columns, splits and licence from its README, MD5 of the images from torchvision (datasets/mnist.py),
  /// digests and sizes of the labels from the files in its repository, packed and unpacked.
  static let qmnist = KnownDataset(
    name: "qmnist",
    title: "QMNIST: MNIST's digits with their origin, and the 50,000 test digits MNIST left out",
    homePage: "https://github.com/facebookresearch/qmnist",
    licence: "BSD-style",
    sampleShape: [28, 28],
    splits: [
      Split(name: "train", count: 60_000), Split(name: "test", count: 60_000),
      Split(name: "nist", count: 402_953),
    ],
    classNames: (0...9).map(String.init),
    labelColumns: [
      "class", "hsf_series", "writer_id", "writer_digit_index", "nist_class_code",
      "nist_digit_index", "duplicate", "unused",
    ],
    editions: [
      KnownEdition(
        "IDX files",
        files: [
          KnownFile(
            "qmnist-train-images-idx3-ubyte.gz", .images, split: "train",
            md5: "ed72d4157d28c017586c42bc6afe6370"),
          KnownFile(
            "qmnist-train-labels-idx2-int.gz", .labels, split: "train", bytes: 463_024,
            sha256: "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
            md5: "0058f8dd561b90ffdd0f734c6a30e5e4",
            unpacked: .init(
              byteCount: 1_920_012,
              sha256: "bb1b6e1ec7b04fd5696f1ed50b5f58f8ef195118edd5c93c81783df9740b8ac5")),
          KnownFile(
            "qmnist-test-images-idx3-ubyte.gz", .images, split: "test",
            md5: "1394631089c404de565df7b7aeaf9412"),
          KnownFile(
            "qmnist-test-labels-idx2-int.gz", .labels, split: "test", bytes: 526_800,
            sha256: "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06",
            md5: "5b5b05890a5e13444e108efe57b788aa",
            unpacked: .init(
              byteCount: 1_920_012,
              sha256: "92d0ccb8c25f9c6534270fb4be7e1d24a1c6d315edfc8a638bfbd31c70f362dd")),
          KnownFile(
            "xnist-images-idx3-ubyte.xz", .images, split: "nist",
            md5: "7f124b3b8ab81486c9d8c2749c17f834", need: .optional),
          KnownFile(
            "xnist-labels-idx2-int.xz", .labels, split: "nist", bytes: 958_144,
            sha256: "db042968723ec2b7aed5f1beac25d2b6e983b9286d4f4bf725f1086e5ae55c4f",
            md5: "5ed0e788978e45d4a8bd4b7caec3d79d",
            unpacked: .init(
              byteCount: 12_894_508,
              sha256: "4aea10456d9cf8fcc7bcd377f8ccbc5b0c02ffe0354a7137204794d6b620aa38"),
            need: .optional),
        ],
        mirrors: ["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"])
    ],
    fileNames: ["qmnist-*-idx*-*", "xnist-*-idx*-*"],
    notes: [
      "labels have eight columns, the class first; train labels fit MNIST's own train images",
      "test[0..<10000] is MNIST's test set, test[10000..<60000] what MNIST left out",
    ])
}
