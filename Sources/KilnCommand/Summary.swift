import Kiln

/// The closing report of a run, for people.
enum Summary {
  static func text(_ report: RunReport) -> String {
    let seenCount = Set(report.splits.flatMap { $0.labelCounts ?? [] }.map(\.label)).count
    let labelCount = max(seenCount, report.schema.labels?.classNames.count ?? 0)
    let splits = report.splits.map { split in
      [
        split.name, Amount.count(split.count),
        report.schema.labels == nil ? "samples without labels" : "samples",
        (report.isLossless ? split.digest : nil).map { "sha256 \($0)" } ?? "",
        lack(of: labelCount, in: split),
      ]
    }
    let outputs = report.outputs.map { output in
      [
        output.format, output.path.printable, Amount.count(output.sink.fileCount),
        Amount.bytes(output.sink.byteCount), output.seconds.decimal(places: 2) + " s",
        remark(output.sink),
      ]
    }
    let head = ["output", "path", "files", "size", "work", ""]
    let schema = report.schema
    let pixels = schema.isLabelsAlone ? "" : " of \(schema.shapeText) \(schema.elementType)"
    let rate = Amount.rate(Double(report.count), in: report.seconds)
    return """
      \(table(splits, rightAligned: [1]))\(corrections(report))\(remarks(report))

      \(table([head] + outputs, rightAligned: [2, 3, 4]))

      \(Amount.count(report.count)) samples\(pixels) in \(report.seconds.decimal(places: 2)) s \
      (\(Amount.count(Int(rate))) samples/s)
      """
  }

  /// A source that is sorted by class may have lost some of them to another split, or to a limit.
  private static func lack(of labelCount: Int, in split: RunReport.Split) -> String {
    guard let counts = split.labelCounts, split.count > 0, counts.count < labelCount else {
      return ""
    }
    return "\(counts.count) of \(labelCount) labels"
  }

  /// What a user who has corrected the files already must know.
  private static func corrections(_ report: RunReport) -> String {
    guard !report.corrections.isEmpty else { return "" }
    let head = report.knownName.map { "read as \($0)" } ?? "corrected"
    return "\n\n\(head): \(report.corrections.joined(separator: ", "))"
      + " (--raw leaves samples as they are)"
  }

  /// What a user has to agree with.
  private static func remarks(_ report: RunReport) -> String {
    guard !report.remarks.isEmpty else { return "" }
    // They hold names of columns and files.
    return "\n\nremarks: \(report.remarks.joined(separator: "; ").printable)"
  }

  private static func remark(_ sink: SinkReport) -> String {
    [
      sink.isLossless ? nil : "lossy",
      sink.duplicateCount == 0 ? nil : "\(sink.duplicateCount) duplicates share a file",
    ].compactMap(\.self).joined(separator: "; ")
  }

  /// Columns as wide as what is in them, two spaces apart.
  static func table(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
    TextColumns.lines(rows) { column, _ in rightAligned.contains(column) ? .right : .left }
      .joined(separator: "\n")
  }
}
