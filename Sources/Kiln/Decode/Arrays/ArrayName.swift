/// What the usual names of arrays say, such as `x_train`, `train-images`, `k49-train-imgs`, `test_label`.
struct ArrayName: Sendable, Equatable {
  enum Role: Sendable { case images, labels }

  /// What stands before the split: empty in most files.
  let dataset: String
  /// The usual name of the split; `data` where there is none.
  let split: String
  let role: Role

  /// Reads a key, or a file name without its extension; nil where it is none of these.
  init?(parsing name: String) {
    let words = name.split(omittingEmptySubsequences: false) { Self.isSeparator($0) }
    guard let first = words.first, let last = words.last else { return nil }
    let role: Role
    let rest: Substring
    // x_ and y_ first: in x_data, data is the split.
    if words.count > 1, let short = Self.short[first.lowercased()] {
      role = short
      rest = name.dropFirst(first.count + 1)
    } else if let word = Self.roles[last.lowercased()] {
      role = word
      rest = name.dropLast(words.count > 1 ? last.count + 1 : last.count)
    } else if let word = Self.roles[first.lowercased()] {
      role = word
      rest = name.dropFirst(first.count + 1)
    } else {
      return nil
    }
    self.role = role
    (dataset, split) = Self.split(of: rest)
  }

  /// A name that is known: by default one of what Kiln has written.
  init(dataset: String = "", split: String, role: Role) {
    self.dataset = dataset
    self.split = split
    self.role = role
  }

  /// The data set and split of a name without its role, such as `mnist_train`.
  ///
  /// A split that has none of the usual names is taken as it is.
  static func split(of name: Substring) -> (dataset: String, split: String) {
    if name.isEmpty { return ("", "data") }
    let words = name.split { isSeparator($0) }
    guard let last = words.last, let known = SplitName.usual(String(last)) else {
      return ("", String(name))
    }
    return (words.dropLast().joined(separator: "-"), known)
  }

  /// Whether a name says which of the usual splits it is about.
  static func hasKnownSplit(_ name: Substring) -> Bool {
    name.split { isSeparator($0) }.last.map { SplitName.usual(String($0)) != nil } ?? false
  }

  private static func isSeparator(_ character: Character) -> Bool { "-_. ".contains(character) }

  private static let suffixes: [String: Role] = ["_img": .images, "_label": .labels]

  /// What the keys of a dict say that are all called as the pickle sink calls them, whatever the splits are:
  /// `y_img` are images beside `y_label`; nil for other keys.
  static func ofScratch(_ keys: [String]) -> [String: ArrayName]? {
    var found: [String: ArrayName] = [:]
    var stems: (images: Set<Substring>, labels: Set<Substring>) = ([], [])
    for key in keys {
      guard let suffix = suffixes.first(where: { key.hasSuffix($0.key) }) else { return nil }
      let stem = key.dropLast(suffix.key.count)
      if suffix.value == .images { stems.images.insert(stem) } else { stems.labels.insert(stem) }
      let (dataset, split) = split(of: stem)
      found[key] = ArrayName(dataset: dataset, split: split, role: suffix.value)
    }
    return stems.labels.isSubset(of: stems.images) ? found : nil
  }

  private static let short: [String: Role] = ["x": .images, "y": .labels]

  private static let roles: [String: Role] = [
    "x": .images, "images": .images, "image": .images, "imgs": .images, "img": .images,
    "data": .images, "pixels": .images, "features": .images,
    "y": .labels, "labels": .labels, "label": .labels, "targets": .labels, "target": .labels,
  ]
}
