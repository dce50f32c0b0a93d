extension KnownDataset {
  /// USPS, in the form that LIBSVM's authors publish.
  ///
  /// Files, MD5, labels and the range of pixels from torchvision (datasets/usps.py), counts from the table of
  /// webia.lip6.fr/~bordes/mywiki/doku.php?id=multiclass_data.
  static let usps = KnownDataset(
    name: "usps",
    title: "USPS: digits of addresses on letters",
    homePage: "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html",
    elementType: .float32,
    sampleShape: [16, 16],
    splits: [Split(name: "train", count: 7_291), Split(name: "test", count: 2_007)],
    classNames: (0...9).map(String.init),
    corrections: Corrections(labels: .fromOne, pixelRange: -1...1),
    editions: [
      KnownEdition(
        "LIBSVM texts",
        files: [
          KnownFile("usps.bz2", .samples, split: "train", md5: "ec16c51db3855ca6c91edd34d0e9b197"),
          KnownFile("usps.t.bz2", .samples, split: "test", md5: "8ea070ee2aca1ac39742fdd1ef5ed118"),
        ],
        mirrors: ["https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"])
    ],
    fileNames: ["usps", "usps.t", "usps.bz2", "usps.t.bz2"])
}
