/// The images and labels of a pickle, as arrays.
struct PickleArrays: Sendable {
  /// What messages call the file.
  let name: String
  let values: PickleValues
  let root: PickleValue
  /// Whether images are brought into the shape of pictures, or stay as they are stored.
  let corrections: Corrections
  /// What the arrays were called when they were written.
  var names = RecordedNames(nil)

  enum Corrections: Sendable { case applied, none }

  /// A value with the way to it, such as `0.1` or `train_img`.
  struct Place: Sendable {
    let value: PickleValue
    let path: String

    /// The value at a key of this one.
    func inside(_ key: String, _ value: PickleValue) -> Place {
      Place(value: value, path: path.isEmpty ? key : "\(path).\(key)")
    }
  }

  var rootPlace: Place { Place(value: root, path: "") }

  /// What messages call an array: Python's way to write it, more or less.
  func name(of place: Place) -> String {
    place.path.isEmpty ? name : "\(name)[\(place.path.printable)]"
  }

  // MARK: Ways to values

  /// The items of a short list or tuple.
  func items(_ place: Place) -> [Place]? {
    guard [.list, .tuple].contains(values.kind(of: place.value)),
      values.count(place.value) <= Self.maximumSplitCount
    else { return nil }
    return values.items(place.value).enumerated().map { place.inside("\($0)", $1) }
  }

  /// Data sets have two or three splits; each may take memory of its own for the same labels.
  static let maximumSplitCount = 16

  /// The entries of a dict whose keys are short text, in their order; of equal keys the last counts.
  func entries(_ place: Place) -> [(key: String, place: Place)]? {
    guard values.kind(of: place.value) == .dict else { return nil }
    var entries: [(key: String, place: Place)] = []
    var positions: [String: Int] = [:]
    var iterator = values.items(place.value)
    while let key = iterator.next(), let value = iterator.next() {
      guard entries.count < Self.maximumEntryCount else { break }
      guard let text = values.shortText(key) else { continue }
      if let known = positions[text] {
        entries[known].place = place.inside(text, value)
      } else {
        positions[text] = entries.count
        entries.append((text, place.inside(text, value)))
      }
    }
    return entries
  }

  /// Dicts of data sets have a handful of keys; others are tables of something else.
  private static let maximumEntryCount = 4096

  func entry(_ key: String, of place: Place) -> Place? {
    entries(place)?.first { $0.key == key }?.place
  }

  /// The value that a user names.
  /// - Throws: ``UnsupportedError`` that says how far the way goes.
  func place(at path: ArrayKeys.Path) throws -> Place {
    if let whole = entry(path.text, of: rootPlace) { return whole }
    var place = rootPlace
    guard path.components.count <= PickleLimits.pathDepth else {
      throw UnsupportedError("has no array \(path.components.count) levels deep")
    }
    for component in path.components {
      let next = entry(component, of: place) ?? item(component, of: place)
      guard let next else {
        throw UnsupportedError(
          "has no '\(PickleError.shown(component))' in "
            + (place.path.isEmpty ? "" : "'\(PickleError.shown(place.path))', ")
            + values.name(of: place.value) + keysText(place))
      }
      place = next
    }
    return place
  }

  /// What could have been named instead, as far as a line takes it.
  private func keysText(_ place: Place) -> String {
    if let entries = entries(place), !entries.isEmpty {
      let keys = entries.prefix(PickleLimits.treeItemCount).map { PickleError.shown($0.key) }
      return " of " + keys.joined(separator: ", ") + (entries.count > keys.count ? ", …" : "")
    }
    switch values.kind(of: place.value) {
    case .list, .tuple: return " of \(values.count(place.value)) (their positions are the keys)"
    default: return ""
    }
  }

  private func item(_ text: String, of place: Place) -> Place? {
    guard [.list, .tuple].contains(values.kind(of: place.value)), let position = Int(text),
      position >= 0, position < values.count(place.value)
    else { return nil }
    return values.items(place.value).dropFirst(position).first { _ in true }
      .map { place.inside(text, $0) }
  }

  // MARK: Images

  /// Whether a value can be the images of a split.
  func isImages(_ place: Place) -> Bool {
    values.array(place.value).map { $0.shape.count >= 2 } ?? false
  }

  /// The images at a place.
  /// - Throws: ``StageError`` for what is no array.
  func images(_ place: Place) throws -> NumericArray {
    try at(.decode, name(of: place)) {
      guard let array = values.array(place.value) else {
        throw UnsupportedError("is \(values.line(for: place.value)), expected an array of images")
      }
      return corrections == .applied ? try array.asPictures() : array
    }
  }

  // MARK: Labels

  /// Whether a value is an array that can be labels.
  func isLabels(_ place: Place) -> Bool {
    values.array(place.value).map { (1...2).contains($0.shape.count) } ?? false
  }

  /// Whether a value can be the labels of so many samples.
  func isLabels(_ place: Place, of count: Int) -> Bool {
    if let array = values.array(place.value) {
      return (1...2).contains(array.shape.count) && array.count == count
    }
    return [.list, .tuple].contains(values.kind(of: place.value))
      && values.count(place.value) == count
  }

  /// Whether a value is one whole number for each of so many samples.
  func couldBeLabels(_ place: Place, of count: Int) -> Bool {
    if let array = values.array(place.value) {
      return array.shape == [count] && !array.elementType.isFloat
    }
    return isLabels(place, of: count)
      && values.items(place.value).first { _ in true }.flatMap(values.integer) != nil
  }

  /// The labels at a place: an array as it is, or one made of a list.
  /// - Throws: ``StageError`` for what are no labels.
  func labels(_ place: Place) throws -> NumericArray {
    if let array = values.array(place.value) { return array }
    let numbers = try integers(place)
    return try at(.decode, name(of: place)) { try NumericArray(labels: [numbers]) }
  }

