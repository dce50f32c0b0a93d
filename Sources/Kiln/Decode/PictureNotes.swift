/// What is recorded beside pictures: Kiln's own `kiln.json`, and class names in `classes.json`.
struct PictureNotes: Sendable {
  /// What Kiln says of the pictures; nil where it has not written them.
  let record: OutputRecord?
  /// The name of each class; nil where nothing names them.
  let classNames: [String]?

  /// Samples of each split, where each has a picture of its own; nil where that is not known.
  var counts: [String: Int]? {
    guard let record, record.template?.sharesDuplicates != true else { return nil }
    return record.splits.mapValues(\.count)
  }

  /// The split that all pictures are of, where their paths do not tell it; nil where they do, or where that is
  /// not known.
  var onlySplit: String? {
    guard let record, record.template?.uses(.split) == false else { return nil }
    let names = record.splits.filter { $0.value.count > 0 }.map(\.key)
    return names.count == 1 ? names[0] : nil
  }

  /// Reads what lies in a directory or archive.
  /// - Parameters:
  ///   - formats: the formats of such pictures; the records of other outputs are passed by.
  ///   - read: reads a file of at most so many bytes by its name; nil where there is none.
  /// - Throws: an error that names the file, where it is damaged.
  init(
    ofFormats formats: [String], _ read: (_ name: String, _ limit: Int) throws -> [UInt8]?
  ) throws {
    func json<Value>(_ name: String, _ value: (JSON) throws -> Value?) throws -> Value? {
      guard let bytes = try read(name, OutputRecord.maximumByteCount) else { return nil }
      return try at(.decode, name) { try value(try JSON(parsing: bytes)) }
    }
    record = try json(StagedOutput.manifestName) { manifest in
      guard let format = manifest["format"]?.asText, formats.contains(format) else { return nil }
      return try OutputRecord(parsing: manifest)
    }
    if let names = record?.classNames, !names.isEmpty {
      classNames = names
    } else {
      classNames = try json(LabelSchema.classNamesFile, Self.names)
    }
  }

  private static func names(_ list: JSON) throws -> [String] {
    guard let names = list.texts, names.count <= LabelSchema.maximumClassCount else {
      throw UnsupportedError("expected a list of class names")
    }
    return names
  }
}
