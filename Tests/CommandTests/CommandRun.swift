import Foundation

/// What came of running the built `kiln`.
struct CommandRun {
  let status: Int32
  let output: String
  let errors: String

  /// The lines on standard error.
  var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

  /// Runs `kiln` to its end, behind what a shell is to do first, such as `ulimit -n 20`.
  init(_ arguments: [String], environment: [String: String] = [:], after setup: String? = nil)
    throws
  {
    self = try Self.start(arguments, environment: environment, after: setup).finish()
  }

  /// A `kiln` that is running.
  struct Started {
    let process: Process
    private let files: URL

    fileprivate init(process: Process, files: URL) {
      self.process = process
      self.files = files
    }

    func finish() throws -> CommandRun {
      process.waitUntilExit()
      defer { try? FileManager.default.removeItem(at: files) }
      let read = { (name: String) in
        // Data(contentsOf:) leaks its buffer where a file is empty.
        let file = try FileHandle(forReadingFrom: files.appending(path: name))
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
      }
      return CommandRun(
        // A signal that ended the process is told as shells tell it.
        status: (process.terminationReason == .exit ? 0 : 128) + process.terminationStatus,
        output: try read("output"), errors: try read("errors"))
    }
  }

  private init(status: Int32, output: String, errors: String) {
    self.status = status
    self.output = output
    self.errors = errors
  }

  static func start(
    _ arguments: [String], environment: [String: String] = [:], after setup: String? = nil
  ) throws -> Started {
    // Files take any amount of output without anybody reading beside the process.
    let files = FileManager.default.temporaryDirectory
      .appending(path: "kiln-command-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    let make = { (name: String) in
      let url = files.appending(path: name)
      try Data().write(to: url)
      return try FileHandle(forWritingTo: url)
    }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    if let setup {
      process.executableURL = URL(filePath: "/bin/sh")
      let command = "\(setup) && exec \"$0\" \"$@\""
      process.arguments = ["-c", command, executable.path] + arguments
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try make("output")
    process.standardError = try make("errors")
    try process.run()
    return Started(process: process, files: files)
  }

  /// The command stands beside the test bundle.
  static let executable: URL = {
    let places =
      [Bundle.main.executableURL, Bundle.main.bundleURL]
      + Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
    let candidates = places.compactMap { $0?.deletingLastPathComponent().appending(path: "kiln") }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
      ?? URL(filePath: ".build/debug/kiln")
  }()
}

/// Lends `body` a new directory and removes it afterwards.
func withDirectory<R>(_ body: (URL) throws -> R) throws -> R {
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "kiln-tests-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

/// The names in a directory, hidden ones among them.
func names(in directory: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
}
