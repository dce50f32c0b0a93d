#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread that runs one function to its end.
///
/// Dispatch waits for ever, and lets no signal through, where the system has no thread left to give,
/// as in a container with a limit of processes. Whoever asks here gets nil, and does with fewer.
@safe final class WorkerThread {
  /// Jobs keep their data on the heap and recurse nowhere; 8 MiB each, as is usual, is what a limit
  /// of address space is soon used up by.
  private static let stackByteCount = 1 << 20

  private let thread: pthread_t

  /// Starts the function; nil where the system has no thread for it.
  init?(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    // The calls fill in and read the attributes, which live through them.
    guard unsafe pthread_attr_init(&attributes) == 0 else { return nil }
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, Self.stackByteCount)
    // Owned by the new thread, which takes it over in `run`; by nobody else where there is none.
    let context = unsafe Unmanaged.passRetained(Body(body))
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    // The call fills in the variable; what it is given besides lives until `run` has taken it.
    let status = unsafe pthread_create(
      &thread, &attributes,
      { context in
        unsafe WorkerThread.run(context)
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      unsafe context.release()
      return nil
    }
    #if canImport(Glibc)
      self.thread = thread
    #else
      guard let thread = unsafe thread else { return nil }
      unsafe self.thread = thread
    #endif
  }

  /// Waits until the function has returned; to be called once.
  func join() {
    // The thread was started in init and is joined only here.
    #if canImport(Glibc)
      pthread_join(thread, nil)
    #else
      unsafe pthread_join(thread, nil)
    #endif
  }

  private static func run(_ context: UnsafeMutableRawPointer?) {
    // The reference that init has passed on.
    guard let context = unsafe context else { return }
    unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
