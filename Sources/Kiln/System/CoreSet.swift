#if canImport(Glibc)
  import CLinux
#endif

/// The cores that a thread may run on.
struct CoreSet: Sendable {
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

    private func use() {
      // The call only reads as many bytes as it is told there are; where it fails, nothing has changed.
      _ = unsafe words.withUnsafeBytes {
        unsafe sched_setaffinity(0, UInt($0.count), $0.baseAddress)
      }
    }
  #endif

  /// The core that the calling thread is running on.
  static var current: Int {
    #if canImport(Glibc)
      Int(sched_getcpu())
    #else
      0
    #endif
  }

  /// Brings the calling thread to a core of its own, and lets it go where it likes from there.
  ///
  /// In a virtual machine Linux takes a core that sleeps for one that the host has taken away, and keeps a
  /// new thread waiting on the core of its creator for up to 30 ms: a quarter of what MNIST takes as CSV.
  /// - Parameters:
  ///   - position: how many other threads have been started.
  ///   - creator: the core of who has started it.
  static func spread(_ position: Int, from creator: Int) {
    #if canImport(Glibc)
      guard let all = CoreSet() else { return }
      let cores = all.cores
      guard cores.count > 1, let start = cores.firstIndex(of: creator) else { return }
      let core = cores[(start + 1 + position) % cores.count]
      var one = all
      one.words = one.words.indices.map { $0 == core / 64 ? 1 << UInt64(core % 64) : 0 }
      one.use()
      all.use()
    #endif
  }
}
