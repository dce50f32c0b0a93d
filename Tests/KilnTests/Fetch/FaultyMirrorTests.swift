import LoopbackServer
import Testing

@testable import Kiln

/// A way in which a server can be wrong, and what is said of it.
struct FaultyMirror: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// How often its first address is asked for.
  let tries: Int
  let answer: Answer
  let isFault: @Sendable (MirrorFault) -> Bool

  init(
    _ description: String, tries: Int = 1, _ isFault: @escaping @Sendable (MirrorFault) -> Bool,
    _ answer: @escaping Answer
  ) {
    testDescription = description
    self.tries = tries
    self.answer = answer
    self.isFault = isFault
  }

  private static let content = FetchBench.content
  private static let half = content.count / 2
  private static let page = Array("<!DOCTYPE html><html><body>Moved.</body></html>".utf8)

  static let all = [
    FaultyMirror("resets without an answer", tries: 5, { $0.isInterruption }) { _, connection in
      connection.reset()
    },
    FaultyMirror("resets half-way, always at the same place", tries: 5, { $0.isInterruption }) {
      request, connection in
      guard request.rangeStart == nil else { return connection.reset() }
      connection.sendHead("200 OK", "Content-Length: \(content.count)", "ETag: \"a\"")
      connection.send(content[..<half])
      connection.reset()
    },
    FaultyMirror("closes half-way", tries: 5, { $0.isInterruption }) { request, connection in
      connection.sendHead("200 OK", "Content-Length: \(content.count)")
      connection.send(content[..<half])
    },
    FaultyMirror("closes half-way and never said how much", tries: 5, { $0.isInterruption }) {
      _, connection in
      connection.sendHead("200 OK")
      connection.send(content[..<half])
    },
    FaultyMirror(
      "announces another size",
      { $0 == .wrongSize(expected: content.count, found: content.count - 1) }
    ) { _, connection in
      connection.answer("200 OK", content.dropLast())
    },
    FaultyMirror("sends more than there is", { $0 == .tooLong(expected: content.count) }) {
      _, connection in
      connection.sendHead("200 OK")
      while connection.send(content) {}
    },
    FaultyMirror("has the right size and wrong bytes", { $0.isDigest }) { _, connection in
      connection.answer("200 OK", content.dropLast() + [content[content.count - 1] ^ 1])
    },
    FaultyMirror("refuses by 403", { $0 == .status(403) }) { _, connection in
      connection.answer("403 Forbidden", page)
    },
    FaultyMirror("has nothing: 404", { $0 == .status(404) }) { _, connection in
      connection.answer("404 Not Found", page)
    },
    FaultyMirror("fails by 500", { $0 == .status(500) }) { _, connection in
      connection.answer("500 Internal Server Error", [])
    },
    FaultyMirror("is always busy: 429", tries: 5, { $0 == .busy(status: 429, seconds: 7) }) {
      _, connection in
      connection.answer("429 Too Many Requests", [], "Retry-After: 7")
    },
    FaultyMirror(
      "is always out of service: 503", tries: 5, { $0 == .busy(status: 503, seconds: nil) }
    ) { _, connection in
      connection.answer("503 Service Unavailable", page)
    },
    FaultyMirror("asks to come back in an hour", { $0 == .busy(status: 429, seconds: 3600) }) {
      _, connection in
      connection.answer("429 Too Many Requests", [], "Retry-After: 3600")
    },
    FaultyMirror("sends a web page of another size", { $0.isWebPage }) { _, connection in
      connection.answer("200 OK", page, "Content-Type: text/html; charset=utf-8")
    },
    FaultyMirror("sends a web page and does not say so", { $0.isWebPage }) { _, connection in
      connection.sendHead("200 OK", "Content-Type: application/gzip")
      connection.send(page)
    },
    FaultyMirror("sends a web page of the right size", { $0.isWebPage }) { _, connection in
      let filling = [UInt8](repeating: 0x20, count: content.count - page.count)
      connection.answer("200 OK", page + filling)
    },
    FaultyMirror("leads round in a circle", tries: 3, { $0 == .redirects(limit: 5) }) {
      request, connection in
      let next = request.path.hasSuffix("x") ? "/bad" : request.path + "x"
      connection.answer("302 Found", [], "Location: \(next)")
    },
    FaultyMirror("leads to a file", { $0 == .redirect(to: "file:///etc/hostname") }) {
      _, connection in
      connection.answer("301 Moved Permanently", [], "Location: file:///etc/hostname")
    },
    FaultyMirror("leads on and does not say where", { $0 == .status(302) }) { _, connection in
      connection.answer("302 Found", [])
    },
    FaultyMirror("leads nowhere", { $0 == .redirect(to: "gopher://127.0.0.1/") }) { _, connection in
      connection.answer("307 Temporary Redirect", [], "Location: gopher://127.0.0.1/")
    },
    FaultyMirror("packs the file in a way that nobody asked for", { $0 == .encoded("br") }) {
      _, connection in
      connection.answer("200 OK", content, "Content-Encoding: br")
    },
    FaultyMirror("says that it is packed, and sends rubbish", { $0.isDamagedEncoding }) {
      _, connection in
      connection.answer("200 OK", content.reversed(), "Content-Encoding: gzip")
    },
    FaultyMirror("sends a part that nobody asked for", tries: 2, { $0.isInterruption }) {
      _, connection in
      connection.answer("206 Partial Content", content[5...], "Content-Range: bytes 5-9/10")
    },
    FaultyMirror("is no web server", { $0.isUnreachable }) { _, connection in
      connection.send("220 mail.example ESMTP\r\n")
    },
  ]
}

