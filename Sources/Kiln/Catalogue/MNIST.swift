extension KnownDataset {
  /// MNIST (http://yann.lecun.com/exdb/mnist/); digests as published by TensorFlow Datasets for the
  /// `.gz` files, and of the same files inflated.
  static let mnist = KnownDataset(
    name: "mnist",
    classNames: (0...9).map(String.init),
    labelDigests: [
      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ])
}
