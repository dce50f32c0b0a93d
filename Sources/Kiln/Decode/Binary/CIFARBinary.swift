// CIFAR-10 and CIFAR-100, binary version (https://www.cs.toronto.edu/~kriz/cifar.html). A file is records
// without a header:
//
//   CIFAR-10   offset 0  class                 CIFAR-100  offset 0  coarse class
//                                                         offset 1  fine class
//              offset 1  32 x 32 red,                     offset 2  32 x 32 red,
//                        32 x 32 green,                             32 x 32 green,
//                        32 x 32 blue                               32 x 32 blue; rows behind one another

extension SourceFormat {
  /// CIFAR's binary files: the directory or archive of them, or files of it.
  public static let cifar = SourceFormat(
    name: "cifar",
    summary: "CIFAR-10 and CIFAR-100, binary version: a directory, an archive, or .bin files",
    detect: { try CIFARKind.find(in: $0) != nil },
    open: { material, _ in
      guard let (kind, members) = try CIFARKind.find(in: material) else {
        throw UnsupportedError("holds none of CIFAR's binary files")
      }
      return try CIFARSource(kind, members, classNames: material.request.classNames)
    })
}

/// Which of the two data sets.
enum CIFARKind: Sendable, Equatable {
  case ten
  case hundred

  static let sampleShape = [3, 32, 32]

  /// The names of label columns as they come out: the one that names classes first.
  var columns: [String] { self == .ten ? ["label"] : ["fine_label", "coarse_label"] }
  /// How many classes each column has.
  var classCounts: [Int] { self == .ten ? [10] : [100, 20] }
  var labelByteCount: Int { columns.count }
  var recordByteCount: Int { labelByteCount + Self.sampleShape.reduce(1, *) }
  var knownName: String { self == .ten ? "cifar-10" : "cifar-100" }
  fileprivate var namesFile: String {
    self == .ten ? "batches.meta.txt" : "fine_label_names.txt"
  }

  /// The split of a file, and its place there; nil for other names.
  fileprivate func split(of name: String) -> (split: String, number: Int)? {
    let lower = name.lowercased()
    switch self {
    case .ten:
      if lower == "test_batch.bin" { return ("test", 0) }
      guard lower.hasPrefix("data_batch_"), lower.hasSuffix(".bin"),
        let number = Int(lower.dropFirst(11).dropLast(4)), number >= 0
      else { return nil }
      return ("train", number)
    case .hundred:
      return lower == "train.bin" ? ("train", 0) : lower == "test.bin" ? ("test", 0) : nil
    }
  }

  /// A file of a source and what its name says.
  struct Member {
    let split: String
    let number: Int
    let file: Resource
  }

  /// What is found in a source.
  struct Members {
    var samples: [Member] = []
    var names: Resource?
  }

  /// Looks for files under the names that they were published with.
  static func find(in material: SourceMaterial) throws -> (CIFARKind, Members)? {
    if material.images != nil { return nil }
    for kind in [CIFARKind.ten, .hundred] {
      var members = Members()
      for item in material.items {
        switch item {
        case .word: break
        case .tree(let tree):
          for file in try tree.files(in: try tree.root()) {
            if file.fileName == kind.namesFile { members.names = try file.resource() }
            guard let place = kind.split(of: file.fileName) else { continue }
            members.samples.append(
              Member(split: place.split, number: place.number, file: try file.resource()))
          }
        case .file(let file):
          if file.fileName == kind.namesFile { members.names = file }
          guard let place = kind.split(of: file.fileName) else { continue }
          members.samples.append(Member(split: place.split, number: place.number, file: file))
        }
      }
      // Others call their files train.bin, too; names of classes or whole records tell.
      if kind == .hundred, members.names == nil {
        let isRecords = try members.samples.allSatisfy {
          try ($0.file.knownByteCount() ?? 1) % kind.recordByteCount == 0
        }
        if !isRecords { continue }
      }
      if !members.samples.isEmpty { return (kind, members) }
    }
    return nil
  }
}

/// Records of labels and planes, as they lie in the files.
private final class CIFARSource: Source {
  private struct Part: Sendable {
    let name: String
    let files: [Resource]
    let count: Int
  }

  let dataset: Dataset
  let files: [SourceFile]
  let memberNames: [String]
  var knownName: String? { kind.knownName }
  let remarks: [String]
  private let kind: CIFARKind
  private let parts: [Part]
  private let digests: FileDigests

