import Foundation
import LoopbackServer
import Testing

/// MNIST as it was published: KILN_TEST_DATA, or `../shared/data` beside the repository.
private let published =
  (ProcessInfo.processInfo.environment["KILN_TEST_DATA"].map { URL(filePath: $0) }
  ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data")
  .standardizedFileURL).appending(path: "mnist")

@Suite(
  "kiln convert mnist", .timeLimit(.minutes(10)),
  .enabled(
    if: FileManager.default.fileExists(atPath: published.path),
    "needs the files of MNIST in KILN_TEST_DATA/mnist"))
struct FetchAndConvertTests {
  private func environment(_ store: URL, mirror: String) -> [String: String] {
    ["KILN_CACHE_DIR": store.path, "KILN_MIRROR": mirror, "http_proxy": ""]
  }

  @Test("fetches what is missing, and the second time asks nobody")
  func fetchAndConvert() throws {
    let server = try LoopbackServer { request, connection in
      let name = String(request.path.dropFirst("/mnist/".count))
      guard let data = try? Data(contentsOf: published.appending(path: name)) else {
        return connection.answer("404 Not Found", [])
      }
      connection.serve(Array(data), to: request)
    }
    defer { server.stop() }
    try withDirectory { directory in
      let store = directory.appending(path: "store")
      for name in ["first", "second"] {
        let run = try CommandRun(
          ["convert", "mnist", "--limit", "100", "--to", "npy=\(directory.path)/\(name)"],
          environment: environment(store, mirror: server.url()))
        #expect(run.status == 0, "\(run.errors)")
        #expect(server.paths.count == 4)
      }
      let check = try CommandRun(
        ["datasets", "mnist", "--verify"], environment: environment(store, mirror: ""))
      #expect(check.status == 0)
      #expect(check.output.split(separator: "\n").count { $0.hasSuffix("sha256 right") } == 4)

      // One bit is enough.
      let labels = store.appending(path: "mnist/t10k-labels-idx1-ubyte.gz")
      var bytes = Array(try Data(contentsOf: labels))
      bytes[100] ^= 1
      try Data(bytes).write(to: labels)
      let damaged = try CommandRun(
        ["datasets", "mnist", "--verify"], environment: environment(store, mirror: ""))
      #expect(damaged.status == 1)
      #expect(damaged.output.contains("damaged"))
      let refused = try CommandRun(
        ["convert", "mnist", "--to", "npy=\(directory.path)/third"],
        environment: environment(store, mirror: ""))
      #expect(refused.status == 1)
      #expect(refused.errors.contains("t10k-labels-idx1-ubyte.gz"))
    }
  }

  @Test("takes files that somebody has got by hand, by their digest")
  func otherNames() throws {
    try withDirectory { directory in
      let downloads = directory.appending(path: "downloads")
      try FileManager.default.createDirectory(at: downloads, withIntermediateDirectories: true)
      for (number, name) in try names(in: published).filter({ $0.hasSuffix(".gz") }).enumerated() {
        try FileManager.default.copyItem(
          at: published.appending(path: name),
          to: downloads.appending(path: "download (\(number))"))
      }
      let environment = environment(
        directory.appending(path: "store"), mirror: "http://127.0.0.1:1")
      for words in [
        ["fetch", "mnist", "--from", downloads.path, "--offline"],
        ["convert", "mnist", "--from", downloads.path, "--to", "npy=\(directory.path)/out"],
      ] {
        let run = try CommandRun(words, environment: environment)
        #expect(run.status == 0, "\(run.errors)")
      }
      // They are there: what is wrong is the store.
      var withoutStore = environment
      withoutStore["KILN_CACHE_DIR"] = "/dev/null/store"
      let run = try CommandRun(
        ["convert", "mnist", "--from", downloads.path, "--to", "npy=\(directory.path)/other"],
        environment: withoutStore)
      #expect(run.status == 1)
      #expect(run.errors.contains("KILN_CACHE_DIR names another store"), "\(run.errors)")
    }
  }
}
