import Foundation
import LoopbackServer
import Testing

@testable import Kiln

@Suite("The store of fetched files", .timeLimit(.minutes(20)))
struct StoreTests {
  @Test("asks nobody for what is there")
  func present() throws {
    try withFetchBench { bench in
      _ = try bench.fetch(bench.file("/good"))
      let again = try #require(try bench.fetch(bench.file("/good")))
      #expect(again.origin == .store)
      #expect(bench.server.paths == ["/good"])
    }
  }

  @Test("fetches a file again that has lost bytes since")
  func shortened() throws {
    try withFetchBench { bench in
      let fetched = try #require(try bench.fetch(bench.file("/good")))
      try write([1, 2, 3], to: fetched.path)
      #expect(try bench.store.verify(fetched.file) == false)
      _ = try bench.fetch(bench.file("/good"))
      #expect(try contents(of: fetched.path) == FetchBench.content)
      #expect(try bench.store.verify(fetched.file) == true)
    }
  }

  @Test("says which file of the store is damaged when it has been read")
  func damaged() throws {
    try withFetchBench { bench in
      let fetched = try #require(try bench.fetch(bench.file("/good")))
      let url = bench.server.url("/good")
      let fetch = try SourceFetch(
        SourceRequest(paths: [url], sha256: FetchBench.digest.text),
        by: Fetcher(bench.settings))
      let path = try #require(fetch.request.paths.first)
      #expect(throws: Never.self) { try fetch.check(path, sha256: FetchBench.digest.text) }
      #expect(throws: StageError.self) { try fetch.check(path, sha256: "00") }
      #expect(throws: Never.self) { try fetch.check(fetched.path, sha256: "00") }
    }
  }

  @Test("takes a file from a local directory by its digest, whatever it is called there")
  func localDirectory() throws {
    try withFetchBench { bench in
      let place = bench.directory + "/downloads/deeper"
      try makeDirectory(place)
      try write(FetchBench.content.reversed(), to: place + "/train.bin")
      try write(FetchBench.content, to: place + "/train (1).bin")
      var bench = bench
      bench.settings.localDirectory = bench.directory + "/downloads"
      bench.settings.network = .offline
      let fetched = try #require(try bench.fetch(bench.file("/good")))
      #expect(fetched.origin == .directory(path: place + "/train (1).bin"))
      #expect(try contents(of: fetched.path) == FetchBench.content)
      #expect(try bench.stored() == ["train.bin"])
    }
  }

  @Test("fetches what a local directory does not have")
  func localDirectoryWithout() throws {
    try withFetchBench { bench in
      var bench = bench
      try makeDirectory(bench.directory + "/downloads")
      try write([1], to: bench.directory + "/downloads/train.bin")
      bench.settings.localDirectory = bench.directory + "/downloads"
      #expect(
        try bench.fetch(bench.file("/good"))?.origin == .server(url: bench.server.url("/good")))
    }
  }

  #if os(Linux)
    @Test("says that the disk is full, asks no other server, and leaves no file")
    func fullDisk() throws {
      try withFetchBench { bench in
        let file = bench.file("/good", "/other")
        try makeDirectory(bench.store.folder(of: file))
        try FileManager.default.createSymbolicLink(
          atPath: bench.store.partialPath(of: file), withDestinationPath: "/dev/full")
        let error = #expect(throws: StageError.self) { try bench.fetch(file) }
        #expect(try #require(error).description.contains("No space left on device"))
        #expect(bench.server.paths == ["/good"])
        #expect(try !bench.stored().contains("train.bin"))
      }
    }
  #endif

  @Test("says that a store cannot be written")
  func unwritable() throws {
    try withFetchBench { bench in
      try write([1], to: bench.directory + "/store")
      let error = #expect(throws: StageError.self) { try bench.fetch(bench.file("/good")) }
      #expect(try #require(error).description.contains("(KILN_CACHE_DIR names another store)"))
      #expect(bench.server.paths == [])
    }
  }

  @Test("stops between two bytes when it is asked to, and leaves what can be gone on with")
  func cancelled() throws {
    let cancellation = Cancellation()
    try withFetchBench({ request, connection in
      connection.sendHead("200 OK", "Content-Length: \(FetchBench.content.count)", "ETag: \"a\"")
      connection.send(FetchBench.content[..<1000])
      usleep(100_000)
      cancellation.cancel()
      while connection.isWanted, connection.send([]) { usleep(10_000) }
    }) { bench in
      #expect(throws: Interruption.self) {
        try Fetcher(bench.settings, cancellation: cancellation).fetch([bench.file("/a")])
      }
      let stored = try bench.stored()
      #expect(stored == [".train.bin.partial", ".train.bin.partial.json"])
    }
  }

  @Test("goes on with a record that is damaged as if there were none", arguments: ["", "{", "[1]"])
  func damagedRecord(_ text: String) throws {
    try withFetchBench { bench in
      try bench.leavePartial(FetchBench.content[..<500], from: nil, validator: nil)
      try write(Array(text.utf8), to: bench.store.recordPath(of: bench.file()))
      let fetched = try #require(try bench.fetch(bench.file("/good")))
      #expect(try contents(of: fetched.path) == FetchBench.content)
    }
  }

  @Test("never sends a line of its own by a record's validator")
  func headerInjection() throws {
    let lines = Locked<[String]>([])
    try withFetchBench({ request, connection in
      lines.withLock { $0 = Array(request.header.keys) }
      connection.serve(FetchBench.content, to: request)
    }) { bench in
      try bench.leavePartial(
        FetchBench.content[..<500], from: bench.server.url("/a"), validator: "\"a\"\r\nX-Evil: 1")
      _ = try bench.fetch(bench.file("/a"))
      #expect(lines.withLock { !$0.contains("x-evil") })
    }
  }

  @Test("fetches many files, a few at a time")
  func many() throws {
    let count = Locked((now: 0, most: 0))
    try withFetchBench({ request, connection in
      count.withLock { count in
        count.now += 1
        count.most = max(count.most, count.now)
      }
      usleep(20_000)
      connection.serve(FetchBench.content, to: request)
      count.withLock { $0.now -= 1 }
    }) { bench in
      let files = (0..<20).map { number in
        RemoteFile(
          dataset: "digits", name: "\(number)", byteCount: FetchBench.content.count,
          digest: FetchBench.digest, urls: [bench.server.url("/\(number)")])
      }
      let fetched = try Fetcher(bench.settings).fetch(files)
      #expect(fetched.map(\.file.name) == files.map(\.name))
      #expect(count.withLock { $0.most } <= bench.settings.limits.transfers)
      #expect(bench.server.paths.count == 20)
    }
  }

  @Test("tells how far it is, and ends with everything done")
  func progress() throws {
    let seen = Locked<[FetchProgress]>([])
    try withFetchBench { bench in
      _ = try Fetcher(bench.settings, watch: { progress in seen.withLock { $0.append(progress) } })
        .fetch([bench.file("/good")])
      let last = try #require(seen.withLock { $0.last?.files.first })
      #expect(last.state == .done)
      #expect(last.byteCount == FetchBench.content.count)
      #expect(last.totalByteCount == FetchBench.content.count)
    }
  }
}
