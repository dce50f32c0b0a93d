#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// How a command answers the signals that end a process.
package enum Signals {
  /// Makes a write fail where the process would end: a reader of standard output has gone away, or a file has
  /// reached the size that `ulimit -f` allows.
  package static func letWritesFail() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Makes SIGINT, SIGTERM and SIGHUP ask for an end instead of forcing one.
  ///
  /// Who asks again later than half a second after the first time does not want to wait, and the process
  /// ends at once. Within that time a second signal is the echo of the first: `timeout` and
  /// make send one to the process and one to its group.
  /// - Returns: the request that the signals make.
  package static func cancelOnInterrupt() -> Cancellation {
    // Made before the handler can run, so that the handler never initialises a global.
    let request = requested
    _ = firstRequest.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let before = signal(number, answer)
      // `nohup` starts programs that are to live on when their terminal is closed.
      // A handler is a number that only is compared here.
      let isIgnored =
        unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      if number == SIGHUP, isIgnored { signal(number, SIG_IGN) }
    }
    // Who starts a program from a thread that blocks signals, as those of Dispatch do, hands
    // that on to it. The calls fill in and read the set, which lives through them.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&signals, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    return request
  }
}

private let requested = Cancellation()
private let firstRequest = Atomic<Int64>(0)

/// Runs inside the signal handler: atomics, clock_gettime, signal and raise are all it may use.
private func answer(_ number: Int32) {
  var time = timespec()
  // The call fills in the struct, which lives through it.
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  let (isFirst, first) = firstRequest.compareExchange(
    expected: 0, desired: now, ordering: .relaxed)
  if !isFirst, now - first > 500_000_000 {
    // Taken as if nobody answered it, as soon as this handler returns.
    signal(number, SIG_DFL)
    raise(number)
  }
  requested.cancel()
}
