import Kiln

/// The closing report of a run, for people.
enum Summary {
  static func text(_ report: RunReport) -> String {
    let splits = report.splits.map { split in
      [
        split.name, Amount.count(split.count),
        report.schema.labels == nil ? "samples without labels" : "samples",
        (report.isLossless ? split.digest : nil).map { "sha256 \($0)" } ?? "",
      ]
    }
    let outputs = report.outputs.map { output in
      [
        output.format, output.path, Amount.count(output.sink.fileCount),
        Amount.bytes(output.sink.byteCount), output.seconds.decimal(places: 2) + " s",
        remark(output.sink),
      ]
    }
    let head = ["output", "path", "files", "size", "work", ""]
    let rate = Amount.rate(Double(report.count), in: report.seconds)
    return """
      \(table(splits, rightAligned: [1]))

      \(table([head] + outputs, rightAligned: [2, 3, 4]))

      \(Amount.count(report.count)) samples in \(report.seconds.decimal(places: 2)) s \
      (\(Amount.count(Int(rate))) samples/s)
      """
  }

  private static func remark(_ sink: SinkReport) -> String {
    [sink.isLossless ? nil : "lossy", sink.remark].compactMap(\.self).joined(separator: "; ")
  }

  /// Columns as wide as what is in them, two spaces apart.
  static func table(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
    TextColumns.lines(rows) { column, _ in rightAligned.contains(column) ? .right : .left }
      .joined(separator: "\n")
  }
}
