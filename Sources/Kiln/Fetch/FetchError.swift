/// What is wrong with one server's answer.
public enum MirrorFault: Error, Sendable, Equatable {
  /// There is no answer.
  case unreachable(reason: String)
  /// The server cannot prove who it is.
  case untrusted(reason: String)
  /// It is no address that Kiln reads from.
  case badAddress
  /// The answer is a refusal.
  case status(Int)
  /// The server asks to come back later than anybody would wait.
  case busy(status: Int, seconds: Int?)
  /// The connection broke.
  case interrupted(reason: String)
  /// Nothing came any more.
  case stalled(seconds: Int)
  /// There is a faster one, perhaps.
  case slow(rate: Int, floor: Int)
  /// The file has another size.
  case wrongSize(expected: Int, found: Int)
  /// More comes than the file has.
  case tooLong(expected: Int)
  /// The file has other bytes.
  case wrongDigest(expected: FileDigest, found: FileDigest)
  /// It is a page for people.
  case webPage(byteCount: Int?, expected: Int?)
  /// The answer leads to where Kiln does not go.
  case redirect(to: String)
  /// One answer leads to the next.
  case redirects(limit: Int)
  /// The file is packed for the way in a manner nobody asked for.
  case encoded(String)
  /// What was packed for the way cannot be unpacked.
  case damagedEncoding(reason: String)

  /// A few words for the list of all servers.
  public var sentence: String {
    switch self {
    case .unreachable(let reason), .interrupted(let reason): reason
    case .untrusted(let reason): "\(reason) (--cacert names the authority to trust)"
    case .badAddress: "no http, https or file address"
    case .status(let status): "HTTP \(status)" + (Self.words[status].map { " " + $0 } ?? "")
    case .busy(let status, let seconds):
      "HTTP \(status)" + (seconds.map { ", come back in \($0) s" } ?? "")
    case .stalled(let seconds): "nothing came for \(seconds) s"
    case .slow(let rate, let floor): "\(rate) bytes/s, below the floor of \(floor) (--min-speed)"
    case .wrongSize(let expected, let found): "\(found) bytes, expected \(expected)"
    case .tooLong(let expected): "more than the expected \(expected) bytes"
    case .wrongDigest(let expected, let found):
      "\(expected.algorithm.name) is \(found.text), expected \(expected.text)"
    case .webPage(let count, let expected):
      "the server sent a web page" + (count.map { ", \($0) bytes" } ?? "")
        + (expected.map { " instead of \($0) bytes" } ?? "")
    case .redirect(let target): "leads to \(target), where Kiln does not follow"
    case .redirects(let limit): "leads from one address to the next, more than \(limit) times"
    case .encoded(let name): "packed for the way as '\(name)', which nobody asked for"
    case .damagedEncoding(let reason): "cannot be unpacked: \(reason)"
    }
  }

  private static let words = [
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 410: "Gone", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout",
  ]
}

/// A file that could not be had.
public enum FetchError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One server that was tried.
  public struct Attempt: Sendable, Equatable {
    /// The address.
    public let url: String
    /// What was wrong with the last try.
    public let fault: MirrorFault
    /// How often it was tried.
    public let tries: Int

    var isSlow: Bool { if case .slow = fault { true } else { false } }
  }

  /// Every server was tried.
  case noMirror([Attempt], file: RemoteFile, others: Int)
  /// No server was to be asked.
  case offline(missing: [RemoteFile], store: String)
  /// The bytes are not those of the first time.
  case changed(url: String, expected: String, found: String, record: String)

  /// The sentence a user sees.
  public var description: String {
    switch self {
    case .noMirror(let attempts, let file, let others):
      "no server has it: "
        + attempts.map { attempt in
          let tries = attempt.tries > 1 ? " (\(attempt.tries) tries)" : ""
          return "\(attempt.url): \(attempt.fault.sentence)\(tries)"
        }.joined(separator: "; ")
        + (others == 0 ? "" : "; \(others) more files failed, too") + Self.wayOut([file])
    case .offline(let missing, let store):
      "not in \(store), and --offline forbids fetching: "
        + missing.map(Self.place(of:)).joined(separator: ", ") + Self.wayOut(missing)
    case .changed(let url, let expected, let found, let record):
      "\(url) has changed since it was first fetched: SHA-256 is \(found), \(record) has \(expected)"
        + " (take its line out of that file to trust the new one)"
    }
  }

  /// A file with the address where it can be had, which says it all for one of no data set.
  private static func place(of file: RemoteFile) -> String {
    let address = file.urls.first.map { RemoteFile.shown($0) }
    if file.isOfURL { return address ?? file.name }
    return file.name + (address.map { " (from \($0))" } ?? "")
  }

  private static func wayOut(_ files: [RemoteFile]) -> String {
    guard let first = files.first, files.allSatisfy({ $0.digest != nil && !$0.isOfURL }) else {
      return ""
    }
    let what = files.count == 1 ? "\(first.name) yourself, put it" : "them yourself, put them"
    return " (or get \(what) into any DIR, and run: kiln fetch \(first.datasetName) --from DIR)"
  }
}

extension RemoteFile {
  /// The name of a data set that has this file: members of a family share a directory of the store.
  fileprivate var datasetName: String {
    let members = KnownDataset.all.filter { $0.family == dataset || $0.name == dataset }
    return members.first { $0.allRemoteFiles.contains { $0.name == name } }?.name ?? dataset
  }
}
