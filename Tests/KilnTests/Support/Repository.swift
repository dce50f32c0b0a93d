import Foundation

/// Where the repository is that these tests were built from.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardizedFileURL

  /// The path of a file or directory.
  static func path(_ relative: String) -> String { root.appending(path: relative).path }

  /// The text of a file.
  static func text(_ relative: String) throws -> String {
    try String(contentsOf: root.appending(path: relative), encoding: .utf8)
  }

  /// Where the published files are: KILN_TEST_DATA, or `../shared/data` beside the repository.
  static let testData =
    ProcessInfo.processInfo.environment["KILN_TEST_DATA"]
    ?? root.appending(path: "../shared/data").standardizedFileURL.path
}
