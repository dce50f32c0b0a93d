extension KnownDataset {
  /// MNIST as the pickle of LISA's deep learning tutorials.
  ///
  /// MD5 and mirror as third-party loaders give them; the scale from Lasagne's examples/mnist.py. Its files
  /// are told by their structure: Keras 1 has published another `mnist.pkl.gz`.
  static let mnistPickle = KnownDataset(
    name: "mnist-pkl",
    title: "MNIST as the pickle of LISA's tutorials, with a validation split",
    homePage: "http://deeplearning.net/data/mnist/",
    elementType: .float32,
    sampleShape: [28, 28],
    splits: [
      Split(name: "train", count: 50_000), Split(name: "val", count: 10_000),
      Split(name: "test", count: 10_000),
    ],
    classNames: (0...9).map(String.init),
    corrections: Corrections(pixelScale: 256),
    editions: [
      KnownEdition(
        "Python pickle",
        files: [
          KnownFile("mnist.pkl.gz", .samples, md5: "a02cd19f81d51c426d7ca14024243ce9")
        ],
        mirrors: [
          "http://deeplearning.net/data/mnist/", "https://figshare.com/ndownloader/files/25635053",
        ])
    ],
    notes: [
      "pixels are 0…255 divided by 256, so white is 255/256",
      "Keras 1 has published another file of this name: a pair of u8 arrays",
    ])
}
