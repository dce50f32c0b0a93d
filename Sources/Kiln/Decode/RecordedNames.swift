/// What Kiln has called the splits of an output, and the arrays and files of each.
///
/// A split may have any name: `my-val-images` is the images of `my-val` here, and not those of split `val` in
/// a data set `my`, as in a name that somebody else has given.
struct RecordedNames: Sendable {
  private var splits: [String: String] = [:]
  private var arrays: [String: ArrayName] = [:]

  /// - Parameter record: the manifest of the output; nil where there is none.
  init(_ record: OutputRecord?) {
    guard let record else { return }
    for split in record.splits.keys.sorted() {
      splits[split.lowercased()] = split
      let keys: (images: String, labels: String)
      switch record.format {
      case "npz": keys = ("x_\(split)", "y_\(split)")
      case "pickle": keys = ("\(split)_img", "\(split)_label")
      default: keys = ("\(split)-images", "\(split)-labels")
      }
      arrays[keys.images] = ArrayName(split: split, role: .images)
      arrays[keys.labels] = ArrayName(split: split, role: .labels)
    }
  }

  /// The split of a name, where it has been recorded; upper and lower case are the same.
  func split(_ name: some StringProtocol) -> String? { splits[name.lowercased()] }

  /// What an array's key says, where it has been recorded.
  func recorded(_ key: String) -> ArrayName? { arrays[key] }

  /// What an array's key says: as recorded, else as such keys usually are.
  func array(_ key: String) -> ArrayName? { arrays[key] ?? ArrayName(parsing: key) }
}
