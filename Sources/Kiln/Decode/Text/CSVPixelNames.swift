/// What the names of a table's columns say about pixels.
enum CSVPixelNames {
  /// Whether names are a row that pandas took for such: the second 0 in it has become 0.1, the eleventh 0.10.
  static func areRepetitions(_ names: [String]) -> Bool {
    // No number is written like the last of these.
    guard let last = names.first(where: { $0.hasSuffix(".10") }) else { return false }
    let stem = last.dropLast(3)
    let all = Set(names)
    return all.contains(String(stem)) && (1...10).allSatisfy { all.contains("\(stem).\($0)") }
  }

  /// The columns that are no pixels by their names.
  /// - Parameter names: of all columns. Pixels are those called `pixel` and a number, unless these are one or two
  ///   beside more that are called alike; else those that most columns are called as, such as `p0` or `1x1`;
  ///   else those called `pixel…`, where half of the columns are.
  /// - Returns: their positions; nil where names do not tell pixels from others.
  static func others(in names: [String]) -> [Int]? {
    let lower = names.map { $0.lowercased() }
    let stems = lower.map(stem)
    let series = series(in: stems)
    let pixelCount = stems.count { $0.map(isPixel) ?? false }
    if pixelCount > 2 || pixelCount > 0 && pixelCount >= series?.count ?? 0 {
      // The first of columns that pandas has told apart has no number.
      let all = Set(lower)
      return lower.indices.filter { column in
        !lower[column].hasPrefix("pixel")
          || stems[column] == nil && !all.contains(lower[column] + ".1")
      }
    }
    if let series {
      guard !areRepetitions(names) else { return nil }
      let others = stems.indices.filter { stems[$0] != series.stem }
      return others.isEmpty ? nil : others
    }
    let called = lower.indices.filter { column in
      lower[column].hasPrefix("pixel") && !CSVLayout.isLabel(names[column])
    }
    // Where pixels are numbered channel by channel, `pixel_mean` is none.
    let numbered = called.filter { stems[$0] != nil }
    let pixels = Set(numbered.count * 2 > called.count ? numbered : called)
    return pixels.count * 2 >= names.count ? lower.indices.filter { !pixels.contains($0) } : nil
  }

  /// Whether names tell pixels: from other columns, or that there are no others.
  static func areTold(by names: [String]) -> Bool {
    others(in: names) != nil
      || series(in: names.map { stem(of: $0.lowercased()) }) != nil && !areRepetitions(names)
  }

  /// What most columns have before their number, unless it says that they are labels.
  private static func series(in stems: [String?]) -> (stem: String, count: Int)? {
    var counts: [String: Int] = [:]
    for stem in stems.compactMap(\.self) { counts[stem, default: 0] += 1 }
    return counts.first { stem, count in
      count > 2 && count * 2 > stems.count && !CSVLayout.isLabel(stem.filter(\.isLetter))
    }.map { (stem: $0.key, count: $0.value) }
  }

  /// Whether what stands before a number says that it is a pixel's: `pixel`, `Pixel_`, `pixels.`.
  private static func isPixel(_ stem: String) -> Bool {
    let word = stem.filter(\.isLetter)
    return word == "pixel" || word == "pixels"
  }

  /// What a name has before its number; nil where it has none.
  private static func stem(of name: String) -> String? {
    let stem = name.prefix { !$0.isNumber }
    return stem.count < name.count ? String(stem) : nil
  }

  /// Makes sure that columns do not stand in the order of their names as texts, which has 10 before 2.
  /// - Parameter names: those of the pixel columns, such as `pixel0` or `1x1`.
  /// - Throws: ``CSVError`` that names two columns.
  static func checkOrder(_ names: [String]) throws(CSVError) {
    guard !areRepetitions(names) else { return }
    var kinds: [String: [(name: String, numbers: [Int])]] = [:]
    for name in names where name.utf8.count <= maximumByteCount {
      let (kind, numbers) = parts(of: name)
      if !numbers.isEmpty { kinds[kind, default: []].append((name, numbers)) }
    }
    // Other columns may be numbered for reasons of their own.
    guard let pixels = kinds.values.first(where: { $0.count > 2 && $0.count * 2 > names.count })
    else { return }
    let pairs = zip(pixels, pixels.dropFirst())
    guard
      let (one, next) = pairs.first(where: {
        $1.numbers.lexicographicallyPrecedes($0.numbers)
      })
    else { return }
    // Several numbers may count rows, columns and channels in any order.
    guard one.numbers.count == 1 || pairs.allSatisfy({ $0.name <= $1.name }) else { return }
    throw .pixelOrder(one.name, before: next.name)
  }

  /// Longer names are no pixels'.
  private static let maximumByteCount = 64

  /// A name with its numbers cut out, and these.
  private static func parts(of name: String) -> (kind: String, numbers: [Int]) {
    var kind = ""
    var numbers: [Int] = []
    var rest = name[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      if let number = Int(digits) {
        numbers.append(number)
        kind.append("#")
      } else {
        kind.append(contentsOf: digits.isEmpty ? rest.prefix(1) : digits)
      }
      rest = rest.dropFirst(max(1, digits.count))
    }
    return (kind, numbers)
  }
}
