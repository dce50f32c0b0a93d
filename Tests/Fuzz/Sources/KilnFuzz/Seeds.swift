@testable import Kiln

/// Small valid files, made by Kiln's own sinks with each of their settings.
enum Seeds {
  /// A file below an output.
  typealias File = (name: String, bytes: [UInt8])

  /// The files of one sink, for each value that its choices can have; manifests aside.
  static func outputs(_ name: String) throws -> [File] {
    try variants(name).flatMap(\.self).filter { !$0.name.hasSuffix(StagedOutput.manifestName) }
  }

  /// Directories of every sink and kind, as archives.
  static func archives() throws -> [[UInt8]] {
    try SinkFormat.all.flatMap { try variants($0.name).map { try tar($0) } }
  }

  /// The first directory of a sink as an archive.
  static func tar(of name: String) throws -> [UInt8] { try tar(try variants(name).first ?? []) }

  private static func variants(_ name: String) throws -> [[File]] {
    guard let format = SinkFormat.all.first(where: { $0.name == name }) else { return [] }
    var settings: [[String: String]] = [[:]]
    for option in format.options {
      switch option.kind {
      case .toggle: settings += ["on", "off"].map { [option.key: $0] }
      case .choice(let words): settings += words.map { [option.key: $0] }
      case .integer(let range):
        settings += [range.lowerBound, range.upperBound].map { [option.key: "\($0)"] }
      case .text: break
      }
    }
    // A setting that does not go with the others' defaults is left out.
    return settings.compactMap { try? write(format, $0) }
  }

  private static func write(_ format: SinkFormat, _ settings: [String: String]) throws -> [File] {
    let path = Path.join(Scratch.directory, "seeds")
    try? Path.removeTree(path)
    let output = try Pipeline.Output(format, at: Path.join(path, "data"), options: settings)
    let report = try Runner(
      Pipeline(
        source: SourceRequest(paths: ["sample:14"]), steps: [try Pipeline.Step(.limit, "2")],
        outputs: [output]), jobs: 1
    ).run()
    defer { try? Path.removeTree(path) }
    return try report.outputs.isEmpty ? [] : files(below: path, named: "")
  }

  private static func files(below path: String, named prefix: String) throws -> [File] {
    guard Path.kind(of: path) == .directory else {
      return [(prefix, try FileStream(path: path).read(1 << 20))]
    }
    return try Path.contents(of: path).sorted().flatMap {
      try files(below: Path.join(path, $0), named: prefix.isEmpty ? $0 : prefix + "/" + $0)
    }
  }

  private static func tar(_ files: [File]) throws -> [UInt8] {
    var header = TarHeader()
    return makeBytes(capacity: 1 << 22) { cursor in
      for file in files {
        // As if the archive had been made inside the output.
        let name = file.name.hasPrefix("data/") ? String(file.name.dropFirst(5)) : file.name
        header.append(name: Array(name.utf8), byteCount: file.bytes.count, to: &cursor)
        cursor.append(file.bytes.span)
        cursor.append(repeating: 0, count: TarHeader.padding(of: file.bytes.count))
      }
      cursor.append(repeating: 0, count: 2 * TarHeader.blockByteCount)
    }
  }

  /// Records of fixed size, as some data sets are written: one byte of a label, then pixels.
  static func records(_ count: Int, byteCount: Int) -> [UInt8] {
    (0..<count * byteCount).map { $0 % byteCount == 0 ? 1 : UInt8(truncatingIfNeeded: $0) }
  }

  /// A MATLAB file, version 5, as SVHN is: `X`, 32x32x3x2, and `y`, 2x1.
  static let matrices: [UInt8] = {
    func word(_ value: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func element(_ type: Int, _ data: [UInt8]) -> [UInt8] {
      word(type) + word(data.count) + data + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
    }
    func matrix(_ name: String, _ dimensions: [Int], _ data: [UInt8]) -> [UInt8] {
      element(
        14,
        element(6, word(9) + word(0)) + element(5, dimensions.flatMap(word))
          + element(1, Array(name.utf8)) + element(2, data))
    }
    let text = Array("MATLAB 5.0 MAT-file".utf8)
    return text + [UInt8](repeating: 32, count: 124 - text.count) + [0, 1, 0x49, 0x4D]
      + matrix("X", [32, 32, 3, 2], records(2, byteCount: 3072)) + matrix("y", [2, 1], [1, 10])
  }()

  /// Pipelines with every kind of value.
  static let pipelines = [
    #"{"source": {"from": "sample:70"}, "to": [{"format": "npy", "path": "out"}]}"#,
    """
    {"$schema": "pipeline.schema.json", "description": "\\u00e9", "source": {"images": "a", "labels": "b"},
     "convert": [{"limit": 100}, {"scale": "1/255"}, {"one-hot": true}, {"holdout": "val=10"}],
     "to": [{"format": "png", "path": "Output/digits", "level": "small"}, {"format": "csv", "path": "c"}],
     "overwrite": true}
    """,
  ]
}
