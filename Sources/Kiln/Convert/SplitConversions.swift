extension ConversionFormat {
  /// `--splits train,val=test`.
  public static let splits = ConversionFormat(
    name: "splits", placeholder: "NAME,NEW=OLD",
    summary: "take only these splits, in this order; NEW=OLD renames one",
    make: { try SplitSelection($0) })

  /// `--limit N`.
  public static let limit = ConversionFormat(
    name: "limit", placeholder: "N", kind: .integer(SplitLimit.counts),
    summary: "take the first N samples of every split",
    make: { try SplitLimit($0) })

  /// `--holdout NAME=COUNT`.
  public static let holdout = ConversionFormat(
    name: "holdout", placeholder: "NAME=COUNT",
    summary: "move the last COUNT samples of the training split (else the first) to a new one",
    make: { try Holdout($0) })
}

/// Selects, orders and renames splits; those that are not listed are left out.
struct SplitSelection: Conversion {
  private let names: [(new: String, old: String)]

  /// The names that the splits have before.
  var sourceNames: [String] { names.map(\.old) }

  init(_ value: String) throws(UsageError) {
    var names: [(new: String, old: String)] = []
    for entry in value.split(separator: ",", omittingEmptySubsequences: false) {
      let words = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard 1...2 ~= words.count, !words.contains("") else {
        throw .badValue(
          option: "splits", value: value,
          expected: "names of splits, such as train,test or train,val=test")
      }
      names.append((new: words[0], old: words[words.count - 1]))
    }
    self.names = names
    try Self.checkUnique(names.map(\.old))
    try Self.checkUnique(names.map(\.new))
  }

  private static func checkUnique(_ names: [String]) throws(UsageError) {
    for (position, name) in names.enumerated() where names[..<position].contains(name) {
      throw .conflict("--splits names '\(name)' twice: name each split once")
    }
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    let present = plan.parts.map(\.name)
    plan.parts = try names.map { new, old in
      guard var part = plan.parts.first(where: { $0.name == old }) else {
        throw UnsupportedError(
          "no split '\(old)': the splits are \(Spelling.list(present))")
      }
      part.name = new
      return part
    }
    return nil
  }
}

/// Takes the first samples of every split.
struct SplitLimit: Conversion {
  /// More than any data set has.
  static let counts = 0...1_000_000_000_000
  private let count: Int

  init(_ value: String) throws(UsageError) {
    guard let count = Int(value), Self.counts.contains(count) else {
      throw .badValue(
        option: "limit", value: value, expected: "a whole number of samples, such as 1000")
    }
    self.count = count
  }

  func prepare(_ plan: inout Plan) -> BatchStep? {
    for position in plan.parts.indices {
      let range = plan.parts[position].range
      plan.parts[position].range =
        range.lowerBound..<range.lowerBound + min(range.count, count)
    }
    return nil
  }
}

/// Moves the last samples of a split to a new one behind it.
struct Holdout: Conversion {
  private let name: String
  private let count: Int

  init(_ value: String) throws(UsageError) {
    let words = value.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 2, !words[0].isEmpty, let count = Int(words[1]), count > 0 else {
      throw .badValue(
        option: "holdout", value: value,
        expected: "a new split and its number of samples, such as val=10000")
    }
    name = words[0]
    self.count = count
  }

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    guard !plan.parts.contains(where: { $0.name == name }) else {
      throw UnsupportedError(
        "there is a split '\(name)' already: choose another name, or rename it by --splits")
    }
    let position =
      plan.parts.firstIndex { $0.name == "train" }
      ?? plan.parts.firstIndex { SplitName.isForTraining($0.name) } ?? 0
    guard position < plan.parts.count else { throw UnsupportedError("there is no split") }
    let part = plan.parts[position]
    guard part.range.count >= count else {
      throw UnsupportedError(
        "split '\(part.name)' has \(part.range.count) samples, fewer than the \(count) to hold out")
    }
    let boundary = part.range.upperBound - count
    plan.parts[position].range = part.range.lowerBound..<boundary
    plan.parts.insert(
      Plan.Part(
        name: name, sourceSplit: part.sourceSplit, range: boundary..<part.range.upperBound),
      at: position + 1)
    return nil
  }
}
