/// What is known of a source's classes beside their folders.
struct KnownClasses: Sendable {
  /// Names from 0 that were written beside the images.
  var recorded: [String]?
  /// Names from 0 that the user has given instead.
  var given: [String]?

  /// The names that folders of recorded classes may have, besides the labels as numbers.
  var recordedFolders: Set<String> {
    Set(ClassTable.places(of: recorded ?? []).keys)
  }
}

/// The labels of classes that folders or files name.
///
/// Names that are all whole numbers are the labels themselves: folders 1, 2 and 5 stay 1, 2 and 5. Other
/// names have their place in the known list, as they are or as ``ClassSlug`` writes them; without one
/// they are 0, 1, … in natural order.
struct ClassTable {
  /// Which meaning a number has that is a class name as well.
  enum Preference { case numbersFirst, namesFirst }

  /// The label of each name.
  let labels: [String: Int64]
  /// Names from 0; empty where numbers say it all.
  let names: [String]

  init(
    _ found: Set<String>, _ known: KnownClasses, _ preference: Preference
  ) throws(UnsupportedError) {
    let lists = [known.recorded, known.given].compactMap(\.self)
    let byName = lists.lazy.compactMap { Self.labels(of: found, in: $0) }.first
    let numbers = try Self.numbers(found)
    if let labels = preference == .namesFirst ? byName ?? numbers : numbers ?? byName {
      self.labels = labels
      names = known.given ?? known.recorded ?? []
      return
    }
    let sorted = found.sorted(by: NaturalOrder.precedes)
    if let recorded = known.recorded {
      let places = Self.places(of: recorded)
      let stranger = sorted.first { places[$0] == nil } ?? ""
      throw UnsupportedError(
        "class '\(stranger)' is not among the \(recorded.count) class names recorded beside it"
          + " (in classes.json or kiln.json)")
    }
    // Other words for the classes are in their order, one for each; a slip of the pen is none of them.
    if let given = known.given {
      let places = Self.places(of: given)
      if let stranger = sorted.first(where: { places[$0] == nil }),
        given.count != found.count || sorted.contains(where: { places[$0] != nil })
      {
        throw UnsupportedError(
          "class '\(stranger.printable)' is not among the \(given.count) that --classes gives, which must have"
            + " all names as they are, or one other word for each of the \(found.count)")
      }
    }
    labels = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, Int64($0)) })
    names = known.given ?? sorted
  }

  /// The places of names in a list; nil where one is not in it.
  private static func labels(of found: Set<String>, in list: [String]) -> [String: Int64]? {
    let labels = places(of: list).filter { found.contains($0.key) }
    return labels.count == found.count ? labels : nil
  }

  /// What a class may be called, as it is or as a folder, with its place in a list.
  static func places(of list: [String]) -> [String: Int64] {
    var places: [String: Int64] = [:]
    for (label, name) in list.enumerated().reversed() {
      places[ClassSlug.make(name, label: Int64(label))] = Int64(label)
    }
    for (label, name) in list.enumerated().reversed() { places[name] = Int64(label) }
    return places
  }

  private static func numbers(_ found: Set<String>) throws(UnsupportedError) -> [String: Int64]? {
    var numbers: [String: Int64] = [:]
    var names: [Int64: String] = [:]
    for name in found {
      let digits = name.hasPrefix("-") ? name.dropFirst() : name[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy(NaturalOrder.isDigit), let number = Int64(name)
      else { return nil }
      numbers[name] = number
      if let other = names.updateValue(name, forKey: number) {
        let pair = [other, name].sorted()
        throw UnsupportedError("classes '\(pair[0])' and '\(pair[1])' are the same number")
      }
    }
    return numbers
  }
}
