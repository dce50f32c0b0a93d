// The shapes that data sets have in pickles:
//
//   ((images, labels), (images, labels), (images, labels))   train, val, test: LISA's mnist.pkl.gz
//   ((images, labels), (images, labels))                     train, test: Keras 1
//   (images, labels)                                         one split
//   {"train_img": …, "train_label": …, "test_img": …}        Deep Learning from Scratch; also x_train …
//   {"train": (images, labels) or a dict, …}
//   {"data": …, "labels": …}                                 CIFAR; see PickleBatches
//   an array                                                 images alone

/// The images and labels that a pickle holds, by split.
struct PickleDataset: Sendable {
  /// One split's arrays; several where it is spread over files.
  struct Part: Sendable {
    let split: String
    let name: String
    /// Empty where the whole data set is labels alone.
    let images: [(name: String, array: NumericArray)]
    let labelName: String
    let labels: NumericArray?

    /// The part as sources take it.
    func arrays() throws -> ArraySource.Part {
      let labels = try labels.map { try SampleArray(labelName, .array($0)) }
      if images.isEmpty, let labels { return ArraySource.Part(split: split, labels: labels) }
      return ArraySource.Part(
        split: split,
        images: try SampleArray(
          name,
          images.count == 1
            ? .array(images[0].array)
            : .joined(try images.map { try SampleArray($0.name, .array($0.array)) })),
        labels: labels)
    }
  }

  var parts: [Part]
  var classNames: [String] = []
  var labelColumns: [String]?
  /// Whether the images have been brought from planes of colours to pixels.
  var isInterleaved = false
}

extension PickleArrays {
  /// The arrays that a user names.
  /// - Throws: ``StageError`` for a key that is not there, or no array.
  func named(_ keys: ArrayKeys) throws -> PickleDataset {
    PickleDataset(
      parts: try keys.parts.map { part in
        let images = try at(.decode, name) { try place(at: part.images) }
        let labels = try part.labels.map { path in try at(.decode, name) { try place(at: path) } }
        return try self.part(part.split ?? "data", images, labels)
      })
  }

  /// The data set in the one of the known shapes that the pickle has; nil where it has none.
  func recognised(dataset: String?) throws -> PickleDataset? {
    if isImages(rootPlace) {
      return PickleDataset(parts: [try part("data", rootPlace, nil)])
    }
    if let items = items(rootPlace) { return try tuple(items) }
    if let entries = entries(rootPlace) {
      return try named(entries, dataset) ?? splits(entries)
    }
    return nil
  }

  private func part(_ split: String, _ images: Place, _ labels: Place?) throws -> PickleDataset.Part
  {
    PickleDataset.Part(
      split: split, name: name(of: images),
      images: [(name(of: images), try self.images(images))],
      labelName: labels.map(name(of:)) ?? "", labels: try labels.map(self.labels))
  }

  /// Images and labels side by side.
  private func pair(_ place: Place) -> (images: Place, labels: Place)? {
    guard let items = items(place), items.count == 2, isImages(items[0]),
      let images = values.array(items[0].value), isLabels(items[1], of: images.count)
    else { return nil }
    return (items[0], items[1])
  }

  private func tuple(_ items: [Place]) throws -> PickleDataset? {
    if let pair = pair(rootPlace), pair.images.path == "0" {
      return PickleDataset(parts: [try part("data", pair.images, pair.labels)])
    }
    let pairs = items.compactMap(pair)
    guard pairs.count == items.count else { return nil }
    let names: [String]
    switch pairs.count {
    case 1: names = ["data"]
    case 2: names = ["train", "test"]
    case 3: names = ["train", "val", "test"]
    default: return nil
    }
    return PickleDataset(
      parts: try zip(names, pairs).map { try part($0, $1.images, $1.labels) })
  }

