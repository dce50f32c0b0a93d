@testable import Kiln

/// Reads tables that a test writes, and says what is wrong with them.
protocol TableReading {}

extension TableReading {
  func read(
    _ text: String, name: String = "data.csv", _ settings: [String: String] = [:], pieces: Int = 3
  ) throws -> (dataset: Dataset, pixels: [UInt8], labels: [Int64]) {
    try read(bytes: Array(text.utf8), name: name, settings, pieces: pieces)
  }

  func read(
    bytes: [UInt8], name: String = "data.csv", _ settings: [String: String] = [:], pieces: Int = 3
  ) throws -> (dataset: Dataset, pixels: [UInt8], labels: [Int64]) {
    try withTemporaryDirectory { root in
      try write(bytes, to: root + "/" + name)
      let source = try openSource(SourceRequest(paths: [root + "/" + name], settings: settings))
      let (pixels, labels) = try readAll(source, split: 0, pieces: pieces)
      return (source.dataset, pixels, labels)
    }
  }

  func failure(_ text: String, _ settings: [String: String] = [:]) -> String? {
    sentence { _ = try read(text, settings) }
  }
}
