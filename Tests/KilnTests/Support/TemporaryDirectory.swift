import Foundation

@testable import Kiln

/// Gives `body` an empty directory that is removed afterwards.
func withTemporaryDirectory<R>(_ body: (String) throws -> R) rethrows -> R {
  let url = FileManager.default.temporaryDirectory.appending(path: "kiln-\(UUID().uuidString)")
  try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

func contents(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

func makeDirectory(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}

/// All files below a directory by their relative path; directories end in a slash.
func tree(_ directory: String) throws -> [String: [UInt8]] {
  var result: [String: [UInt8]] = [:]
  for name in try Path.contents(of: directory) {
    let path = directory + "/" + name
    if Path.kind(of: path) == .directory {
      result[name + "/"] = []
      for (below, bytes) in try tree(path) { result[name + "/" + below] = bytes }
    } else {
      result[name] = try contents(of: path)
    }
  }
  return result
}

/// The names below a directory, hidden ones too, in order.
func names(in directory: String) throws -> [String] { try tree(directory).keys.sorted() }
