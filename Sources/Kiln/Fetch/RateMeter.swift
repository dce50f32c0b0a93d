/// How fast bytes come: since the last window began, and smoothed for people.
struct RateMeter {
  private var byteCount = 0
  private var lastByte = ContinuousClock.now
  private var windowStart = ContinuousClock.now
  private var windowByteCount = 0
  private var shownStart = ContinuousClock.now
  private var shownByteCount = 0
  /// Bytes a second, smoothed; nil before anything is known.
  private(set) var shownRate: Double?

  /// Begins with a request, when so many bytes are there.
  mutating func begin(_ byteCount: Int) {
    let now = ContinuousClock.now
    (self.byteCount, windowByteCount, shownByteCount) = (byteCount, byteCount, byteCount)
    (lastByte, windowStart, shownStart) = (now, now, now)
  }

  /// Takes how many bytes are there now.
  mutating func update(_ byteCount: Int) {
    let now = ContinuousClock.now
    // A server that begins afresh takes bytes away.
    if byteCount < self.byteCount { begin(byteCount) }
    if byteCount > self.byteCount { lastByte = now }
    self.byteCount = byteCount
    let seconds = (now - shownStart) / .seconds(1)
    guard seconds >= 0.5 else { return }
    let rate = Double(byteCount - shownByteCount) / seconds
    shownRate = shownRate.map { 0.7 * $0 + 0.3 * rate } ?? rate
    (shownStart, shownByteCount) = (now, byteCount)
  }

  /// Time since the last byte, or since the request.
  var timeWithoutBytes: Duration { ContinuousClock.now - lastByte }

  /// Bytes a second over a window that has just ended; nil within one.
  mutating func rate(over window: Duration) -> Int? {
    let now = ContinuousClock.now
    let time = now - windowStart
    guard time >= window else { return nil }
    let rate = Double(byteCount - windowByteCount) / max(time / .seconds(1), 0.001)
    (windowStart, windowByteCount) = (now, byteCount)
    return Int(min(rate, 1e15))
  }
}
