import Testing

@testable import Kiln

@Suite("The catalogue") struct CatalogueTests {
  @Test("has a name of its own for every data set, none of which is a family's as well")
  func names() {
    let names = KnownDataset.all.map(\.name)
    #expect(Set(names).count == names.count)
    let families = Set(KnownDataset.all.filter { $0.family != $0.name }.map(\.family))
    #expect(families.isDisjoint(with: names))
    #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" } })
  }

  @Test("is consistent", arguments: KnownDataset.all.map(\.name))
  func consistent(name: String) throws {
    let known = try #require(KnownDataset.named(name))
    #expect(!known.editions.isEmpty && !known.classNames.isEmpty && !known.splits.isEmpty)
    #expect(Set(known.classNames).count == known.classNames.count)
    #expect(Set(known.labelColumns).count == known.labelColumns.count)
    for edition in known.editions {
      #expect(!edition.mirrors.isEmpty)
      #expect((edition.directory == nil) == edition.members.isEmpty)
      for file in edition.files + edition.members {
        #expect(!file.name.contains("/"))
        if let split = file.split { #expect(known.splits.map(\.name).contains(split)) }
        if let byteCount = file.byteCount { #expect(byteCount > 0) }
        #expect(isDigest(file.sha256, 64) && isDigest(file.md5, 32))
        #expect(isDigest(file.unpacked?.sha256, 64))
      }
      for file in edition.files {
        for address in edition.addresses(of: file) {
          #expect(address.hasPrefix("https://") || address.hasPrefix("http://"))
          #expect(!address.hasSuffix("/"))
        }
      }
    }
  }

  private func isDigest(_ text: String?, _ length: Int) -> Bool {
    guard let text else { return true }
    return text.count == length && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }

  @Test("has no digest twice") func digests() {
    let files = KnownDataset.all.flatMap { $0.editions }.flatMap { $0.files + $0.members }
    let own = files.filter { $0.name != "gzip.zip" }
    for digests in [own.compactMap(\.sha256), own.compactMap(\.md5)] {
      #expect(Set(digests).count == digests.count)
    }
  }

  @Test("counts classes as their makers do")
  func classCounts() {
    let counts = Dictionary(
      uniqueKeysWithValues: KnownDataset.all.map { ($0.name, $0.classNames.count) })
    let expected = [
      "emnist-letters": 26, "emnist-balanced": 47, "emnist-byclass": 62, "emnist-bymerge": 47,
      "kuzushiji-49": 49, "cifar-100": 100,
    ]
    for (name, count) in counts { #expect(count == expected[name] ?? 10, "\(name)") }
  }

  @Test(
    "recognises names that are unmistakable",
    arguments: [
      ("d/emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters"),
      ("gzip/emnist-byclass-test-labels-idx1-ubyte", "emnist-byclass"),
      ("EMNIST-Digits-train-images-idx3-ubyte", "emnist-digits"),
      ("qmnist-train-labels-idx2-int.gz", "qmnist"), ("xnist-labels-idx2-int.xz", "qmnist"),
      ("k49-test-imgs.npz", "kuzushiji-49"), ("kmnist-train-labels.npz", "kmnist"),
      ("a/cifar-10-batches-py/data_batch_1", "cifar-10"), ("cifar-10-binary.tar.gz", "cifar-10"),
      ("cifar-100-python/train", "cifar-100"), ("stl10_binary/train_X.bin", "stl-10"),
      ("stl10_binary.tar.gz", "stl-10"), ("extra_32x32.mat", "svhn"), ("usps.t.bz2", "usps"),
      ("train-images-idx3-ubyte", nil), ("emnist-letters/train-images-idx3-ubyte", nil),
      ("my-emnist-letters-train-images-idx3-ubyte", nil), ("mnist.pkl.gz", nil),
      ("data_batch_1", nil), ("usps.png", nil), ("", nil),
    ] as [(String, String?)])
  func recognition(path: String, name: String?) {
    #expect(KnownDataset.recognised(byNames: [path])?.name == name)
  }

  @Test("recognises nothing where names are of several data sets") func severalNames() {
    let paths = ["emnist-letters-train-images-idx3-ubyte", "k49-test-imgs.npz"]
    #expect(KnownDataset.recognised(byNames: paths) == nil)
    #expect(KnownDataset.recognised(byNames: ["images", paths[1]])?.name == "kuzushiji-49")
  }
}
