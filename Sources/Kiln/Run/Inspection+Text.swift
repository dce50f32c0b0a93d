extension Inspection {
  /// More classes or files than this would scroll everything else away; `--json` lists them all.
  private static let maximumRowCount = 100

  /// The report as aligned text.
  /// - Parameter emphasize: marks a heading, such as by making it bold.
  /// - Returns: lines, each ended by a newline.
  public func text(emphasize: (String) -> String = { $0 }) -> String {
    var facts = [["Format", format]]
    if let knownName { facts.append(["Data set", knownName]) }
    if !corrections.isEmpty { facts.append(["Corrections", corrections.joined(separator: ", ")]) }
    let parts = splits.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    facts.append(["Samples", "\(count) (\(parts))"])
    facts.append([
      "Pixels",
      schema.isLabelsAlone
        ? "none: labels alone" : "\(schema.shapeText) \(schema.elementType)\(channelText)",
    ])
    facts.append(["Labels", labelText])
    if !remarks.isEmpty { facts.append(["Remarks", remarks.joined(separator: "; ")]) }
    let factWidth = facts.map { $0[0].count }.max() ?? 0
    var sections = [
      facts.map { emphasize($0[0].padded(to: factWidth)) + "  " + $0[1].printable }
    ]
    if let classes = classTable() {
      sections.append(classes.aligned(emphasize, textColumns: 2))
    } else if let names = schema.labels?.classNames, !names.isEmpty {
      let rows = names.enumerated().prefix(Self.maximumRowCount).map { [String($0), $1] }
      sections.append(([["Label", "Class"]] + rows).aligned(emphasize, textColumns: 2))
    }
    let digests = splits.compactMap { split in split.digest.map { [split.name, $0] } }
    if !digests.isEmpty {
      sections.append(([["Split", "Content digest"]] + digests).aligned(emphasize, textColumns: 2))
    }
    if !folders.isEmpty { sections.append(folderTable.aligned(emphasize, textColumns: 1)) }
    if !files.isEmpty { sections.append(fileTable.aligned(emphasize, textColumns: 1)) }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  /// Names of more columns are nothing to read on one line.
  private static let maximumNamedColumns = 8

  private var channelText: String {
    switch (schema.sampleShape.count, schema.channelOrder) {
    case (3, .last): ", channels last"
    case (3, .first): ", channels first"
    default: ""
    }
  }

  private var labelText: String {
    guard let labels = schema.labels else { return "none" }
    let names = labels.columns.prefix(Self.maximumNamedColumns).joined(separator: ", ")
    let more = labels.columns.count > Self.maximumNamedColumns ? ", ..." : ""
    let columns =
      labels.columns.count == 1 ? "" : " in \(labels.columns.count) columns (\(names)\(more))"
    let range = labels.range.map { ", \($0.lowerBound) to \($0.upperBound)" } ?? ""
    return "\(labels.elementType)\(columns)\(range)"
  }

  /// A row for each label, a column for each split; nil where the labels are no classes.
  private func classTable() -> [[String]]? {
    let counts = splits.compactMap { split in
      split.labelCounts.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.label, $0.count) }) }
    }
    guard counts.count == splits.count, let labels = schema.labels else { return nil }
    let named = labels.classNames.indices.map(Int64.init)
    let all = Set(counts.flatMap(\.keys)).union(named).sorted()
    guard !all.isEmpty else { return nil }
    let heading = ["Label", "Class"] + splits.map(\.name)
    let rows = all.prefix(Self.maximumRowCount).map { label in
      [String(label), labels.className(of: label)]
        + counts.map { String($0[label] ?? 0) }
    }
    let more = all.count - rows.count
    return [heading] + rows + (more > 0 ? [["...", "\(more) more (--json lists them)"]] : [])
  }

  private var folderTable: [[String]] {
    guard folders.contains(where: { $0.record != nil }) else {
      return [["Directory", "Files"]] + folders.map { [$0.name, String($0.fileCount)] }
    }
    return [["Directory", "Files", "Bytes", "SHA-256"]]
      + folders.map { folder in
        [folder.name, String(folder.fileCount)]
          + (folder.record.map { [String($0.byteCount), $0.sha256] } ?? ["0", "-"])
      }
  }

  private var fileTable: [[String]] {
    let heading = ["File", "Bytes"] + (files.contains { $0.sha256 != nil } ? ["SHA-256"] : [])
    let rows = files.prefix(Self.maximumRowCount).map { file in
      [file.name, String(file.byteCount)] + (file.sha256.map { [$0] } ?? [])
    }
    let more = files.count - rows.count
    return [heading] + rows + (more > 0 ? [["... \(more) more (--json lists them)"]] : [])
  }
}

extension [[String]] {
  /// The first columns and digests to the left, numbers to the right; what is in them may come from others.
  fileprivate func aligned(_ emphasize: (String) -> String, textColumns: Int) -> [String] {
    let lines = TextColumns.lines(map { $0.map(\.printable) }) { column, width in
      column >= textColumns && width < SHA256.byteCount * 2 ? .right : .left
    }
    return lines.enumerated().map { $0 == 0 ? emphasize($1) : $1 }
  }
}
