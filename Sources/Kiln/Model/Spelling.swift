/// Finds the word a user probably meant.
package enum Spelling {
  /// The candidate with the fewest edits, or nil where none is near enough to be meant.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    if let same = synonyms[word.lowercased()], candidates.contains(same) { return same }
    let ranked = candidates.map { (word: $0, distance: distance(word, $0)) }
    guard let best = ranked.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }) else {
      return nil
    }
    let length = min(maximumLength, max(word.count, best.word.count))
    return best.distance <= max(1, length / 3) ? best.word : nil
  }

  /// What to say behind a word that is none of the candidates: which one was probably meant, else which
  /// there are; nothing where there are none.
  package static func hint(for word: String, among candidates: [String]) -> String {
    if let nearest = nearest(to: word, among: candidates) { return hint(meant: nearest) }
    return candidates.isEmpty ? "" : " (expected one of \(list(candidates)))"
  }

  /// What to say behind a word where another was probably meant; nothing where none was.
  package static func hint(meant word: String?) -> String {
    word.map { " (did you mean '\($0)'?)" } ?? ""
  }

  /// The first words of a list that may be long: thousands of columns would be no help.
  package static func list(_ words: [String]) -> String {
    let isCut = words.count > listedCount
    return (words.prefix(listedCount) + (isCut ? ["..."] : [])).joined(separator: ", ")
  }

  /// How many words of a list are shown.
  static let listedCount = 20

  /// A few words as a sentence has them: `png, jpeg and tar`.
  package static func series(_ words: [String], _ conjunction: String = "and") -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) \(words[words.count - 1])"
  }

  /// What NumPy and others call the types of pixels.
  private static let synonyms = [
    "uint8": "u8", "byte": "u8", "ubyte": "u8", "int8": "i8", "uint16": "u16", "int16": "i16",
    "uint32": "u32", "int32": "i32", "int": "i64", "uint64": "u64", "int64": "i64",
    "float16": "f16", "half": "f16", "float32": "f32", "single": "f32", "float": "f32",
    "float64": "f64", "double": "f64", "boolean": "bool", "bool8": "bool",
  ]

  /// Words of a command line; beyond this length nothing is meant by mistake.
  private static let maximumLength = 64

  /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
  private static func distance(_ first: String, _ second: String) -> Int {
    let a = Array(first.lowercased().prefix(maximumLength))
    let b = Array(second.lowercased().prefix(maximumLength))
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = last
      last = row
    }
    return last[b.count]
  }
}