  /// A dict whose keys name roles and splits.
  private func named(
    _ entries: [(key: String, place: Place)], _ dataset: String?
  ) throws -> PickleDataset? {
    let scratch = ArrayName.ofScratch(entries.map(\.key))
    let known = entries.compactMap { entry in
      (names.recorded(entry.key) ?? scratch?[entry.key] ?? names.array(entry.key))
        .map { (name: $0, place: entry.place) }
    }
    let images = known.filter { $0.name.role == .images && isImages($0.place) }
    if images.isEmpty {
      let isLabelsAlone = known.count == entries.count
      return isLabelsAlone ? try labelsAlone(known, dataset) : nil
    }
    let wanted = try DatasetChoice.choose(
      among: images.map(\.name.dataset), wanted: dataset, source: name)
    let chosen = images.filter { $0.name.dataset == wanted }
    // Two keys for the same images: the user must say which.
    guard Set(chosen.map(\.name.split)).count == chosen.count,
      chosen.count <= Self.maximumSplitCount
    else { return nil }
    let hasLabels = known.contains { $0.name.role == .labels && $0.name.dataset == wanted }
    if !hasLabels, chosen.contains(where: { hasUnnamedLabels(entries, of: $0.place) }) {
      return nil
    }
    let sorted = chosen.sorted { SplitName.precedes($0.name.split, $1.name.split) }
    return PickleDataset(
      parts: try sorted.map { entry in
        let labels = known.first {
          // Also where their count is wrong: that is told, never passed over.
          $0.name.role == .labels && $0.name.dataset == wanted && $0.name.split == entry.name.split
        }
        return try part(entry.name.split, entry.place, labels?.place)
      }, classNames: classNames ?? [])
  }

  /// A dict of nothing but labels, as the sink writes it.
  private func labelsAlone(
    _ known: [(name: ArrayName, place: Place)], _ dataset: String?
  ) throws -> PickleDataset? {
    guard !known.isEmpty, known.allSatisfy({ $0.name.role == .labels && isLabels($0.place) }) else {
      return nil
    }
    let wanted = try DatasetChoice.choose(
      among: known.map(\.name.dataset), wanted: dataset, source: name)
    let chosen = known.filter { $0.name.dataset == wanted }
    guard Set(chosen.map(\.name.split)).count == chosen.count,
      chosen.count <= Self.maximumSplitCount
    else { return nil }
    return PickleDataset(
      parts: try chosen.sorted { SplitName.precedes($0.name.split, $1.name.split) }.map {
        PickleDataset.Part(
          split: $0.name.split, name: name(of: $0.place), images: [],
          labelName: name(of: $0.place), labels: try labels($0.place))
      })
  }

  /// A dict whose keys name splits, and whose values are pairs or dicts.
  private func splits(_ entries: [(key: String, place: Place)]) throws -> PickleDataset? {
    var parts: [PickleDataset.Part] = []
    for (key, place) in entries where ArrayName.hasKnownSplit(key[...]) {
      guard parts.count < Self.maximumSplitCount else { return nil }
      let split = ArrayName.split(of: key[...]).split
      if let pair = pair(place) {
        parts.append(try part(split, pair.images, pair.labels))
      } else if let inner = self.entries(place), let images = role(.images, in: inner) {
        let labels = role(.labels, in: inner)
        if labels == nil, hasUnnamedLabels(inner, of: images) { return nil }
        parts.append(try part(split, images, labels))
      }
    }
    guard !parts.isEmpty, Set(parts.map(\.split)).count == parts.count else { return nil }
    return PickleDataset(
      parts: parts.sorted { SplitName.precedes($0.split, $1.split) },
      classNames: classNames ?? [])
  }

  /// Whether what could be the labels of these images has no usual name.
  ///
  /// The user must name it then: that labels are left out would be noticed too late.
  private func hasUnnamedLabels(
    _ entries: [(key: String, place: Place)], of images: Place
  ) -> Bool {
    guard let count = values.array(images.value)?.count else { return false }
    return entries.contains { entry in
      names.array(entry.key) == nil && couldBeLabels(entry.place, of: count)
    }
  }

  private func role(
    _ role: ArrayName.Role, in entries: [(key: String, place: Place)]
  ) -> Place? {
    entries.first {
      names.array($0.key)?.role == role && (role == .labels || isImages($0.place))
    }?.place
  }
}
