@testable import Kiln

/// Makes pickles of data sets, reads them, and says what is wrong with them.
protocol PickleReading {}

extension PickleReading {
  static var writer: PickleWriter { PickleWriter.cPickle(2) }

  /// Bytes that count upwards, as an array.
  func images(
    _ shape: [Int], from first: Int = 0
  ) -> PickleSample {
    .array(
      PickleArraySample(
        shape: shape,
        payload: (0..<shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0 + first) }))
  }

  func floats(_ shape: [Int], _ value: (Int) -> Float) -> PickleSample {
    .array(
      PickleArraySample(
        code: "f4", byteOrder: "<", shape: shape,
        payload: (0..<shape.reduce(1, *)).flatMap { littleEndianBytes(value($0).bitPattern) }))
  }

  func labels(_ values: [Int64]) -> PickleSample {
    .array(
      PickleArraySample(
        code: "i8", byteOrder: "<", shape: [values.count],
        payload: values.flatMap(littleEndianBytes)))
  }

  /// Words as NumPy keeps them: of the length of the longest, filled with zeros.
  func texts(_ words: [String], byteOrder: String = "<") -> PickleSample {
    let length = words.map(\.unicodeScalars.count).max() ?? 0
    let payload = words.flatMap { word in
      let values = word.unicodeScalars.map(\.value)
      let filled = values + Array(repeating: 0, count: length - values.count)
      return filled.flatMap { littleEndianBytes(byteOrder == "<" ? $0 : $0.byteSwapped) }
    }
    return .array(
      PickleArraySample(
        code: "U\(length)", byteOrder: byteOrder, shape: [words.count], payload: payload))
  }

  /// Opens pickles that lie side by side, packed where their names say so.
  func open(
    _ files: [(name: String, value: PickleSample)], settings: [String: String] = [:],
    as paths: [String]? = nil, writer: PickleWriter = Self.writer,
    _ body: (any Source) throws -> Void
  ) throws {
    try withTemporaryDirectory { root in
      for (name, value) in files {
        let bytes = writer.pickle(value)
        try write(name.hasSuffix(".gz") ? gzip(bytes) : bytes, to: root + "/" + name)
      }
      let names = paths ?? files.map(\.name)
      let source = try openSource(
        SourceRequest(
          paths: names.map { $0.isEmpty ? root : root + "/" + $0 }, settings: settings))
      try body(source)
    }
  }

  func open(
    _ value: PickleSample, settings: [String: String] = [:], writer: PickleWriter = Self.writer,
    _ body: (any Source) throws -> Void
  ) throws {
    try open([("x.pkl", value)], settings: settings, writer: writer, body)
  }

  func failure(
    _ files: [(name: String, value: PickleSample)], settings: [String: String] = [:]
  ) -> String? {
    sentence { try open(files, settings: settings) { _ in } }
  }

  /// One file of a CIFAR data set.
  func batch(
    _ count: Int, first: Int, _ columns: [(String, [Int])], title: String = ""
  ) -> PickleSample {
    .dict(
      [
        (.key("batch_label", Self.writer), .key(title, Self.writer)),
        (.key("data", Self.writer), images([count, 3072], from: first)),
        (
          .key("filenames", Self.writer),
          .list((0..<count).map { .key("\($0).png", Self.writer) })
        ),
      ] + columns.map { (.key($0.0, Self.writer), PickleSample.ints($0.1)) })
  }
}
