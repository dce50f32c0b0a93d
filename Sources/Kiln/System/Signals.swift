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

  /// Makes a mapped file read as zeros where another program has cut it short, and the process would end:
  /// ``MappedFile/wasCutShort`` tells.
  package static func letMappedReadsFail() {
    // Made before the handler can run, so that the handler never initialises a global.
    _ = MappedFile.wasCutShort
    _ = pageByteCount
    var action = sigaction()
    action.sa_flags = Int32(SA_SIGINFO)
    // The handler below, which the union holds as the kind that SA_SIGINFO says; the struct lives through
    // the call.
    #if canImport(Glibc)
      unsafe action.__sigaction_handler.sa_sigaction = unsafe replacePage
    #else
      unsafe action.__sigaction_u.__sa_sigaction = unsafe replacePage
    #endif
    _ = unsafe sigaction(SIGBUS, &action, nil)
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

private let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))

/// Runs inside the signal handler: mmap, signal and atomics are all it may use.
private func replacePage(
  _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?
) {
  // What else there is, such as damaged memory, ends the process as if nobody answered.
  guard let information = unsafe information, unsafe information.pointee.si_code == BUS_ADRERR
  else {
    signal(number, SIG_DFL)
    return
  }
  // The system fills this in for the length of the handler.
  #if canImport(Glibc)
    let address = unsafe UInt(bitPattern: information.pointee._sifields._sigfault.si_addr)
  #else
    let address = unsafe UInt(bitPattern: information.pointee.si_addr)
  #endif
  let page = address / UInt(pageByteCount) * UInt(pageByteCount)
  // The page that was touched is there no more, so nothing is lost by another one in its place.
  let memory = unsafe mmap(
    UnsafeMutableRawPointer(bitPattern: page), pageByteCount, PROT_READ,
    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
  if unsafe memory == MAP_FAILED { signal(number, SIG_DFL) }
  MappedFile.noteCutShort()
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
