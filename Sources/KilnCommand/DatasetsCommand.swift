import Kiln

extension Subcommand {
  /// `kiln datasets`.
  static let datasets = Subcommand(
    name: "datasets",
    summary: "list the published data sets that Kiln knows, or all about one of them",
    usage: "[NAME] [--verify] [--json]",
    details: """
      NAME is one of the list, or a family of several, such as emnist. A known data
      set is recognised by its files: it gets its class names, and is corrected where
      its files are not what everyone expects.
      """,
    operands: 0...1,
    operandCompletion: .words(KnownDataset.all.map(\.name)),
    options: [
      FlagGroup(
        title: "Store", flags: [Flag("verify", summary: "hash the files that have been fetched")]),
      FlagGroup(title: "Output", flags: [.json]),
    ],
    run: { arguments, console in
      let name = arguments.operands.first
      let chosen = try name.map(DatasetList.chosen) ?? KnownDataset.all
      if arguments.has("verify") {
        return try StoreCheck(of: chosen).report(arguments, console)
      }
      if arguments.has("json") {
        let list: JSON = .object(["datasets": .array(chosen.map(\.json))])
        try console.result(try list.text())
      } else if name == nil {
        try console.result(DatasetList.table(chosen))
      } else {
        try console.result(chosen.map(DatasetList.sheet).joined(separator: "\n"))
      }
      return .done
    })
}

/// The catalogue for people.
private enum DatasetList {
  static func chosen(_ name: String) throws -> [KnownDataset] {
    let chosen = KnownDataset.all.filter { $0.name == name || $0.family == name }
    guard chosen.isEmpty else { return chosen }
    let names = Set(KnownDataset.all.flatMap { [$0.name, $0.family] }).sorted()
    throw UsageError.unknown(what: "data set", name: name, among: names)
  }

  /// A line for each data set.
  static func table(_ datasets: [KnownDataset]) -> String {
    let head = ["name", "samples", "pixels", "classes", "what it is"]
    let rows = datasets.map { known in
      [
        known.name, Amount.count(known.count), pixels(of: known), String(known.classNames.count),
        known.title,
      ]
    }
    return Summary.table([head] + rows, rightAligned: [1, 3])
  }

  /// Everything about one.
  static func sheet(_ known: KnownDataset) -> String {
    var facts = [
      ["Name", known.name], ["What", known.title], ["Home page", known.homePage],
      ["Licence", known.licence ?? "see the home page"], ["Pixels", pixels(of: known)],
      [
        "Splits",
        known.splits.map { "\($0.name) \(Amount.count($0.count))" }.joined(separator: ", "),
      ],
    ]
    if known.labelColumns.count > 1 {
      facts.append(["Labels", known.labelColumns.joined(separator: ", ")])
    }
    if !known.corrections.isEmpty {
      facts.append(["Corrected", known.corrections.descriptions.joined(separator: ", ")])
    }
    facts.append(["Classes", classes(of: known)])
    var lines = facts.flatMap { fact in
      HelpText.wrapped(fact[1], to: 88).enumerated().map { position, line in
        (position == 0 ? fact[0] : "").padded(to: 11) + line
      }
    }
    lines += known.notes.map { "Note       " + $0 }
    for edition in known.editions {
      lines += ["", "\(edition.title):", files(edition.files)]
      if let directory = edition.directory, !edition.members.isEmpty {
        lines += ["in \(directory)/:", files(edition.members)]
      }
      lines += ["from"] + edition.mirrors.map { "  " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func pixels(of known: KnownDataset) -> String {
    known.sampleShape.map(String.init).joined(separator: "x") + " \(known.elementType)"
  }

  private static func classes(of known: KnownDataset) -> String {
    let names = known.classNames
    if names == names.indices.map(String.init) { return "0 to \(names.count - 1)" }
    return names.enumerated().map { "\($0):\($1)" }.joined(separator: ", ")
  }

  private static func files(_ files: [KnownFile]) -> String {
    Summary.table(
      files.map { file in
        [
          "  " + file.name, file.split ?? "", file.byteCount.map(Amount.count) ?? "",
          file.sha256.map { "sha256 \($0)" } ?? file.md5.map { "md5 \($0)" } ?? "no digest known",
          file.need == .optional ? "optional" : "",
        ]
      }, rightAligned: [2])
  }
}
