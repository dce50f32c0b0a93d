/// What a pickle holds that is no data set of a known shape: its tree, and how to name what is in it.
struct PickleOutline: OutlinedError {
  let outline: [String]
  /// The keys that would do, if there are any.
  private let hint: String?

  var description: String {
    "holds no data set of a known shape (" + (hint.map { "try \($0); " } ?? "")
      + "kiln inspect shows what it holds)"
  }

  init(_ arrays: PickleArrays) {
    var tree = Tree(arrays: arrays)
    tree.add(arrays.rootPlace, named: nil, depth: 0)
    if tree.isCut { tree.lines.append("…") }
    hint = tree.hint
    outline =
      tree.lines
      + [
        "",
        hint.map { "No known data set; name its arrays with \($0)" }
          ?? (tree.hasImages
            ? "No known data set; join its images in one array, and its labels in another"
            : "No known data set, and no array that could be images"),
      ]
  }

  /// Lines of values and what is in them; the depth is bounded, whatever the values are.
  private struct Tree {
    let arrays: PickleArrays
    var lines: [String] = []
    var isCut = false
    /// Arrays that could be images, and what could be labels, by the way to them.
    private var images: [(path: String, count: Int)] = []
    private var labels: [(path: String, count: Int)] = []

    init(arrays: PickleArrays) { self.arrays = arrays }

    var hasImages: Bool { !images.isEmpty }

    /// Of several arrays without labels none is more likely than the others: they may be an image each.
    var hint: String? {
      let fitting = images.map { image in
        (image.path, labels.first { $0.count == image.count && $0.path != image.path }?.path)
      }
      let labelled = fitting.first { $0.1 != nil }
      guard let (images, labels) = labelled ?? (fitting.count == 1 ? fitting[0] : nil) else {
        return nil
      }
      let key = { (path: String) in
        path.contains(where: { " '$".contains($0) }) ? "'\(path)'" : path
      }
      return "--images-key \(key(images))" + (labels.map { " --labels-key \(key($0))" } ?? "")
    }

    mutating func add(_ place: PickleArrays.Place, named name: String?, depth: Int) {
      guard lines.count < PickleLimits.treeLineCount else {
        isCut = true
        return
      }
      let values = arrays.values
      let indentation = String(repeating: "  ", count: depth)
      lines.append(indentation + (name.map { $0 + ": " } ?? "") + values.line(for: place.value))
      note(place)
      guard depth < PickleLimits.treeDepth, !isNumbers(place.value) else { return }
      var shown = 0
      let isDict = values.kind(of: place.value) == .dict
      var iterator = values.items(place.value)
      while let item = iterator.next() {
        guard shown < PickleLimits.treeItemCount else {
          let left = values.count(place.value) / (isDict ? 2 : 1) - shown
          lines.append(indentation + "  … and \(left) more")
          return
        }
        if isDict {
          guard let value = iterator.next() else { return }
          let key = values.shortText(item).map(PickleError.shown) ?? values.line(for: item)
          add(place.inside(values.shortText(item) ?? key, value), named: key, depth: depth + 1)
        } else {
          add(place.inside("\(shown)", item), named: "\(shown)", depth: depth + 1)
        }
        shown += 1
      }
    }

    /// Lists of numbers and names are told by their length.
    private func isNumbers(_ value: PickleValue) -> Bool {
      let values = arrays.values
      guard values.count(value) > PickleLimits.treeItemCount,
        let first = values.items(value).first(where: { _ in true })
      else { return false }
      switch values.kind(of: first) {
      case .bool, .integer, .hugeInteger, .float, .string, .bytes, .text, .none:
        return values.kind(of: value) != .dict
      default: return false
      }
    }

    private mutating func note(_ place: PickleArrays.Place) {
      guard !place.path.isEmpty else { return }
      let values = arrays.values
      if let array = values.array(place.value) {
        if array.shape.count >= 2 { images.append((place.path, array.count)) }
        if array.shape.count == 1 { labels.append((place.path, array.count)) }
      } else if [.list, .tuple].contains(values.kind(of: place.value)),
        let first = values.items(place.value).first(where: { _ in true }),
        values.integer(first) != nil
      {
        labels.append((place.path, values.count(place.value)))
      }
    }
  }
}
