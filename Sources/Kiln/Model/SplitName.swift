/// What people call splits.
enum SplitName {
  /// The usual name of what a word means as a split; nil where it is none of those that are known.
  static func usual(_ word: String) -> String? { names[word.lowercased()] }

  /// Whether a split is the one to train with, as `train` and `train_set` are.
  static func isForTraining(_ name: String) -> Bool {
    name.split(whereSeparator: { !$0.isLetter }).contains { usual(String($0)) == "train" }
  }

  private static let names = [
    "train": "train", "training": "train", "trn": "train", "test": "test", "testing": "test",
    "t10k": "test", "tst": "test", "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "extra": "extra", "unlabeled": "unlabeled",
  ]

  /// Orders splits as they are usually named: train, val, test, then by the alphabet.
  ///
  /// Arrays whose names tell no split, `data`, are what there is to train with beside those that do.
  static func precedes(_ first: String, _ second: String) -> Bool {
    let order = ["train", "data", "val", "test"]
    let rank = { (split: String) in order.firstIndex(of: split) ?? order.count }
    return (rank(first), first) < (rank(second), second)
  }
}