  /// The numbers of a list or an array of one dimension.
  /// - Throws: ``StageError`` for what are no labels.
  func integers(_ place: Place) throws -> [Int64] {
    try at(.decode, name(of: place)) {
      if let array = values.array(place.value) {
        guard array.shape.count == 1 else { throw ArrayError.labelRank(array.shape.count) }
        return try array.integers(0..<array.count)
      }
      guard [.list, .tuple].contains(values.kind(of: place.value)) else {
        throw UnsupportedError(
          "is \(values.line(for: place.value)), expected labels"
            + (values.texts(place.value) == nil
              ? "" : " (number the classes from 0 and name them with --classes)"))
      }
      return try values.items(place.value).enumerated().map { index, item in
        if let number = values.integer(item) { return number }
        if let number = values.bool(item) { return number ? 1 : 0 }
        if let number = values.float(item).flatMap({ Int64(exactly: $0) }) { return number }
        throw SampleError(
          index: index,
          reason: "label is \(values.line(for: item)), expected a whole number in the range of i64")
      }
    }
  }

  /// The names of the classes, where the pickle is a dict that has them under a usual key.
  var classNames: [String]? {
    let entries = entries(rootPlace) ?? []
    let keys = ["fine_label_names", "label_names", "class_names", "classes", "target_names"]
    return keys.lazy.compactMap { key in
      entries.first { $0.key == key }.flatMap { texts($0.place) }
    }.first
  }

  /// Whether the pickle is a dict that holds arrays.
  var hasArrays: Bool {
    entries(rootPlace)?.contains { values.array($0.place.value) != nil } ?? false
  }

  /// The names in a list or an array of text; nil for anything else.
  private func texts(_ place: Place) -> [String]? {
    if let texts = values.texts(place.value) {
      return texts.row(ofAtMost: LabelSchema.maximumClassCount)
    }
    guard [.list, .tuple].contains(values.kind(of: place.value)),
      values.count(place.value) <= LabelSchema.maximumClassCount
    else { return nil }
    var names: [String] = []
    for item in values.items(place.value) {
      guard let name = values.shortText(item) else { return nil }
      names.append(name)
    }
    return names
  }
}

extension NumericArray {
  /// The smallest side of a picture that is told from a row of features: scikit-learn's digits.
  private static let smallestSide = 8

  /// Flattened square pictures as pictures, and grey ones without an axis for their one channel.
  func asPictures() throws -> NumericArray {
    switch sampleShape.count {
    case 1:
      guard let side = Self.side(of: sampleShape[0]) else { return self }
      return try reshaped(sampleShape: [side, side])
    case 3 where sampleShape[0] == 1: return try reshaped(sampleShape: Array(sampleShape[1...]))
    case 3 where sampleShape[2] == 1: return try reshaped(sampleShape: Array(sampleShape[..<2]))
    default: return self
    }
  }

  /// Pictures whose colours are planes behind one another as pictures of pixels; nil where there are no
  /// such planes.
  func interleaved() throws -> NumericArray? {
    switch sampleShape.count {
    case 1 where sampleShape[0] % 3 == 0:
      guard let side = Self.side(of: sampleShape[0] / 3) else { return nil }
      return try reshaped(sampleShape: [3, side, side]).transposed([0, 2, 3, 1])
    case 3 where sampleShape[0] == 3: return try transposed([0, 2, 3, 1])
    default: return nil
    }
  }

  private static func side(of area: Int) -> Int? {
    let side = Int(Double(area).squareRoot().rounded())
    return side >= smallestSide && side * side == area ? side : nil
  }

  /// Label columns as one array of the smallest usual type.
  init(labels columns: [[Int64]]) throws(ArrayError) {
    precondition(!columns.isEmpty && columns.allSatisfy { $0.count == columns[0].count })
    let count = columns[0].count
    let fitsByte = columns.allSatisfy { $0.allSatisfy { (0...255).contains($0) } }
    let type: ElementType = fitsByte ? .uint8 : .int64
    var rows: [Int64] = columns[0]
    if columns.count > 1 {
      rows = (0..<count).flatMap { index in columns.map { $0[index] } }
    }
    try self.init(
      type, .native, shape: columns.count == 1 ? [count] : [count, columns.count],
      in: .owned(type.bytes(of: rows)))
  }

  /// How float pixels relate to 0…255, as their first samples tell.
  ///
  /// LISA's files hold k/256, most others k/255 or 0…1, and some 0…255 as floats.
  /// - Throws: what is wrong with a file that is unpacked for it.
  func likelyScale() throws -> PixelScale {
    guard elementType.isFloat, !shape.isEmpty, count > 0 else { return .undeclared }
    let sampleByteCount = max(1, sampleShape.reduce(elementType.byteCount, *))
    let looked = min(count, max(1, (4 << 20) / sampleByteCount))
    let bytes = try samples(0..<looked)
    func scale<T: BinaryFloatingPoint & BitwiseCopyable>(_ type: T.Type) -> PixelScale {
      withElements(of: bytes, as: type) { values in
        var (low, high) = (T.zero, T.zero)
        var isOf256 = true
        for index in values.indices {
          let value = values[index]
          // What is not a number is for the sinks to refuse.
          if value < low { low = value }
          if value > high { high = value }
          if isOf256 { isOf256 = value * 256 == (value * 256).rounded(.down) }
        }
        if low < 0 { return .undeclared }
        if high > 1 { return .factor(1) }
        return isOf256 && high > 0 && high < 1 ? .factor(256) : .undeclared
      }
    }
    return switch elementType {
    case .float16: scale(Float16.self)
    case .float32: scale(Float.self)
    default: scale(Double.self)
    }
  }
}
