/// What the usual names of IDX files say, such as `emnist-letters-train-images-idx3-ubyte.gz`:
/// `[dataset-]split-(images|labels)[-.]idxN-type[.gz]`, or packed otherwise.
struct IDXFileName: Equatable {
  /// What the file holds; MNIST's own names have no data set in them.
  let array: ArrayName
  let isPacked: Bool

  init(_ array: ArrayName, isPacked: Bool) {
    self.array = array
    self.isPacked = isPacked
  }

  /// Reads a file name; nil where it is none of an IDX file.
  /// - Parameters:
  ///   - name: the last component of its path.
  ///   - names: what the splits were called when they were written.
  init?(parsing name: String, _ names: RecordedNames = RecordedNames(nil)) {
    let name = name.lowercased()
    var rest = Compression.unpackedName(name)
    isPacked = rest.endIndex < name.endIndex
    guard let idx = Self.lastRange(of: "idx", in: rest), idx > rest.startIndex else { return nil }
    let suffix = rest[idx...].dropFirst(3)
    guard !rest.hasPrefix("."), Self.isSuffix(suffix) else { return nil }
    rest = rest[..<idx].dropLast()
    guard let role = Self.roles.first(where: { rest.hasSuffix($0.word) }) else { return nil }
    rest = rest.dropLast(role.word.count)
    if let known = names.split(rest.dropLast()) {
      array = ArrayName(split: known, role: role.role)
      return
    }
    let words = rest.split { "-_.".contains($0) }.map(String.init)
    guard let last = words.last else {
      array = ArrayName(split: "data", role: role.role)
      return
    }
    // QMNIST's third split has no prefix.
    array = ArrayName(
      dataset: last == "xnist" ? "qmnist" : words.dropLast().joined(separator: "-"),
      split: last == "xnist" ? "nist" : SplitName.usual(last) ?? last, role: role.role)
  }

  private static let roles: [(word: String, role: ArrayName.Role)] = [
    ("images", .images), ("image", .images), ("labels", .labels), ("label", .labels),
  ]

  /// Whether this can follow `idx`: rank and type, each where it is given, and nothing else.
  ///
  /// Else the `.md5` of a checksum or the `.part` of a broken download would pass.
  private static func isSuffix(_ suffix: Substring) -> Bool {
    let type = suffix.drop { $0.isNumber }
    return type.isEmpty
      || type.first.map { "-_.".contains($0) } == true && types.contains(String(type.dropFirst()))
  }

  private static let types: Set = [
    "ubyte", "byte", "short", "int", "float", "double", "uint8", "int8", "int16", "int32",
    "float32",
    "float64",
  ]

  private static func lastRange(of word: String, in text: Substring) -> String.Index? {
    var end = text.endIndex
    while end > text.startIndex {
      let start = text.index(before: end)
      if text[start...].hasPrefix(word) { return start }
      end = start
    }
    return nil
  }
}
