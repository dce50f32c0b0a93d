extension KnownDataset {
  /// Kuzushiji-49.
  ///
  /// Files and counts from its README; MD5 and the romanised class names as third-party loaders give them.
  static let kuzushiji49 = KnownDataset(
    name: "kuzushiji-49",
    title: "Kuzushiji-49: cursive hiragana, 48 characters and an iteration mark",
    homePage: "http://codh.rois.ac.jp/kmnist/",
    licence: "CC BY-SA 4.0",
    sampleShape: [28, 28],
    splits: [Split(name: "train", count: 232_365), Split(name: "test", count: 38_547)],
    classNames: [
      "a", "i", "u", "e", "o", "ka", "ki", "ku", "ke", "ko", "sa", "si", "su", "se", "so", "ta",
      "ti", "tu", "te", "to", "na", "ni", "nu", "ne", "no", "ha", "hi", "hu", "he", "ho", "ma",
      "mi", "mu", "me", "mo", "ya", "yu", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wi", "we",
      "wo", "nn", "dou",
    ],
    editions: [
      KnownEdition(
        "NumPy archives",
        files: [
          KnownFile(
            "k49-train-imgs.npz", .images, split: "train",
            md5: "7ac088b20481cf51dcd01ceaab89d821"),
          KnownFile(
            "k49-train-labels.npz", .labels, split: "train",
            md5: "44a8e1b893f81e63ff38d73cad420f7a"),
          KnownFile(
            "k49-test-imgs.npz", .images, split: "test",
            md5: "d352e201d846ce6b94f42c990966f374"),
          KnownFile(
            "k49-test-labels.npz", .labels, split: "test",
            md5: "4da6f7a62e67a832d5eb1bd85c5ee448"),
        ],
        mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/k49/"])
    ],
    fileNames: ["k49-*-imgs.npz", "k49-*-labels.npz"],
    notes: ["classes are of very different size"])
}
