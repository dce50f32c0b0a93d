extension KnownDataset {
  /// CIFAR-100.
  ///
  /// Digests of the pickles from torchvision (datasets/cifar.py) and Keras (datasets/cifar100.py), of the binary
  /// files and their layout from TensorFlow Datasets (url_checksums/cifar100.txt, image_classification/cifar.py),
  /// whose `fine_label_names.txt` and `coarse_label_names.txt` name the classes.
  static let cifar100 = KnownDataset(
    name: "cifar-100",
    title: "CIFAR-100: small pictures of a hundred classes in twenty groups",
    homePage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    sampleShape: [32, 32, 3],
    splits: [Split(name: "train", count: 50_000), Split(name: "test", count: 10_000)],
    classNames: [
      "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
      "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
      "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
      "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox",
      "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
      "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom",
      "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
      "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
      "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
      "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
      "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
      "willow_tree", "wolf", "woman", "worm",
    ],
    labelColumns: ["fine_label", "coarse_label"],
    furtherClassNames: [
      "coarse_label": [
        "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
        "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
        "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
        "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
        "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
      ]
    ],
    corrections: Corrections(channels: .planar),
    editions: [
      KnownEdition(
        "Python pickles",
        files: [
          KnownFile(
            "cifar-100-python.tar.gz", .archive,
            sha256: "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            md5: "eb9058c3a382ffc7106e4002c42a8d85")
        ],
        mirrors: ["https://www.cs.toronto.edu/~kriz/"],
        directory: "cifar-100-python",
        members: [
          KnownFile("train", .samples, split: "train", md5: "16019d7e3df5f24257cddd939b257f8d"),
          KnownFile("test", .samples, split: "test", md5: "f0ef6b0ae62326f3e7ffdfab6717acfc"),
          KnownFile("meta", .names, md5: "7973b15100ade9c7d40fb424638fde48", need: .optional),
        ]),
      KnownEdition(
        "binary files",
        files: [
          KnownFile(
            "cifar-100-binary.tar.gz", .archive, bytes: 168_513_733,
            sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")
        ],
        mirrors: ["https://www.cs.toronto.edu/~kriz/"],
        directory: "cifar-100-binary",
        members: [
          KnownFile("train.bin", .samples, split: "train"),
          KnownFile("test.bin", .samples, split: "test"),
          KnownFile("fine_label_names.txt", .names, need: .optional),
          KnownFile("coarse_label_names.txt", .names, need: .optional),
        ]),
    ],
    fileNames: [
      "cifar-100-python.tar*", "cifar-100-binary.tar*", "cifar-100-python/", "cifar-100-binary/",
    ],
    notes: ["the original host has sent 50 to 80 kB/s since 2026-06"])
}
