#if canImport(Glibc)
  import CLinux
#endif

/// The cores that a thread may run on.
struct CoreSet: Sendable, Equatable {
  #if canImport(Glibc)
    /// One bit for each core, as the system has them: room for the 1024 that glibc knows.
    private var words = [UInt64](repeating: 0, count: 16)

    /// Those of the calling thread; nil where the system does not say.
    init?() {
      // The call fills in as many bytes as it is told there are.
      let status = unsafe words.withUnsafeMutableBytes {
        unsafe sched_getaffinity(0, UInt($0.count), $0.baseAddress)
      }
      guard status >= 0 else { return nil }
    }

    private var cores: [Int] {
      (0..<64 * words.count).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }

    /// Lets the calling thread run on these cores only.
    /// - Returns: whether the system has agreed; it always does to what it allowed before.
    @discardableResult
    private func use() -> Bool {
      // The call only reads as many bytes as it is told there are.
      unsafe words.withUnsafeBytes {
        unsafe sched_setaffinity(0, UInt($0.count), $0.baseAddress) == 0
      }
    }
  #endif

  /// The core that the calling thread is running on; negative where the system does not say.
  static var current: Int {
    #if canImport(Glibc)
      Int(sched_getcpu())
    #else
      -1
    #endif
  }

  /// Brings the calling thread, where it shares the core of who has started it, to another one, and lets it
  /// go where it likes from there.
  ///
  /// In a virtual machine Linux takes a core that sleeps for one that the host has taken away: in every
  /// third run the first 30 ms of MNIST as CSV, of 110, went by on one core.
  /// - Parameters:
  ///   - creator: the core of who has started it.
  ///   - position: how many threads were started before it.
  static func leave(_ creator: Int, position: Int) {
    #if canImport(Glibc)
      guard current == creator, let all = CoreSet() else { return }
      let cores = all.cores
      guard cores.count > 1, let start = cores.firstIndex(of: creator) else { return }
      // Never the creator's.
      let core = cores[(start + 1 + position % (cores.count - 1)) % cores.count]
      var one = all
      one.words = one.words.indices.map { $0 == core / 64 ? 1 << UInt64(core % 64) : 0 }
      if one.use() { all.use() }
    #endif
  }
}
