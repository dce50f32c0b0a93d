// STL-10, binary version (http://ai.stanford.edu/~acoates/stl10/), files without headers:
//
//   SPLIT_X.bin   samples x 3 planes x 96 columns x 96 rows, one byte each: columns behind one another
//   SPLIT_y.bin   samples, one byte each, from 1; the split unlabeled has none

extension SourceFormat {
  /// STL-10's binary files: the directory or archive of them.
  public static let stl = SourceFormat(
    name: "stl",
    summary: "STL-10, binary version: a directory or archive of train_X.bin, train_y.bin, …",
    detect: { try !STLFiles($0).images.isEmpty },
    open: { material, _ in
      let files = try STLFiles(material)
      var interpretation = ArraySource.Interpretation()
      interpretation.channelOrder = .first
      interpretation.knownName = "stl-10"
      interpretation.wantedSplits = material.request.splits
      interpretation.classNames =
        try material.request.classNames ?? files.names.map { try ClassNameFile.read($0) } ?? []
      return try ArraySource(try files.parts(), interpretation, material.cancellation)
    })
}

/// The files of a source under their published names.
private struct STLFiles {
  /// As it is stored; the catalogue says that rows and columns are swapped.
  private static let sampleShape = [3, 96, 96]

  private(set) var images: [String: Resource] = [:]
  private(set) var labels: [String: Resource] = [:]
  private(set) var names: Resource?

  init(_ material: SourceMaterial) throws {
    if material.images != nil { return }
    for item in material.items {
      switch item {
      case .word: break
      case .tree(let tree):
        for file in try tree.files(in: try tree.root()) where Self.isName(file.fileName) {
          add(try file.resource())
        }
      case .file(let file): if Self.isName(file.fileName) { add(file) }
      }
    }
  }

  private static func isName(_ name: String) -> Bool {
    name.hasSuffix("_X.bin") || name.hasSuffix("_y.bin") || name == "class_names.txt"
  }

  private mutating func add(_ file: Resource) {
    let split = String(file.fileName.dropLast(6))
    if file.fileName.hasSuffix("_X.bin") {
      images[split] = file
    } else if file.fileName.hasSuffix("_y.bin") {
      labels[split] = file
    } else {
      names = file
    }
  }

  func parts() throws -> [ArraySource.Part] {
    try images.keys.sorted(by: SplitName.precedes).compactMap { split in
      guard let file = images[split] else { return nil }
      let images = try PlainArray.open(file, sampleShape: Self.sampleShape)
      var labels = try labels[split].map { try PlainArray.open($0, sampleShape: []) }
      if labels == nil, !self.labels.isEmpty {
        // Beside splits with labels, 0 is none.
        let none = [UInt8](repeating: 0, count: images.count)
        labels = try SampleArray(
          file.name,
          .array(try NumericArray(.uint8, shape: [images.count], in: .owned(none))))
      }
      return ArraySource.Part(split: split, images: images, labels: labels)
    }
  }
}
