import Foundation
import LoopbackServer
import Testing

/// What the tests' server has: bytes that look like nothing, other ones under every path.
private func content(_ path: String) -> [UInt8] {
  var state = path.utf8.reduce(UInt64(1)) { $0 &* 31 &+ UInt64($1) }
  return (0..<200_000).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 33)
  }
}

/// The one file in the store that has its name.
private func stored(in store: URL, _ name: String) throws -> [UInt8]? {
  for folder in try names(in: store) where folder.hasPrefix("url-") {
    let path = store.appending(path: folder).appending(path: name)
    if let data = try? Data(contentsOf: path) { return Array(data) }
  }
  return nil
}

/// The names of everything in the store.
private func everything(in store: URL) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: store.path)
    .map { ($0 as NSString).lastPathComponent }.filter { !$0.hasPrefix("url-") }.sorted()
}

@Suite("kiln fetch", .timeLimit(.minutes(10)))
struct FetchTests {
  private func environment(_ store: URL) -> [String: String] {
    [
      "KILN_CACHE_DIR": store.path, "KILN_MIRROR": "", "http_proxy": "", "https_proxy": "",
      "CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "",
    ]
  }

  /// A server that takes its time, so that others come while it sends.
  private func slowServer() throws -> LoopbackServer {
    try LoopbackServer { request, connection in
      let content = content(request.path)
      let start = request.rangeStart ?? 0
      let part = "Content-Range: bytes \(start)-\(content.count - 1)/\(content.count)"
      connection.sendHead(
        start == 0 ? "200 OK" : "206 Partial Content",
        "Content-Length: \(content.count - start)", "ETag: \"a\"", part)
      for piece in stride(from: start, to: content.count, by: 20_000) {
        connection.send(content[piece..<min(piece + 20_000, content.count)])
        usleep(30_000)
      }
    }
  }

  @Test("fetches each file once for sixteen processes that ask at the same time")
  func sixteen() throws {
    let server = try slowServer()
    defer { server.stop() }
    try withDirectory { store in
      let urls = ["/a", "/b", "/c", "/d"].map { server.url($0) }
      let runs = try (0..<16).map { _ in
        try CommandRun.start(["fetch", "--quiet"] + urls, environment: environment(store))
      }
      for run in runs {
        let end = try run.finish()
        #expect(end.status == 0, "\(end.errors)")
      }
      #expect(server.paths.sorted() == ["/a", "/b", "/c", "/d"])
      for name in ["a", "b", "c", "d"] {
        #expect(try stored(in: store, name) == content("/" + name))
      }
      #expect(try everything(in: store) == ["a", "b", "c", "d", "trusted.json"])
    }
  }

  /// A server that sends half of a file and then nothing to whoever asks first, and serves all others.
  private func halfServer(_ ranges: Ranges) throws -> LoopbackServer {
    try LoopbackServer { request, connection in
      let content = content(request.path)
      ranges.add(request.rangeStart)
      guard request.number == 0 else { return connection.serve(content, to: request) }
      connection.sendHead("200 OK", "Content-Length: \(content.count)", "ETag: \"a\"")
      connection.send(content[..<100_000])
      ranges.halfIsSent()
      while connection.isWanted, connection.send([]) { usleep(10_000) }
    }
  }

  @Test("goes on where a killed process was, in one that was waiting for it")
  func killed() throws {
    let ranges = Ranges()
    let server = try halfServer(ranges)
    defer { server.stop() }
    try withDirectory { store in
      let words = ["fetch", server.url("/a"), "--sha256", try sha256(content("/a"))]
      let first = try CommandRun.start(words, environment: environment(store))
      ranges.waitForHalf()
      waitForPartial(in: store, 100_000)
      let second = try CommandRun.start(words, environment: environment(store))
      usleep(300_000)
      kill(first.process.processIdentifier, SIGKILL)
      #expect(try first.finish().status == 128 + SIGKILL)
      let end = try second.finish()
      #expect(end.status == 0, "\(end.errors)")
      #expect(ranges.all == [nil, 100_000])
      #expect(try stored(in: store, "a") == content("/a"))
      #expect(try everything(in: store) == ["a"])
    }
  }

