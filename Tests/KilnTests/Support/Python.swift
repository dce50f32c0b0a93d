import Foundation
import Testing

/// The Python that programs outside Kiln would read its outputs with.
enum Python {
  /// Why a test does not run.
  static let missing: Comment = "needs python3 with numpy (KILN_PYTHON names another python)"

  private static let executable = ProcessInfo.processInfo.environment["KILN_PYTHON"] ?? "python3"

  /// Whether these modules can be imported.
  static func has(_ modules: String...) -> Bool {
    (try? run("import " + modules.joined(separator: ", ")))?.status == 0
  }

  /// Runs a program; the resources of the tests can be imported.
  /// - Returns: the exit status, and what was written to either output.
  /// - Throws: where there is no Python.
  static func run(_ program: String, _ arguments: [String] = []) throws -> (
    status: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [executable, "-B", "-c", program] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONPATH"] = resources
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Where the tests' files are.
  static var resources: String {
    Repository.path("Tests/KilnTests/Resources")
  }
}
