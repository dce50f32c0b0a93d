// CIFAR-10 and CIFAR-100 for Python (https://www.cs.toronto.edu/~kriz/cifar.html): each file is a dict
//
//   data                u8 (n, 3072): a row is 1024 red, 1024 green and 1024 blue, each 32 x 32
//   labels              n classes: CIFAR-10 in data_batch_1 … data_batch_5, test_batch
//   fine_labels, coarse_labels   n classes each: CIFAR-100 in train, test
//   batch_label         "training batch 1 of 5"
//   label_names; fine_label_names, coarse_label_names   in batches.meta and meta

/// One file of a data set that is spread over several.
struct PickleBatch: Sendable {
  let name: String
  let split: String
  let images: NumericArray
  /// Whether the images have been brought from planes of colours to pixels.
  let isInterleaved: Bool
  /// Columns of labels, with their names where there are several.
  let labels: [[Int64]]
  let labelColumns: [String]?
}

extension PickleArrays {
  /// The pickle as one of the files of a CIFAR data set; nil where it is none.
  func batch(_ place: Place, fileName: String) throws -> PickleBatch? {
    guard let data = entry("data", of: place), isImages(data),
      let images = values.array(data.value)
    else { return nil }
    var columns: [(name: String, place: Place)] = []
    for key in ["labels", "fine_labels", "coarse_labels"] {
      guard let labels = entry(key, of: place) else { continue }
      // One-hot labels, or none: not a file of this kind.
      guard isLabels(labels, of: images.count), values.array(labels.value)?.shape.count ?? 1 == 1
      else { return nil }
      columns.append((key, labels))
    }
    guard !columns.isEmpty else { return nil }
    let title = entry("batch_label", of: place).flatMap { values.shortText($0.value) } ?? ""
    let isCorrected = corrections == .applied
    let interleaved =
      isCorrected ? try at(.decode, name(of: data)) { try images.interleaved() } : nil
    return PickleBatch(
      name: name(of: data), split: PickleBatches.split(fileName: fileName, title: title),
      images: try interleaved ?? (isCorrected ? self.images(data) : images),
      isInterleaved: interleaved != nil,
      labels: try columns.map { try integers($0.place) },
      labelColumns: columns.count == 1
        ? nil : columns.map { String($0.name.dropLast()) })
  }
}

/// Puts the files of a CIFAR data set together.
enum PickleBatches {
  static func split(fileName: String, title: String) -> String {
    let words = [fileName.lowercased(), title.lowercased()]
    if words.contains(where: { $0.hasPrefix("test") }) { return "test" }
    if words.contains(where: { $0.hasPrefix("val") }) { return "val" }
    let isTrain = words.contains { $0.hasPrefix("train") || $0.hasPrefix("data_batch") }
    return isTrain ? "train" : "data"
  }

  /// - Throws: ``StageError`` that names the file which does not fit the first one.
  static func dataset(_ batches: [PickleBatch], meta: [String]?) throws -> PickleDataset {
    precondition(!batches.isEmpty)
    let first = batches[0]
    for batch in batches {
      let (found, expected) = (batch.images, first.images)
      guard found.elementType == expected.elementType, found.sampleShape == expected.sampleShape,
        batch.labelColumns == first.labelColumns, batch.labels.count == first.labels.count
      else {
        throw StageError(
          .decode, file: batch.name,
          UnsupportedError("has other images or labels than \(first.name)"))
      }
    }
    let splits = Set(batches.map(\.split)).sorted(by: SplitName.precedes)
    let parts = try splits.map { split in
      let files = batches.filter { $0.split == split }
      let columns = first.labels.indices.map { column in files.flatMap { $0.labels[column] } }
      return PickleDataset.Part(
        split: split, name: files[0].name, images: files.map { ($0.name, $0.images) },
        labelName: files[0].name, labels: try NumericArray(labels: columns))
    }
    return PickleDataset(
      parts: parts, classNames: meta ?? [], labelColumns: first.labelColumns,
      isInterleaved: first.isInterleaved)
  }
}
