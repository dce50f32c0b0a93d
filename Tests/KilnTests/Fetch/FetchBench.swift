import Foundation
import LoopbackServer

@testable import Kiln

typealias Answer = @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void

/// A store, a server and a file to fetch from it.
struct FetchBench {
  /// What the file is to be: bytes that look like nothing.
  static let content: [UInt8] = {
    var random = SplitMix64(state: 7)
    return (0..<300_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }()
  static let digest: FileDigest = {
    var hash = SHA256()
    hash.update(content.span)
    return .sha256(hexadecimal(hash.finish()))
  }()

  let directory: String
  let server: LoopbackServer
  var settings: FetchSettings
  /// The waits that were asked for; none of them is really waited.
  let waits = Waits()

  var store: FetchStore { FetchStore(directory: directory + "/store") }

  /// A file with mirrors at these paths of the server.
  func file(_ paths: String..., isKnown: Bool = true) -> RemoteFile {
    RemoteFile(
      dataset: "digits", name: "train.bin", byteCount: isKnown ? Self.content.count : nil,
      digest: Self.digest, urls: paths.map { $0.contains("://") ? $0 : server.url($0) })
  }

  func fetch(_ file: RemoteFile) throws -> FetchedFile? {
    try Fetcher(settings).fetch([file]).first
  }

  /// The reasons for which a file could not be had.
  func faults(_ file: RemoteFile) throws -> [MirrorFault] {
    do {
      _ = try fetch(file)
      return []
    } catch let error as StageError {
      guard case .noMirror(let attempts, _, _) = error.reason as? FetchError else { throw error }
      return attempts.map(\.fault)
    }
  }

  /// The names in the file's folder of the store, hidden ones too.
  func stored() throws -> [String] {
    let folder = store.directory + "/digits"
    return Path.kind(of: folder) == nil ? [] : try names(in: folder)
  }

  /// What somebody who was stopped has left.
  func leavePartial(_ bytes: some Collection<UInt8>, from url: String?, validator: String?) throws {
    let file = file()
    try makeDirectory(store.folder(of: file))
    try write(Array(bytes), to: store.partialPath(of: file))
    guard let url else { return }
    let record = JSON.object(["url": .text(url), "validator": validator.map(JSON.text) ?? .null])
    try write(Array(try record.text().utf8), to: store.recordPath(of: file))
  }
}

/// Lends `body` a store and a server that answers `/good` well and everything else by `answer`.
func withFetchBench<Result>(
  _ answer: @escaping Answer = { _, _ in }, _ body: (FetchBench) throws -> Result
) throws -> Result {
  try withTemporaryDirectory { directory in
    let server = try LoopbackServer { request, connection in
      if request.path == "/good" {
        connection.serve(FetchBench.content, to: request)
      } else {
        answer(request, connection)
      }
    }
    defer { server.stop() }
    var bench = FetchBench(directory: directory, server: server, settings: FetchSettings())
    let waits = bench.waits
    bench.settings.store = bench.store
    bench.settings.mirror = nil
    bench.settings.limits.seed = 1
    bench.settings.limits.pace = { wait in
      waits.append(wait)
      return .zero
    }
    return try body(bench)
  }
}

/// Waits that were asked for.
final class Waits: Sendable {
  private let list = Locked<[Duration]>([])
  func append(_ wait: Duration) { list.withLock { $0.append(wait) } }
  var all: [Duration] { list.withLock { $0 } }
}
