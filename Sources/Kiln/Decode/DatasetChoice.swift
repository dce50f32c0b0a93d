/// Finds the data set that is meant where the names of files tell of several.
enum DatasetChoice {
  /// What messages call the data set whose files have no name before their split.
  private static let withoutPrefix = "(no prefix)"

  /// - Throws: ``UsageError`` for one that is not there, ``StageError`` where none is chosen.
  ///   Both say which there are.
  static func choose(
    among names: [String], wanted: String?, source: String
  ) throws -> String {
    let names = Set(names).sorted()
    let list = Spelling.list(names.map { $0.isEmpty ? withoutPrefix : $0 })
    if let wanted {
      if names.contains(wanted) { return wanted }
      if wanted == withoutPrefix, names.contains("") { return "" }
      guard names != [""] else {
        throw UsageError.conflict(
          "--dataset asks for '\(wanted)', and the files of \(source) name no data set"
            + " (leave out --dataset)")
      }
      let hint = Spelling.hint(meant: Spelling.nearest(to: wanted, among: names))
      throw UsageError.conflict(
        "--dataset asks for '\(wanted)', and \(source) holds \(list)\(hint)")
    }
    guard names.count == 1 else {
      throw StageError(
        .decode, file: source,
        UnsupportedError("holds \(names.count) data sets: \(list) (choose one with --dataset)"))
    }
    return names[0]
  }
}