  @Test("leaves nothing but what can be gone on with when it is interrupted")
  func interrupted() throws {
    let ranges = Ranges()
    let server = try halfServer(ranges)
    defer { server.stop() }
    try withDirectory { store in
      let run = try CommandRun.start(
        ["fetch", server.url("/a")], environment: environment(store))
      ranges.waitForHalf()
      waitForPartial(in: store, 100_000)
      kill(run.process.processIdentifier, SIGINT)
      let stopped = try run.finish()
      #expect(stopped.status == 130)
      #expect(
        stopped.errorLines.last
          == "kiln: interrupted; what has come is kept, and gone on with the next time")
      #expect(try everything(in: store) == [".a.partial", ".a.partial.json"])
      let again = try CommandRun(["fetch", server.url("/a")], environment: environment(store))
      #expect(again.status == 0, "\(again.errors)")
      #expect(ranges.all == [nil, 100_000])
      #expect(try stored(in: store, "a") == content("/a"))
    }
  }

  @Test("believes a URL the first time, and holds it to that from then on")
  func trustOnFirstUse() throws {
    let server = try LoopbackServer { request, connection in
      connection.answer("200 OK", content(request.number == 0 ? "/a" : "/b"))
    }
    defer { server.stop() }
    try withDirectory { store in
      let record = store.appending(path: "kiln.lock.json")
      let words = ["fetch", server.url("/a"), "--lock-file", record.path]
      #expect(try CommandRun(words, environment: environment(store)).status == 0)
      let digest = try sha256(content("/a"))
      #expect(try String(contentsOf: record, encoding: .utf8).contains(digest))
      for folder in try names(in: store) where folder.hasPrefix("url-") {
        try FileManager.default.removeItem(at: store.appending(path: folder))
      }
      let run = try CommandRun(words, environment: environment(store))
      #expect(run.status == 1)
      #expect(run.errors.contains("has changed since it was first fetched"))
      #expect(try stored(in: store, "a") == nil)
    }
  }

  @Test("asks the proxy that the environment names, under its own name")
  func proxy() throws {
    let agents = Agents()
    let server = try LoopbackServer { request, connection in
      agents.add(request.header["user-agent"] ?? "")
      connection.answer("200 OK", content("/a"))
    }
    defer { server.stop() }
    try withDirectory { store in
      var environment = environment(store)
      environment["http_proxy"] = server.url()
      let run = try CommandRun(["fetch", "http://data.invalid/a"], environment: environment)
      #expect(run.status == 0, "\(run.errors)")
      #expect(server.paths == ["http://data.invalid/a"])
      #expect(agents.all.allSatisfy { $0.hasPrefix("kiln/") })
    }
  }

  @Test("names what is missing, and how to get it, when it may not ask anybody")
  func offline() throws {
    try withDirectory { store in
      let run = try CommandRun(
        ["fetch", "mnist", "--splits", "test", "--offline"], environment: environment(store))
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1)
      #expect(
        run.errors.contains(
          "/t10k-images-idx3-ubyte.gz), t10k-labels-idx1-ubyte.gz (from https://"))
      #expect(run.errors.contains("kiln fetch mnist --from DIR"))
      #expect(try names(in: store) == [])
    }
  }

  @Test(
    "names what is missing by its address, or by the data set that has it",
    arguments: [
      ("https://u:p@data.invalid/d.npz?token=t", "fetching: https://data.invalid/d.npz?…"),
      ("emnist-letters", "run: kiln fetch emnist-letters --from DIR)"),
    ])
  func offlineName(_ name: String, _ end: String) throws {
    try withDirectory { store in
      let run = try CommandRun(["fetch", name, "--offline"], environment: environment(store))
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1)
      #expect(run.errorLines.first?.hasSuffix(end) == true, "\(run.errors)")
    }
  }

  @Test("reads http, https and file addresses, and says so of others")
  func scheme() throws {
    try withDirectory { store in
      let run = try CommandRun(["fetch", "ftp://a/b?token=t"], environment: environment(store))
      #expect(run.status == 2)
      #expect(
        run.errorLines.first
          == "kiln: ftp://a/b?… is no address that is read (expected http, https or file)")
    }
  }

  @Test(
    "says that a store cannot be used, and which variable names another one",
    arguments: ["/dev/null/store", "/proc/kiln"])
  func unusableStore(_ path: String) throws {
    let server = try slowServer()
    defer { server.stop() }
    try withDirectory { directory in
      var environment = environment(directory)
      environment["KILN_CACHE_DIR"] = path
      let run = try CommandRun(["fetch", server.url("/a")], environment: environment)
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1)
      #expect(
        run.errors.contains(
          "cannot create directory \(path.hasPrefix("/dev") ? "/dev/null" : path)"))
      #expect(run.errors.contains("KILN_CACHE_DIR names another store"))
      #expect(server.paths == [])
    }
  }

  @Test("says that there is no home to keep files in")
  func noHome() throws {
    try withDirectory { directory in
      var environment = environment(directory)
      for name in ["KILN_CACHE_DIR", "XDG_CACHE_HOME", "HOME"] { environment[name] = "" }
      let run = try CommandRun(["fetch", "mnist"], environment: environment)
      #expect(run.status == 1)
      #expect(run.errors.contains("set KILN_CACHE_DIR, XDG_CACHE_HOME or HOME"))
    }
  }

  @Test(
    "refuses words that do not go together",
    arguments: [
      ["fetch"], ["fetch", "mnits"], ["fetch", "mnist", "--splits", "validation"],
      ["fetch", "mnist", "--sha256", "00"], ["fetch", "http://127.0.0.1/a", "--sha256", "00"],
      ["fetch", "http://127.0.0.1/a", "--splits", "train"],
      [
        "convert", "sample:10", "--sha256", String(repeating: "0", count: 64), "--to",
        "npy=/dev/null/a",
      ],
      ["convert", "emnist", "--to", "npy=/dev/null/a"],
    ])
  func usage(_ words: [String]) throws {
    try withDirectory { store in
      let run = try CommandRun(words, environment: environment(store))
      #expect(run.status == 2, "\(run.errors)")
      #expect(try names(in: store) == [])
    }
  }

  @Test("converts the file at a URL that has the digest it must have, and no other")
  func convertURL() throws {
    try withDirectory { directory in
      let idx = directory.appending(path: "idx")
      #expect(try CommandRun(["convert", "sample:50", "--to", "idx=\(idx.path)"]).status == 0)
      let images = Array(try Data(contentsOf: idx.appending(path: "train-images-idx3-ubyte")))
      let server = try LoopbackServer { request, connection in connection.serve(images, to: request)
      }
      defer { server.stop() }
      let url = server.url("/train-images-idx3-ubyte")
      let environment = environment(directory.appending(path: "store"))
      let out = directory.appending(path: "out").path
      let wrong = try CommandRun(
        ["convert", url, "--sha256", String(repeating: "0", count: 64), "--to", "npy=\(out)"],
        environment: environment)
      #expect(wrong.status == 1)
      #expect(wrong.errors.contains("expected 0000"))
      let right = try CommandRun(
        ["convert", "\(url)#sha256=\(try sha256(images))", "--to", "npy=\(out)"],
        environment: environment)
      #expect(right.status == 0, "\(right.errors)")
      #expect(try names(in: URL(filePath: out)).contains("train-images.npy"))
    }
  }

  @Test("mentions a directory that is called as the data set which cannot be fetched")
  func namesake() throws {
    try withDirectory { directory in
      for isThere in [false, true] {
        if isThere {
          try FileManager.default.createDirectory(
            at: directory.appending(path: "mnist"), withIntermediateDirectories: false)
        }
        let run = try CommandRun(
          ["inspect", "mnist", "--offline"],
          environment: environment(directory.appending(path: "store")),
          after: "cd '\(directory.path)'")
        #expect(run.status == 1 && run.errorLines.count == 1)
        #expect(
          run.errors.hasSuffix(" (the directory of that name here is ./mnist)\n") == isThere,
          "\(run.errors)")
      }
    }
  }

  @Test("heeds the digest behind an address, and finds the file again without it")
  func addressDigest() throws {
    let server = try LoopbackServer { request, connection in
      connection.answer("200 OK", content("/a"))
    }
    defer { server.stop() }
    try withDirectory { store in
      let environment = environment(store)
      let zeros = String(repeating: "0", count: 64)
      let wrong = try CommandRun(
        ["fetch", server.url("/a") + "#sha256=\(zeros)"], environment: environment)
      #expect(wrong.status == 1)
      #expect(wrong.errors.contains("expected 0000"))
      let digest = try sha256(content("/a"))
      for end in ["#sha256=\(digest)", "#page=3", ""] {
        let run = try CommandRun(["fetch", server.url("/a") + end], environment: environment)
        #expect(run.status == 0, "\(run.errors)")
      }
      #expect(server.paths.count == 2)
    }
  }
}

