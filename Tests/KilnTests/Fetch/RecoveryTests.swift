import Foundation
import LoopbackServer
import Testing

@testable import Kiln

@Suite("Getting a file in spite of everything", .timeLimit(.minutes(20)))
struct RecoveryTests {
  private static let content = FetchBench.content
  private static let half = content.count / 2

  /// Sends half of the file, of a version by `tag`, and breaks off.
  private static func sendHalf(_ connection: LoopbackServer.Connection, tag: String) {
    connection.sendHead("200 OK", "Content-Length: \(content.count)", "ETag: \(tag)")
    connection.send(content[..<half])
  }

  @Test("goes on where a connection broke, and asks that the file be the same")
  func resume() throws {
    let asked = Asked()
    try withFetchBench({ request, connection in
      asked.add(request)
      guard request.number > 0 else { return Self.sendHalf(connection, tag: "\"a\"") }
      connection.serve(Self.content, to: request)
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
      #expect(asked.ranges == [nil, Self.half])
      #expect(asked.validators == [nil, "\"a\""])
    }
  }

  @Test("goes on with what another process has left")
  func resumeLater() throws {
    let asked = Asked()
    try withFetchBench({ request, connection in
      asked.add(request)
      connection.serve(Self.content, to: request)
    }) { bench in
      try bench.leavePartial(
        Self.content[..<1000], from: bench.server.url("/a"), validator: "\"a\"")
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
      #expect(asked.ranges == [1000])
      #expect(try bench.stored() == ["train.bin"])
    }
  }

  @Test("asks for nothing where only the name was missing")
  func complete() throws {
    try withFetchBench { bench in
      try bench.leavePartial(Self.content, from: nil, validator: nil)
      #expect(try bench.fetch(bench.file("/good"))?.byteCount == Self.content.count)
      #expect(bench.server.paths == [])
    }
  }

  @Test(
    "begins afresh where what was left is as long as the file, or longer, and wrong",
    arguments: [0, 1, 1000])
  func wrongLeftover(_ surplus: Int) throws {
    try withFetchBench { bench in
      try bench.leavePartial(
        [UInt8](repeating: 1, count: Self.content.count + surplus), from: nil, validator: nil)
      let fetched = try #require(try bench.fetch(bench.file("/good")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("begins afresh where the file on the server has changed", arguments: [true, false])
  func changed(_ obeysIfRange: Bool) throws {
    try withFetchBench({ request, connection in
      guard request.number > 0 else {
        connection.sendHead("200 OK", "Content-Length: \(Self.content.count)", "ETag: \"old\"")
        connection.send([UInt8](repeating: 9, count: 1000))
        return
      }
      if let start = request.rangeStart, !obeysIfRange {
        return connection.answer(
          "206 Partial Content", Self.content[start...], "ETag: \"new\"",
          "Content-Range: bytes \(start)-\(Self.content.count - 1)/\(Self.content.count)")
      }
      connection.serve(Self.content, to: request, tag: "\"new\"")
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("begins afresh where the server ignores what part is asked for")
  func ignoresRange() throws {
    try withFetchBench({ request, connection in
      guard request.number > 0 else { return Self.sendHalf(connection, tag: "\"a\"") }
      connection.answer("200 OK", Self.content, "ETag: \"a\"")
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("begins afresh where the server knows no such part")
  func unsatisfiable() throws {
    try withFetchBench({ request, connection in
      if request.rangeStart != nil { return connection.answer("416 Range Not Satisfiable", []) }
      connection.serve(Self.content, to: request)
    }) { bench in
      try bench.leavePartial(Self.content[..<9], from: bench.server.url("/a"), validator: "\"a\"")
      _ = try bench.fetch(bench.file("/a"))
      #expect(bench.server.paths.count == 2)
    }
  }

  @Test("goes on at another server with what a broken one has sent")
  func resumeElsewhere() throws {
    let asked = Asked()
    try withFetchBench({ request, connection in
      if request.path == "/b" {
        asked.add(request)
        return connection.serve(Self.content, to: request, tag: "\"b\"")
      }
      Self.sendHalf(connection, tag: "\"a\"")
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a", "/b")))
      #expect(try contents(of: fetched.path) == Self.content)
      #expect(asked.ranges == [Self.half])
      #expect(asked.validators == [nil])
    }
  }

  @Test("asks a good server for the whole file where the first half was another one's lie")
  func lyingStart() throws {
    let asked = Asked()
    try withFetchBench({ request, connection in
      if request.path == "/b" {
        asked.add(request)
        return connection.serve(Self.content, to: request)
      }
      connection.sendHead("200 OK", "Content-Length: \(Self.content.count)")
      connection.send([UInt8](repeating: 3, count: Self.half))
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a", "/b")))
      #expect(try contents(of: fetched.path) == Self.content)
      #expect(asked.ranges == [Self.half, nil])
    }
  }

  @Test("waits as long as a busy server asks, and comes back", arguments: [429, 503])
  func busy(_ status: Int) throws {
    try withFetchBench({ request, connection in
      guard request.number > 1 else {
        return connection.answer("\(status) Later", [], "Retry-After: 40")
      }
      connection.serve(Self.content, to: request)
    }) { bench in
      _ = try bench.fetch(bench.file("/a"))
      #expect(bench.waits.all == [.seconds(40), .seconds(40)])
    }
  }

  @Test("waits longer from try to try, and differently each time")
  func backoff() throws {
    try withFetchBench({ _, connection in connection.answer("503 Busy", []) }) { bench in
      _ = try bench.faults(bench.file("/a"))
      let waits = bench.waits.all
      #expect(waits.count == 4)
      for (wait, most) in zip(waits, [1, 2, 4, 8]) {
        #expect(wait >= .milliseconds(500 * most) && wait <= .seconds(most))
      }
      var other = Backoff(FetchLimits(), salt: "a")
      var another = Backoff(FetchLimits(), salt: "b")
      #expect((1...5).map { other.wait(after: $0) } != (1...5).map { another.wait(after: $0) })
      #expect(other.wait(after: 1000) <= .seconds(60))
    }
  }

  @Test("gives up on a server that breaks off at the same place each time")
  func breaksOffAlways() throws {
    try withFetchBench({ _, connection in
      // Nothing proves that a rest belongs to this, so that each try begins afresh.
      connection.sendHead("200 OK", "Content-Length: \(Self.content.count)")
      connection.send(Self.content[..<Self.half])
    }) { bench in
      var bench = bench
      bench.settings.limits.progressByteCount = Self.half / 2
      let faults = try bench.faults(bench.file("/a", isKnown: false))
      #expect(faults.count == 1)
      #expect(bench.server.paths.count < 10)
    }
  }

  @Test("takes no length that cannot be counted")
  func hugeLength() throws {
    try withFetchBench({ request, connection in
      guard request.rangeStart != nil else { return connection.serve(Self.content, to: request) }
      connection.sendHead(
        "206 Partial Content", "Content-Length: \(Int.max)", "ETag: \"a\"",
        "Content-Range: bytes 1000-/\(Self.content.count)")
      connection.send([1])
    }) { bench in
      try bench.leavePartial(
        Self.content[..<1000], from: bench.server.url("/a"), validator: "\"a\"")
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("sends a password and keeps it out of records and messages")
  func password() throws {
    let asked = Locked<[String?]>([])
    try withFetchBench({ request, connection in
      asked.withLock { $0.append(request.header["authorization"]) }
      guard request.path == "/a" else { return connection.answer("404 Not Found", []) }
      connection.serve(Self.content, to: request)
    }) { bench in
      let url = { (path: String) in
        bench.server.url(path).replacing("://", with: "://user:secret@")
      }
      let fetched = try Fetcher(bench.settings).fetch(url: url("/a"))
      #expect(fetched.origin == .server(url: bench.server.url("/a")))
      #expect(asked.withLock { $0 } == ["Basic dXNlcjpzZWNyZXQ="])
      let record = try contents(of: bench.store.directory + "/trusted.json")
      #expect(!String(decoding: record, as: UTF8.self).contains("secret"))
      let error = #expect(throws: StageError.self) {
        try Fetcher(bench.settings).fetch(url: url("/b"))
      }
      #expect(try #require(error).description.contains("secret") == false)
    }
  }

  @Test("leaves a server that trickles for one that does not")
  func trickle() throws {
    try withFetchBench({ request, connection in
      connection.sendHead("200 OK", "Content-Length: \(Self.content.count)", "ETag: \"a\"")
      for byte in Self.content {
        guard connection.isWanted, connection.send([byte]) else { return }
        usleep(20_000)
      }
    }) { bench in
      var bench = bench
      bench.settings.limits.rateWindow = .milliseconds(200)
      let fetched = try #require(try bench.fetch(bench.file("/slow", "/good")))
      #expect(fetched.origin == .server(url: bench.server.url("/good")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("comes back to a server that was only slow where all others fail")
  func slowButTrue() throws {
    try withFetchBench({ request, connection in
      guard request.path == "/slow" else { return connection.answer("404 Not Found", []) }
      guard request.number == 0 else { return connection.serve(Self.content, to: request) }
      connection.sendHead("200 OK", "Content-Length: \(Self.content.count)", "ETag: \"a\"")
      for byte in Self.content {
        guard connection.isWanted, connection.send([byte]) else { return }
        usleep(20_000)
      }
    }) { bench in
      var bench = bench
      bench.settings.limits.rateWindow = .milliseconds(200)
      let fetched = try #require(try bench.fetch(bench.file("/slow", "/none")))
      #expect(fetched.origin == .server(url: bench.server.url("/slow")))
      #expect(bench.server.paths == ["/slow", "/none", "/slow"])
    }
  }

  @Test("leaves a server that sends nothing any more")
  func stall() throws {
    try withFetchBench({ request, connection in
      connection.sendHead("200 OK", "Content-Length: \(Self.content.count)")
      connection.send(Self.content[..<Self.half])
      while connection.isWanted { usleep(20_000) }
    }) { bench in
      var bench = bench
      bench.settings.limits.stall = .milliseconds(300)
      bench.settings.limits.retries = 1
      _ = try bench.fetch(bench.file("/stalls", "/good"))
      #expect(bench.server.paths == ["/stalls", "/stalls", "/good"])
    }
  }

  @Test("takes what was announced of a body that is longer")
  func longerThanAnnounced() throws {
    try withFetchBench({ _, connection in
      connection.sendHead("200 OK", "Content-Length: \(Self.content.count)")
      connection.send(Self.content + Self.content)
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("undoes a packing that a proxy has added", arguments: [true, false])
  func packedByProxy(_ isKnown: Bool) throws {
    let packed = GzipMember(content: Self.content).bytes
    try withFetchBench({ _, connection in
      connection.answer("200 OK", packed, "Content-Encoding: gzip")
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a", isKnown: isKnown)))
      #expect(try contents(of: fetched.path) == Self.content)
      #expect(try bench.stored() == ["train.bin"])
    }
  }

  @Test("keeps a file packed that a server only calls packed for the way")
  func packedByNature() throws {
    try withFetchBench({ _, connection in
      connection.answer("200 OK", Self.content, "Content-Encoding: x-gzip")
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/a")))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }

  @Test("follows up to five redirects")
  func redirects() throws {
    try withFetchBench({ request, connection in
      if request.path == "/1/2345" { return connection.serve(Self.content, to: request) }
      let next = ["/0": "/1/2", "/1/2": "23", "/1/23": "/1/234?x", "/1/234?x": "/1/a/../2345"]
      connection.answer("302 Found", [], "Location: \(next[request.path] ?? "/0")")
    }) { bench in
      let fetched = try #require(try bench.fetch(bench.file("/start")))
      #expect(fetched.origin == .server(url: bench.server.url("/start")))
    }
  }

  @Test("asks a server as often where it leads elsewhere as where it answers itself")
  func retriesBehindRedirects() throws {
    try withFetchBench({ request, connection in
      let isThere = request.path == "/b" || request.path == "/direct"
      if isThere { return connection.answer("503 Service Unavailable", []) }
      connection.answer("302 Found", [], "Location: \(request.path == "/led" ? "/a" : "/b")")
    }) { bench throws in
      let tries = { (path: String) throws -> Int? in
        let error = #expect(throws: StageError.self) { try bench.fetch(bench.file(path)) }
        guard case .noMirror(let attempts, _, _) = error?.reason as? FetchError else { return nil }
        return attempts.first?.tries
      }
      let expected = bench.settings.limits.retries + 1
      #expect(try tries("/direct") == expected)
      #expect(try tries("/led") == expected)
      #expect(bench.server.paths.count { $0 == "/b" } == expected)
    }
  }

  @Test("keeps no token of an address, and shows none")
  func tokens() throws {
    try withFetchBench({ request, connection in
      guard request.path.hasSuffix("?token=secret") else {
        return connection.answer("404 Not Found", [])
      }
      connection.serve(Self.content, to: request)
    }) { bench in
      let fetcher = Fetcher(bench.settings)
      let fetched = try fetcher.fetch(url: bench.server.url("/a?token=secret"))
      #expect(fetched.origin == .server(url: bench.server.url("/a?…")))
      let record = try contents(of: bench.store.directory + "/trusted.json")
      #expect(!String(decoding: record, as: UTF8.self).contains("secret"))
      let known = TrustedFiles(in: bench.store)
      #expect(try known.sha256(of: bench.server.url("/a?token=secret")) == fetched.sha256)
      #expect(try known.sha256(of: bench.server.url("/a?token=other")) == nil)
      let line = sentence { _ = try fetcher.fetch(url: bench.server.url("/a?token=wrong")) }
      #expect(line?.contains("/a?…: HTTP 404 Not Found") == true)
      #expect(line?.contains("wrong") == false)
    }
  }

  @Test("takes no directory for a file")
  func directoryAddress() throws {
    try withFetchBench { bench in
      let faults = try bench.faults(bench.file("file://" + bench.directory, isKnown: false))
      #expect(
        faults == [
          .unreachable(reason: "is a directory, expected a file (name it by its path)")
        ])
      #expect(try bench.stored().allSatisfy { $0.hasPrefix(".") })
    }
  }

  @Test("reads from a file address, and goes on where there is none")
  func fileAddress() throws {
    try withFetchBench { bench in
      let path = bench.directory + "/published.bin"
      #expect(try bench.faults(bench.file("file://" + path)).count == 1)
      try write(Self.content, to: path)
      let fetched = try #require(try bench.fetch(bench.file("file://" + path)))
      #expect(try contents(of: fetched.path) == Self.content)
    }
  }
}

/// What was asked for.
private final class Asked: Sendable {
  private let requests = Locked<[LoopbackServer.Request]>([])
  func add(_ request: LoopbackServer.Request) { requests.withLock { $0.append(request) } }
  var ranges: [Int?] { requests.withLock { $0.map(\.rangeStart) } }
  var validators: [String?] { requests.withLock { $0.map { $0.header["if-range"] } } }
}
