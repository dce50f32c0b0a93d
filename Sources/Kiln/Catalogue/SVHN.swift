extension KnownDataset {
  /// SVHN, cropped digits.
  ///
  /// Digests, sizes and the rule that label 10 is digit 0 from torchvision (datasets/svhn.py) and TensorFlow
  /// Datasets (url_checksums/svhn_cropped.txt, image_classification/svhn.py).
  static let svhn = KnownDataset(
    name: "svhn",
    title: "SVHN: house numbers, cropped digits",
    homePage: "http://ufldl.stanford.edu/housenumbers/",
    sampleShape: [32, 32, 3],
    splits: [
      Split(name: "train", count: 73_257), Split(name: "test", count: 26_032),
      Split(name: "extra", count: 531_131),
    ],
    classNames: (0...9).map(String.init),
    corrections: Corrections(labels: .replaced([10: 0])),
    editions: [
      KnownEdition(
        "MATLAB files",
        files: [
          KnownFile(
            "train_32x32.mat", .samples, split: "train", bytes: 182_040_794,
            sha256: "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
            md5: "e26dedcc434d2e4c54c9b2d4a06d8373"),
          KnownFile(
            "test_32x32.mat", .samples, split: "test", bytes: 64_275_384,
            sha256: "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
            md5: "eb5a983be6a315427106f1b164d9cef3"),
          KnownFile(
            "extra_32x32.mat", .samples, split: "extra", bytes: 1_329_278_602,
            sha256: "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3",
            md5: "a93ce644f1a588dc4d68dda5feec44a7", need: .optional),
        ],
        mirrors: ["http://ufldl.stanford.edu/housenumbers/"])
    ],
    fileNames: ["train_32x32.mat", "test_32x32.mat", "extra_32x32.mat"])
}
