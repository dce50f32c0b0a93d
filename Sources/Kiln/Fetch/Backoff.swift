/// How long to wait before another try: each time twice as long, and never the same for two.
struct Backoff {
  private var random: SplitMix64
  private let first: Duration
  private let longest: Duration

  init(_ limits: FetchLimits, salt: String) {
    var seed = limits.seed ?? UInt64.random(in: .min ... .max)
    for byte in salt.utf8 { seed = SplitMix64.mix(seed ^ UInt64(byte)) }
    random = SplitMix64(state: seed)
    first = limits.firstWait
    longest = limits.longestWait
  }

  /// The wait after so many tries, at least 1: between half and all of what it would be at most.
  mutating func wait(after tries: Int) -> Duration {
    // Twice as long each time, as far as a shift goes.
    let doubled = first * (1 << min(max(0, tries - 1), 16))
    return min(doubled, longest) * (500 + random.next(below: 501)) / 1000
  }
}
