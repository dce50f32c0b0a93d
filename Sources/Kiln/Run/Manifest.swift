/// What accompanies every output: where it comes from, how it was made and what is in it.
///
/// Nothing in it depends on the time, the machine or the directory, so equal runs write equal bytes.
struct Manifest {
  let pipeline: Pipeline
  let output: Pipeline.Output
  let sources: [(name: String, byteCount: Int, sha256: String)]
  let folders: [(name: String, record: SourceFolder.Record)]
  /// The published data set that the source is, and what has been done to correct it.
  let known: (name: String?, corrections: [String])
  let report: RunReport
  let sink: SinkReport

  var json: JSON {
    var fields: [String: JSON] = [
      "format": .text(output.format.name),
      "kiln": .text(kilnVersion),
      "options": .object(
        Dictionary(
          uniqueKeysWithValues: output.options.all.map { ($0.key, JSON.text($0.value)) })),
      "convert": .array(pipeline.steps.map { .object([$0.name: .text($0.value)]) }),
      "sources": .array(
        sources.map {
          .object([
            "name": .text($0.name), "bytes": .integer($0.byteCount), "sha256": .text($0.sha256),
          ])
        }
          + folders.map { .object(["name": .text($0.name)].merging($0.record.fields) { $1 }) }),
      "lossless": .boolean(sink.isLossless),
    ]
    let settings = pipeline.source.settings
    if !settings.isEmpty {
      fields["source_options"] = .object(settings.mapValues(JSON.text))
    }
    if sink.duplicateCount > 0 { fields["duplicates"] = .integer(sink.duplicateCount) }
    // A source without files is known by its name, such as sample:1000.
    if sources.isEmpty, folders.isEmpty {
      fields["source"] = .text(pipeline.source.paths.joined(separator: " "))
    }
    if let name = known.name { fields["dataset"] = .text(name) }
    if known.name != nil || !known.corrections.isEmpty {
      fields["corrections"] = .array(known.corrections.map(JSON.text))
    }
    for (key, value) in report.description(ofPixels: sink.isLossless) { fields[key] = value }
    return .object(fields)
  }
}

extension SourceFolder.Record {
  /// What manifests and inspections say of it.
  var fields: [String: JSON] {
    ["files": .integer(fileCount), "bytes": .integer(byteCount), "sha256": .text(sha256)]
  }
}
