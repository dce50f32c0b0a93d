import Foundation
import LoopbackServer
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// OpenSSL's own server, with a certificate that only its owner vouches for.
private struct TLSServer {
  static let isPossible =
    (try? run(["version"], in: FileManager.default.temporaryDirectory))?.status == 0

  private let process: Process
  let port: Int

  /// Serves the files of a directory; `-WWW` sends them as they are, `-HTTP` takes them for whole answers.
  init(_ mode: String, in directory: URL) throws {
    if !FileManager.default.fileExists(atPath: directory.appending(path: "cert.pem").path) {
      let made = try Self.run(
        [
          "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
          "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        ], in: directory)
      try #require(made.status == 0, "\(made.output)")
    }
    // A port that was free a moment ago.
    let probe = try LoopbackServer { _, _ in }
    port = probe.port
    probe.stop()
    usleep(50_000)
    process = Self.process(
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "cert.pem", "-key", "key.pem",
        "-quiet",
        mode,
      ], in: directory)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    waitUntilItListens()
  }

  func stop() {
    // Threads of Dispatch hand on that they block milder signals.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func waitUntilItListens() {
    for _ in 0..<500 {
      let probe = Self.process(
        ["s_client", "-connect", "127.0.0.1:\(port)"], in: FileManager.default.temporaryDirectory)
      probe.standardOutput = FileHandle.nullDevice
      probe.standardError = FileHandle.nullDevice
      probe.standardInput = FileHandle.nullDevice
      try? probe.run()
      probe.waitUntilExit()
      if probe.terminationStatus == 0 { return }
      usleep(20_000)
    }
  }

  private static func process(_ words: [String], in directory: URL) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + words
    process.currentDirectoryURL = directory
    return process
  }

  private static func run(
    _ words: [String], in directory: URL
  ) throws -> (status: Int32, output: String) {
    let process = process(words, in: directory)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

@Suite(
  "Servers that prove who they are", .serialized, .timeLimit(.minutes(20)),
  .enabled(if: TLSServer.isPossible, "needs the openssl command"))
struct TLSTests {
  private func environment(_ directory: URL, _ more: [String: String] = [:]) -> [String: String] {
    [
      "KILN_CACHE_DIR": directory.appending(path: "store").path, "KILN_MIRROR": "",
      "https_proxy": "", "CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "",
    ].merging(more) { $1 }
  }

  @Test("refuses a certificate that nobody vouches for")
  func refused() throws {
    try withDirectory { directory in
      try Data("digits".utf8).write(to: directory.appending(path: "a"))
      let server = try TLSServer("-WWW", in: directory)
      defer { server.stop() }
      let run = try CommandRun(
        ["fetch", "https://127.0.0.1:\(server.port)/a"], environment: environment(directory))
      #expect(run.status == 1)
      #expect(run.errors.contains("certificate"), "\(run.errors)")
      #expect(run.errors.contains("--cacert"))
      #expect(!run.output.contains("store"))
    }
  }

  @Test("accepts a certificate that the user vouches for", arguments: ["variable", "flag"])
  func accepted(_ way: String) throws {
    try withDirectory { directory in
      try Data("digits".utf8).write(to: directory.appending(path: "a"))
      let server = try TLSServer("-WWW", in: directory)
      defer { server.stop() }
      let certificate = directory.appending(path: "cert.pem").path
      let run = try CommandRun(
        ["fetch", "https://127.0.0.1:\(server.port)/a"]
          + (way == "flag" ? ["--cacert", certificate] : []),
        environment: environment(directory, way == "flag" ? [:] : ["CURL_CA_BUNDLE": certificate]))
      #expect(run.status == 0, "\(run.errors)")
      let path = run.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try Data(contentsOf: URL(filePath: path)) == Data("digits".utf8))
    }
  }

  @Test("does not follow from a server that proves who it is to one that does not")
  func downgrade() throws {
    let plain = try LoopbackServer { _, connection in connection.answer("200 OK", [1, 2, 3]) }
    defer { plain.stop() }
    try withDirectory { directory in
      try Data("HTTP/1.1 302 Found\r\nLocation: \(plain.url("/b"))\r\n\r\n".utf8)
        .write(to: directory.appending(path: "a"))
      let server = try TLSServer("-HTTP", in: directory)
      defer { server.stop() }
      let run = try CommandRun(
        [
          "fetch", "https://127.0.0.1:\(server.port)/a", "--cacert",
          directory.appending(path: "cert.pem").path,
        ], environment: environment(directory))
      #expect(run.status == 1)
      #expect(run.errors.contains("leads to \(plain.url("/b"))"), "\(run.errors)")
      #expect(plain.paths == [])
    }
  }
}
