import Synchronization

extension SinkFormat {
  /// `csv=DIR`: one table for each split, one row for each sample.
  public static let csv = SinkFormat(
    name: "csv", summary: "one table a split: label,pixel0,pixel1,... with one row a sample",
    output: .directory,
    options: [
      Option(
        flag: "csv-header", key: "header", kind: .toggle, defaultValue: "on",
        summary: "whether the first row names the columns"),
      Option(
        flag: "csv-label", key: "label", kind: .choice(["first", "last"]), defaultValue: "first",
        summary: "where the label stands"),
      Option(
        flag: "csv-delimiter", key: "delimiter", kind: .text, defaultValue: ",",
        summary: "one character between the columns; tab for a tabulator"),
    ],
    check: { dataset, options in
      if options.isOn("header") { try CSVSink.checkNames(dataset.schema) }
      _ = try CSVSink.delimiter(options)
      try CSVSink.checkWidth(dataset.schema)
    },
    open: { try CSVSink($0) })
}

/// Writes rows of numbers; batches are formatted side by side and appended in order.
private final class CSVSink: Sink {
  private let files: [OutputFile]
  private let format: CSVFormat
  private let columnCount: Int
  private let byteCount: Atomic<Int>
  private let buffers = BufferPool()

  static func delimiter(_ options: OptionValues) throws(UsageError) -> UInt8 {
    try TableDelimiter.parse(options.text("delimiter") ?? ",", option: "csv-delimiter")
  }

  /// Far more than readers of tables take; a header of a few bytes could promise 2^28.
  private static let maximumColumnCount = 1 << 20

  /// The name of a label column as a header has it.
  static func headerText(_ name: String, _ delimiter: UInt8) -> String {
    // Whatever a reader could take for the delimiter.
    let isPlain = !name.isEmpty && !name.utf8.contains { ",;\t| ".utf8.contains($0) }
    return isPlain && !name.utf8.contains(delimiter) ? name : "\"\(name)\""
  }

  /// Refuses names that would need more than quotes around them: readers of tables differ in what that is.
  static func checkNames(_ schema: Schema) throws(UnsupportedError) {
    let names = schema.labels?.columns ?? []
    guard let name = names.first(where: { $0.contains { $0 == "\"" || $0.isNewline } }) else {
      return
    }
    throw UnsupportedError(
      "label column '\(name.printable)' has a quote or a line end in its name,"
        + " which no header of a table can hold (choose others by --label-column)")
  }

  static func checkWidth(_ schema: Schema) throws(UnsupportedError) {
    let count = schema.sampleElementCount + schema.labelColumnCount
    guard count <= maximumColumnCount else {
      throw UnsupportedError("rows would have \(count) columns, the limit is \(maximumColumnCount)")
    }
  }

  init(_ request: SinkRequest) throws {
    let schema = request.dataset.schema
    let delimiter = try Self.delimiter(request.options)
    let labelFirst = request.options.text("label") == "first"
    format = CSVFormat(
      elementType: schema.elementType, pixelCount: schema.sampleElementCount,
      labelCount: schema.labelColumnCount, labelFirst: labelFirst, delimiter: delimiter)
    columnCount = schema.sampleElementCount + schema.labelColumnCount
    files = try request.dataset.splits.map { try request.output.makeFile("\($0.name).csv") }
    var headerByteCount = 0
    if request.options.isOn("header") {
      let names = (0..<schema.sampleElementCount).map { "pixel\($0)" }
      let labels = (schema.labels?.columns ?? []).map { Self.headerText($0, delimiter) }
      let separator = String(decoding: [delimiter], as: UTF8.self)
      let header = (labelFirst ? labels + names : names + labels).joined(separator: separator)
      let bytes = Array((header + "\n").utf8)
      for file in files { try file.append(bytes) }
      headerByteCount = bytes.count * files.count
    }
    byteCount = Atomic(headerByteCount)
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    let rows = buffers.makePiece(capacity: format.capacity(for: batch)) {
      format.append(batch, to: &$0)
    }
    let file = files[batch.split]
    return {
      try rows.withBytes { try file.append($0) }
      self.byteCount.add(rows.count, ordering: .relaxed)
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    for file in files { try file.flush() }
    return SinkReport(fileCount: files.count, byteCount: byteCount.load(ordering: .relaxed))
  }
}
