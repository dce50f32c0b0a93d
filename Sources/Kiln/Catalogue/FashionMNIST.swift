extension KnownDataset {
  /// Fashion-MNIST.
  ///
  /// Class names, licence and MD5 from its README, sizes and mirrors from it and torchvision
  /// (datasets/mnist.py), SHA-256 of the `.gz` files from TensorFlow Datasets
  /// (url_checksums/fashion_mnist.txt), and of the same files, inflated.
  static let fashionMNIST = KnownDataset(
    name: "fashion-mnist",
    title: "Fashion-MNIST: articles of clothing",
    homePage: "https://github.com/zalandoresearch/fashion-mnist",
    licence: "MIT",
    sampleShape: [28, 28],
    splits: [Split(name: "train", count: 60_000), Split(name: "test", count: 10_000)],
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ],
    editions: [
      KnownEdition(
        "IDX files",
        files: [
          KnownFile(
            "train-images-idx3-ubyte.gz", .images, split: "train", bytes: 26_421_880,
            sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            unpacked: .init(
              byteCount: 47_040_016,
              sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888")),
          KnownFile(
            "train-labels-idx1-ubyte.gz", .labels, split: "train", bytes: 29_515,
            sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            md5: "25c81989df183df01b3e8a0aad5dffbe",
            unpacked: .init(
              byteCount: 60_008,
              sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9")),
          KnownFile(
            "t10k-images-idx3-ubyte.gz", .images, split: "test", bytes: 4_422_102,
            sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            md5: "bef4ecab320f06d8554ea6380940ec79",
            unpacked: .init(
              byteCount: 7_840_016,
              sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b")),
          KnownFile(
            "t10k-labels-idx1-ubyte.gz", .labels, split: "test", bytes: 5_148,
            sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            md5: "bb300cfdad3c16e7a12a480ee83cd310",
            unpacked: .init(
              byteCount: 10_008,
              sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
        ],
        mirrors: [
          "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
          "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
          "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ])
    ],
    notes: ["43 pairs of equal pictures in train, about 10 between train and test"])
}
