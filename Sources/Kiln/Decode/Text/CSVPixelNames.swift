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

  /// Makes sure that columns stand in the order of their numbers: who sorts their names has 10 before 2.
  /// - Parameter names: those of the pixel columns, such as `pixel0` or `1x1`.
  /// - Throws: ``CSVError`` that names two columns.
  static func checkOrder(_ names: [String]) throws(CSVError) {
    guard !areRepetitions(names) else { return }
    var kinds: [String: [(name: String, numbers: [Int])]] = [:]
    for name in names {
      let (kind, numbers) = parts(of: name)
      if !numbers.isEmpty { kinds[kind, default: []].append((name, numbers)) }
    }
    // Other columns may be numbered for reasons of their own.
    guard let pixels = kinds.values.first(where: { $0.count > 2 && $0.count * 2 > names.count })
    else { return }
    // Rows first, or columns first.
    let isDescent = { (one: [Int], next: [Int]) in next.lexicographicallyPrecedes(one) }
    let pairs = zip(pixels, pixels.dropFirst())
    guard let (one, next) = pairs.first(where: { isDescent($0.numbers, $1.numbers) }),
      pairs.contains(where: { isDescent($0.numbers.reversed(), $1.numbers.reversed()) })
    else { return }
    throw .pixelOrder(one.name, before: next.name)
  }

  /// A name with its numbers cut out, and these.
  private static func parts(of name: String) -> (kind: String, numbers: [Int]) {
    var kind = ""
    var numbers: [Int] = []
    var rest = name[...]
    while let first = rest.first {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      if let number = Int(digits) {
        numbers.append(number)
        kind.append("#")
        rest = rest.dropFirst(digits.count)
      } else {
        kind.append(first)
        rest = rest.dropFirst()
      }
    }
    return (kind, numbers)
  }
}
