@testable import Kiln

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where inputs become files.
enum Scratch {
  /// Below the directory that `run` starts every target in.
  static let directory = "scratch"

  static func replaceFile(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(.create, path) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw FileError(.write, path)
    }
  }
}
