/// Which names of splits can be those of files, as most outputs make them.
enum SplitFileNames {
  /// Refuses splits whose files could not be called by their names, or would take the place of another one.
  /// - Throws: ``UnsupportedError`` that names the split.
  static func check(_ splits: [Split]) throws(UnsupportedError) {
    for split in splits where !split.name.isPlainFileName {
      throw UnsupportedError(
        "split '\(split.name.prefix(64))' cannot name a file (name it by --splits)")
    }
    // Outputs that are directories have files of their own beside their splits.
    let taken = [StagedOutput.manifestName, LabelSchema.classNamesFile]
    for split in splits where taken.contains(split.name.lowercased()) {
      throw UnsupportedError(
        "split '\(split.name)' has the name of another file (name it by --splits)")
    }
    // Some file systems do not tell upper case from lower case.
    guard Set(splits.map { $0.name.lowercased() }).count == splits.count else {
      let names = splits.map(\.name).joined(separator: ", ")
      throw UnsupportedError("splits of one name: \(names) (name them by --splits)")
    }
  }
}

extension String {
  /// Whether the text can name a file or directory on Linux, macOS and Windows, also with what sinks
  /// put behind it: names have at most 255 bytes.
  fileprivate var isPlainFileName: Bool {
    !isEmpty && utf8.count <= 200 && self != "." && self != ".." && !hasPrefix(".")
      && !hasSuffix(".")
      && unicodeScalars.allSatisfy { $0.value >= 32 && !"/\\:*?\"<>|".unicodeScalars.contains($0) }
  }
}
