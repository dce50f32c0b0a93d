/// What has come of asking one server for a file, until another one is asked.
struct ServerVisit {
  /// Where the file is there.
  let address: String
  /// What is asked for now: that, or where it has led.
  private(set) var url: String
  /// How often the last try has been led on.
  private(set) var redirectCount = 0
  /// Whether the server was asked for the whole file because a rest did not fit.
  var hasRestarted = false
  /// Whether the next request follows where the last one was led.
  private var isOnItsWay = false
  /// The most bytes of the file that there were at the end of a try.
  private var mostBytes = 0

  init(_ address: String) {
    self.address = address
    url = address
  }

  /// Begins a request.
  /// - Returns: whether it is a try of its own: where a server leads is part of the same one.
  mutating func begin(byteCount: Int) -> Bool {
    defer { isOnItsWay = false }
    mostBytes = max(mostBytes, byteCount)
    return !isOnItsWay
  }

  /// Goes where the server has led.
  mutating func follow(_ target: String) {
    url = target
    redirectCount += 1
    isOnItsWay = true
  }

  /// Ends a try that has broken off: the address is asked for again, since it may lead elsewhere now.
  /// - Parameter byteCount: how much of the file there is.
  /// - Returns: by how much that is more than ever before.
  mutating func breakOff(byteCount: Int) -> Int {
    defer { mostBytes = max(mostBytes, byteCount) }
    url = address
    redirectCount = 0
    return byteCount - mostBytes
  }
}