  init(_ kind: CIFARKind, _ members: CIFARKind.Members, classNames: [String]?) throws {
    self.kind = kind
    let sorted = members.samples.sorted { ($0.number, $0.file.name) < ($1.number, $1.file.name) }
    let counts = try sorted.map { try Self.count(of: $0.file, kind) }
    if let empty = counts.firstIndex(of: 0), counts.contains(where: { $0 > 0 }) {
      throw StageError(
        .decode, file: sorted[empty].file.name,
        UnsupportedError("is empty, unlike the files beside it (fetch it again, or remove it)"))
    }
    parts = Set(sorted.map(\.split)).sorted(by: SplitName.precedes).map { split in
      let own = sorted.indices.filter { sorted[$0].split == split }
      return Part(
        name: split, files: own.map { sorted[$0].file }, count: own.reduce(0) { $0 + counts[$1] })
    }
    let all = parts.flatMap(\.files)
    files = SourceFile.distinct(all.map(\.file))
    memberNames = all.map { Path.join($0.file.path, $0.relativePath) }
    remarks = BatchGaps.remarks(members.samples.filter { $0.number > 0 }.map(\.number))
    digests = FileDigests(SourceFile.distinct(all.filter { !$0.isWholeFile }.map(\.file)))
    let names = try classNames ?? members.names.map { try ClassNameFile.read($0) } ?? []
    var labels = LabelSchema(columns: kind.columns, range: nil, classNames: names)
    let isEmpty = parts.allSatisfy { $0.count == 0 }
    // The format's own ranges: each label is compared with them when it is read.
    labels.ranges = kind.classCounts.map { isEmpty ? nil : 0...Int64($0 - 1) }
    dataset = Dataset(
      schema: Schema(
        elementType: .uint8, sampleShape: CIFARKind.sampleShape, channelOrder: .first,
        labels: labels),
      splits: parts.map { Split(name: $0.name, count: $0.count) })
  }

  private static func count(of file: Resource, _ kind: CIFARKind) throws -> Int {
    try at(.decode, file.name) {
      let byteCount = try file.countBytes()
      guard byteCount % kind.recordByteCount == 0 else {
        throw UnsupportedError(
          "has \(byteCount) bytes, expected a multiple of \(kind.recordByteCount), the size of a"
            + " record (file cut short?)")
      }
      return byteCount / kind.recordByteCount
    }
  }

  func reader(ofSplit split: Int, background: Background) throws -> any SampleReader {
    digests.start(on: background)
    return Reader(kind, parts[split].files, background)
  }

  private final class Reader: SampleReader {
    private let kind: CIFARKind
    private var files: ArraySlice<Resource>
    private let background: Background
    private let lastName: String?
    private var stream: (any ByteStream)?
    private var position = 0

    init(_ kind: CIFARKind, _ files: [Resource], _ background: Background) {
      self.kind = kind
      self.files = files[...]
      lastName = files.last?.name
      self.background = background
    }

    func read(_ count: Int) throws -> PendingSamples {
      let (kind, first) = (kind, position)
      var pieces: [Piece] = []
      var missing = count * kind.recordByteCount
      while missing > 0 {
        guard let file = files.first else {
          throw StageError(.decode, file: lastName, CIFARError.changed)
        }
        try at(.decode, file.name) {
          let stream = try stream ?? file.open(digestingOn: background)
          self.stream = stream
          let bytes = try stream.read(missing)
          guard bytes.count % kind.recordByteCount == 0 else { throw CIFARError.changed }
          pieces.append(Piece(file: file.name, bytes: bytes))
          missing -= bytes.count
        }
        // A stream gives less than was asked for at its end only.
        if missing > 0 { next() }
      }
      position += count
      return PendingSamples { [pieces] in try Self.split(pieces, count, kind, first: first) }
    }

    /// What was read of one file: whole records.
    private struct Piece {
      let file: String
      let bytes: [UInt8]
    }

    private func next() {
      files = files.dropFirst()
      stream = nil
    }

    /// Takes records apart.
    private static func split(
      _ pieces: [Piece], _ count: Int, _ kind: CIFARKind, first: Int
    ) throws -> (pixels: [UInt8], labels: [Int64]) {
      let columnCount = kind.labelByteCount
      var labels: [Int64] = []
      labels.reserveCapacity(count * columnCount)
      let pixels = try makeBytes(capacity: count * kind.recordByteCount) { cursor in
        for piece in pieces {
          for start in stride(from: 0, to: piece.bytes.count, by: kind.recordByteCount) {
            // The file has the coarse class first.
            for column in 0..<columnCount {
              let label = Int(piece.bytes[start + columnCount - 1 - column])
              guard label < kind.classCounts[column] else {
                throw StageError(
                  .decode, file: piece.file,
                  CIFARError.label(
                    sample: first + labels.count / columnCount, found: label,
                    classCount: kind.classCounts[column]))
              }
              labels.append(Int64(label))
            }
            let end = start + kind.recordByteCount
            cursor.append(piece.bytes.span.extracting(start + columnCount..<end))
          }
        }
      }
      return (pixels, labels)
    }

    func finish() throws {
      while let file = files.first {
        try at(.decode, file.name) {
          guard try stream?.read(1).isEmpty ?? true else { throw CIFARError.changed }
        }
        next()
      }
    }

    func finishEarly(_ cancellation: Cancellation) throws {
      guard let file = files.first else { return }
      try at(.decode, file.name) { try stream?.readToEnd(cancellation) }
    }
  }
}

/// What is wrong with a record.
private enum CIFARError: Error, Sendable, Equatable, CustomStringConvertible {
  case label(sample: Int, found: Int, classCount: Int)
  case changed

  var description: String {
    switch self {
    case .label(let sample, let found, let classCount):
      "label of sample \(sample) is \(found), expected 0 to \(classCount - 1)"
    case .changed: "has not the length that it had a moment ago (file changed meanwhile?)"
    }
  }
}
