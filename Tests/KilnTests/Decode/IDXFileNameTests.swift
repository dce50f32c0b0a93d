import Testing

@testable import Kiln

@Suite("IDX file names") struct IDXFileNameTests {
  @Test(
    "say data set, split and role",
    arguments: [
      ("train-images-idx3-ubyte", "", "train", ArrayName.Role.images, false),
      ("train-images-idx3-ubyte.gz", "", "train", .images, true),
      ("train-images.idx3-ubyte", "", "train", .images, false),
      ("t10k-labels-idx1-ubyte", "", "test", .labels, false),
      ("t10k-images.idx3-ubyte", "", "test", .images, false),
      ("T10K-LABELS-IDX1-UBYTE.GZ", "", "test", .labels, true),
      ("qmnist-train-images-idx3-ubyte.gz", "qmnist", "train", .images, true),
      ("qmnist-test-labels-idx2-int.gz", "qmnist", "test", .labels, true),
      ("emnist-letters-test-labels-idx1-ubyte", "emnist-letters", "test", .labels, false),
      ("emnist-byclass-train-images-idx3-ubyte.gz", "emnist-byclass", "train", .images, true),
      ("xnist-images-idx3-ubyte", "qmnist", "nist", .images, false),
      ("xnist-labels-idx2-int.xz", "qmnist", "nist", .labels, true),
      ("train-labels-idx1-ubyte.bz2", "", "train", .labels, true),
      ("valid-images-idx3-ubyte", "", "val", .images, false),
      ("validation_labels_idx1_ubyte", "", "val", .labels, false),
      ("training-images.idx", "", "train", .images, false),
      ("images-idx3-ubyte", "", "data", .images, false),
      ("my.own-train-label.idx1", "my-own", "train", .labels, false),
      ("dev-images-idx4-float", "", "val", .images, false),
    ])
  func names(
    name: String, dataset: String, split: String, role: ArrayName.Role, isPacked: Bool
  ) {
    #expect(
      IDXFileName(parsing: name)
        == IDXFileName(
          ArrayName(dataset: dataset, split: split, role: role), isPacked: isPacked))
  }

  @Test(
    "are none of other files",
    arguments: [
      "", ".gz", "idx", "train-images.png", "README.md", "train-images-idx3-ubyte.md5",
      "train-images-idx3-ubyte.gz.part", "train-images-idx3-ubyte.gz.sha256", "idx3-ubyte",
      "train-images-idx3-ubyte.tar.gz", "train-data-idx3-ubyte", "images-idxes", "index-images",
      "train-images-idx3-ubyte (1).gz", "train-images-idx3-ubyte~", ".train-images-idx3-ubyte.swp",
    ])
  func others(name: String) { #expect(IDXFileName(parsing: name) == nil) }

  @Test("order train, what has no name, val and test before others")
  func order() {
    #expect(
      ["test", "zoo", "val", "data", "train"].sorted(by: SplitName.precedes)
        == ["train", "data", "val", "test", "zoo"])
  }
}
