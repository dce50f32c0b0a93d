import Testing

@testable import Kiln

/// A suite that reads images with a table of their labels.
protocol LabelTableReading: ImageFolderReading {}

extension LabelTableReading {
  /// Writes images and a table of their labels, and opens them.
  func read(
    _ paths: [String], _ table: [UInt8], classNames: [String]? = nil,
    _ settings: [String: String] = [:], splits: [String]? = nil, root name: String = "pictures",
    _ body: (any Source) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      let root = directory + "/" + name
      try fill(root, paths)
      try write(table, to: directory + "/labels.csv")
      try body(
        try open(
          root, directory + "/labels.csv", classNames: classNames, settings, splits: splits))
    }
  }

  func open(
    _ images: String, _ labels: String, classNames: [String]? = nil,
    _ settings: [String: String] = [:], splits: [String]? = nil
  ) throws -> any Source {
    var request = SourceRequest(
      images: images, labels: labels, classNames: classNames, settings: settings)
    request.splits = splits
    return try SourceFormat.open(request).source
  }

  /// Expects the first pixel and the label of each sample of a split.
  func expect(
    _ source: any Source, split: Int = 0, _ expected: [String],
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let found = try samples(source, split: split)
    #expect(found == expected, sourceLocation: place)
  }

  func read(
    _ paths: [String], _ table: String, classNames: [String]? = nil,
    _ settings: [String: String] = [:], splits: [String]? = nil, root: String = "pictures",
    _ body: (any Source) throws -> Void
  ) throws {
    try read(
      paths, Array(table.utf8), classNames: classNames, settings, splits: splits, root: root, body)
  }

  /// What is said of a table that is refused.
  func message(
    _ paths: [String], _ table: [UInt8], classNames: [String]? = nil,
    _ settings: [String: String] = [:]
  ) throws -> String {
    let error = #expect(throws: (any Error).self) {
      try read(paths, table, classNames: classNames, settings) { _ in }
    }
    return "\(try #require(error))"
  }

  func message(
    _ paths: [String], _ table: String, classNames: [String]? = nil,
    _ settings: [String: String] = [:]
  ) throws -> String {
    try message(paths, Array(table.utf8), classNames: classNames, settings)
  }
}
