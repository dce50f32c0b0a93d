/// The servers of one file: which is asked next, and what was wrong with the others.
struct MirrorList {
  private struct Mirror {
    let url: String
    /// What it sent when it was left for being slow.
    var rate: Int?
  }

  private var waiting: [Mirror]
  private var current: Mirror?
  private(set) var attempts: [FetchError.Attempt] = []
  /// Tries of the current server.
  private(set) var tries = 0

  init(_ urls: [String]) {
    var seen: Set<String> = []
    waiting = urls.filter { seen.insert($0).inserted }.map { Mirror(url: $0) }
  }

  /// Goes to the next server.
  /// - Returns: its address of the file; nil where no server is left.
  mutating func advance() -> String? {
    tries = 0
    guard !waiting.isEmpty else {
      current = nil
      return nil
    }
    // Servers that were only slow come after all others, the fastest of them first.
    let next =
      waiting.firstIndex { $0.rate == nil }
      ?? waiting.indices.max { (waiting[$0].rate ?? 0, $1) < (waiting[$1].rate ?? 0, $0) }
    current = next.map { waiting.remove(at: $0) }
    return current?.url
  }

  mutating func countTry() { tries += 1 }

  /// Begins to count tries again, after one that has brought something.
  mutating func forgive() { tries = 0 }

  /// Whether there may be a faster server than one with this rate.
  func hasFaster(than rate: Int) -> Bool {
    waiting.contains { mirror in mirror.rate.map { $0 / 2 > rate } ?? true }
  }

  /// Notes what is wrong with the current server, and leaves it.
  mutating func fail(_ fault: MirrorFault) {
    guard let current else { return }
    let shown = RemoteFile.shown(current.url)
    // One that was only slow is asked again in the end.
    attempts.removeAll { $0.url == shown && $0.isSlow }
    attempts.append(FetchError.Attempt(url: shown, fault: fault, tries: tries))
    if case .slow(let rate, _) = fault {
      waiting.append(Mirror(url: current.url, rate: rate))
    }
    self.current = nil
  }
}
