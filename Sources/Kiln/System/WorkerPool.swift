import Dispatch
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A fixed number of workers that share one queue of jobs: the only place that knows Dispatch.
///
/// Jobs of a ``Lane`` run one at a time and in order; other jobs run in any order, side by side.
/// Lanes go first, since whatever waits in order holds others up. A job never blocks on another one, so
/// a single worker can always finish everything.
final class WorkerPool: Sendable {
  typealias Job = @Sendable () -> Void

  private struct State {
    var ordered = Queue()
    var unordered = Queue()
    var running = 0
    var idle = 0

    mutating func next() -> Job? { ordered.take() ?? unordered.take() }
  }

  /// First in, first out, without moving the rest at every step.
  private struct Queue {
    private var jobs: [Job?] = []
    private var first = 0

    mutating func append(_ job: @escaping Job) { jobs.append(job) }

    mutating func take() -> Job? {
      guard first < jobs.count else { return nil }
      // Taken out, not only passed by: what a finished job holds must be freed at once.
      let job = jobs[first].take()
      first += 1
      if first == jobs.count {
        jobs.removeAll(keepingCapacity: true)
        first = 0
      }
      return job
    }
  }

  /// The cores that this process may use.
  static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// How many workers there are.
  let workerCount: Int
  private let state = Locked(State())
  private let wake = DispatchSemaphore(value: 0)

  /// - Parameter workerCount: at least 1.
  init(workerCount: Int) {
    precondition(workerCount >= 1)
    self.workerCount = workerCount
  }

  /// Adds a job that may run beside any other.
  func async(_ job: @escaping Job) { add { $0.unordered.append(job) } }

  fileprivate func asyncOrdered(_ job: @escaping Job) { add { $0.ordered.append(job) } }

  private func add(_ append: (inout sending State) -> Void) {
    let sleeper = state.withLock { state in
      append(&state)
      guard state.idle > 0 else { return false }
      state.idle -= 1
      return true
    }
    if sleeper { wake.signal() }
  }

  /// Runs all jobs, also those that they add, on all workers, the calling thread being one.
  func drain() {
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in work() }
  }

  private enum Step {
    case run(Job)
    case wait
    case leave(waking: Int)
  }

  private func work() {
    var finished = false
    while true {
      let step: Step = state.withLock { state in
        if finished { state.running -= 1 }
        if let job = state.next() {
          state.running += 1
          return .run(job)
        }
        guard state.running > 0 else {
          // Nothing is queued and nothing runs that could add a job: all may leave.
          let sleepers = state.idle
          state.idle = 0
          return .leave(waking: sleepers)
        }
        state.idle += 1
        return .wait
      }
      switch step {
      case .run(let job):
        job()
        finished = true
      case .wait:
        finished = false
        wake.wait()
      case .leave(let sleepers):
        for _ in 0..<sleepers { wake.signal() }
        return
      }
    }
  }
}

/// Jobs that share a state and run in the order in which they were added, one at a time.
///
/// The state is reached from this lane's jobs only, which is why it needs no lock of its own.
final class Lane<Value: ~Copyable>: @unchecked Sendable {
  // Unchecked: `value` is touched only by the one job that `queue.isRunning` lets run.
  private var value: Value
  private let pool: WorkerPool
  private struct Queue {
    var jobs: [@Sendable (inout Value) -> Void] = []
    var isRunning = false
  }
  private let queue = Locked(Queue())

  init(on pool: WorkerPool, _ value: consuming sending Value) {
    self.pool = pool
    self.value = value
  }

  /// Adds a job behind those that are waiting.
  func async(_ job: @escaping @Sendable (inout Value) -> Void) {
    let starts = queue.withLock { queue in
      queue.jobs.append(job)
      defer { queue.isRunning = true }
      return !queue.isRunning
    }
    if starts { pool.asyncOrdered { self.runWaiting() } }
  }

  private func runWaiting() {
    while true {
      let jobs = queue.withLock { queue in
        let jobs = queue.jobs
        queue.jobs = []
        if jobs.isEmpty { queue.isRunning = false }
        return jobs
      }
      if jobs.isEmpty { return }
      for job in jobs { job(&value) }
    }
  }
}