extension MirrorFault {
  fileprivate var isInterruption: Bool { if case .interrupted = self { true } else { false } }
  fileprivate var isDigest: Bool { if case .wrongDigest = self { true } else { false } }
  fileprivate var isWebPage: Bool { if case .webPage = self { true } else { false } }
  fileprivate var isUnreachable: Bool { if case .unreachable = self { true } else { false } }
  fileprivate var isDamagedEncoding: Bool {
    if case .damagedEncoding = self { true } else { false }
  }
}

@Suite("Servers that are wrong", .timeLimit(.minutes(20)))
struct FaultyMirrorTests {
  @Test("gets the file from the next server", arguments: FaultyMirror.all)
  func nextServer(_ mirror: FaultyMirror) throws {
    try withFetchBench(mirror.answer) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/bad", "/good")))
      #expect(fetched.origin == .server(url: bench.server.url("/good")))
      #expect(try contents(of: fetched.path) == FetchBench.content)
      #expect(try bench.stored() == ["train.bin"])
    }
  }

  @Test("says what is wrong, and keeps no bad file", arguments: FaultyMirror.all)
  func onlyServer(_ mirror: FaultyMirror) throws {
    try withFetchBench(mirror.answer) { bench in
      let faults = try bench.faults(bench.file("/bad"))
      #expect(faults.count == 1)
      #expect(faults.allSatisfy(mirror.isFault), "\(faults)")
      #expect(bench.server.paths.count { $0 == "/bad" } == mirror.tries)
      #expect(try !bench.stored().contains("train.bin"))
      // Whatever is left can be gone on with.
      let fetched = try #require(try bench.fetch(bench.file("/good")))
      #expect(try contents(of: fetched.path) == FetchBench.content)
    }
  }

  @Test("names every server with its reason, and how to go on without them")
  func finalError() throws {
    try withFetchBench({ request, connection in
      connection.answer(request.path == "/a" ? "403 Forbidden" : "404 Not Found", [])
    }) { bench in
      let error = #expect(throws: StageError.self) {
        try bench.fetch(bench.file("/a", "http://127.0.0.1:1/b", "/c"))
      }
      let text = try #require(error).description
      #expect(
        text.hasPrefix("fetch train.bin: no server has it: \(bench.server.url("/a")): HTTP 403"))
      #expect(text.contains("http://127.0.0.1:1/b: Failed to connect"))
      #expect(text.contains("\(bench.server.url("/c")): HTTP 404 Not Found"))
      #expect(text.hasSuffix("and run: kiln fetch digits --from DIR)"))
      #expect(try bench.stored() == [])
    }
  }

  @Test("gets the file from the next server when nobody listens at the first one")
  func refused() throws {
    try withFetchBench { bench in
      _ = try bench.fetch(bench.file("http://127.0.0.1:1/train.bin", "/good"))
      #expect(try bench.stored() == ["train.bin"])
    }
  }

  @Test("asks the server of the company first, for a path as in the store")
  func companyMirror() throws {
    try withFetchBench({ request, connection in
      connection.serve(FetchBench.content, to: request)
    }) { bench in
      var bench = bench
      bench.settings.mirror = bench.server.url("/company/")
      _ = try bench.fetch(bench.file("/good"))
      #expect(bench.server.paths == ["/company/digits/train.bin"])
    }
  }
}