/// What was asked for, and when half of it was sent.
private final class Ranges: @unchecked Sendable {
  // Unchecked: the list is reached only under the lock.
  private let lock = NSLock()
  private var list: [Int?] = []
  private let half = DispatchSemaphore(value: 0)

  func add(_ range: Int?) { lock.withLock { list.append(range) } }
  var all: [Int?] { lock.withLock { list } }
  func halfIsSent() { half.signal() }
  func waitForHalf() { half.wait() }
}

private final class Agents: @unchecked Sendable {
  // Unchecked: the list is reached only under the lock.
  private let lock = NSLock()
  private var list: [String] = []
  func add(_ agent: String) { lock.withLock { list.append(agent) } }
  var all: [String] { lock.withLock { list } }
}

/// Waits until a partial file has so many bytes.
private func waitForPartial(in store: URL, _ count: Int) {
  for _ in 0..<3000 {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: store.path)) ?? []
    for path in paths where path.hasSuffix(".partial") {
      let values = try? FileManager.default.attributesOfItem(
        atPath: store.appending(path: path).path)
      if values?[.size] as? Int == count { return }
    }
    usleep(20_000)
  }
}

/// The SHA-256 of bytes, by a program that everybody has.
private func sha256(_ bytes: [UInt8]) throws -> String {
  try withDirectory { directory in
    let file = directory.appending(path: "file")
    try Data(bytes).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl", "dgst", "-sha256", "-r", file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(String(decoding: output, as: UTF8.self).prefix(64))
  }
}
