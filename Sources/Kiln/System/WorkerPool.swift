import Dispatch
import Synchronization
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A fixed number of workers that share queues of jobs: the only place that knows Dispatch, of which
/// it takes the semaphore.
///
/// The workers are threads of its own and not Dispatch's: that opens descriptors and traps where none is
/// left, and waits for ever for a thread that the system refuses, when fewer workers could do it all.
///
/// Jobs of a ``Lane`` run one at a time and in order; other jobs run in any order, side by side. A
/// job waits for no other one but such that is running already, so a single worker can always finish
/// everything.
final class WorkerPool: Sendable {
  typealias Job = @Sendable () -> Void

  /// Which of the waiting jobs a free worker takes; within a priority the oldest one.
  enum Priority: Int, CaseIterable {
    /// What everything else waits for in the end and cannot be split up, such as inflating.
    case first
    /// What is done in order, so that waiting results are few.
    case soon
    /// Most work.
    case normal
    /// What only a worker without anything else to do should begin.
    case whenIdle
  }

  private struct State {
    var queues = Priority.allCases.map { _ in Queue() }
    var running = 0
    var idle = 0

    mutating func next() -> Job? {
      for priority in queues.indices {
        if let job = queues[priority].take() { return job }
      }
      return nil
    }
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
      if first == jobs.count || first >= 1024 {
        jobs.removeFirst(first)
        first = 0
      }
      return job
    }
  }

  /// More workers than any machine has cores would only hold memory.
  static let workerCounts = 1...1024

  /// The cores of this machine.
  static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// How many workers are meant by a wish for so many; nil asks for one a core.
  static func workerCount(for jobs: Int?) -> Int {
    min(max(workerCounts.lowerBound, jobs ?? coreCount), workerCounts.upperBound)
  }

  /// What the jobs of one worker hold at most when samples are small: batches of 1 MiB that are read,
  /// decoded, converted and encoded, and a stack.
  private static let workerByteCount = 16 << 20

  /// How many of so many workers there is memory for; 0 where not even one could do its work.
  ///
  /// Running out of memory ends a process at once and leaves what it was building behind.
  static func countWithRoom(upTo wanted: Int) -> Int {
    if hasRoom(forWorkers: wanted) { return wanted }
    return (1..<wanted).prefix(while: hasRoom).last ?? 0
  }

  /// Whether there is memory for so many workers, and for what is read ahead.
  static func hasRoom(forWorkers count: Int) -> Bool {
    AddressSpace.hasRoom(for: (count + 1) * workerByteCount)
  }

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
  func async(_ priority: Priority = .normal, _ job: @escaping Job) {
    let wakesOne = state.withLock { state in
      state.queues[priority.rawValue].append(job)
      guard state.idle > 0 else { return false }
      state.idle -= 1
      return true
    }
    if wakesOne { wake.signal() }
  }

  /// Runs all jobs, also those that they add, on all workers, the calling thread being one.
  ///
  /// Where the system has no threads for all of them, fewer do the same work.
  func drain() {
    var threads: [WorkerThread] = []
    let core = CoreSet.current
    while threads.count < workerCount - 1 {
      let position = threads.count
      let thread = WorkerThread {
        CoreSet.leave(core, position: position)
        self.work()
      }
      guard let thread else { break }
      threads.append(thread)
    }
    work()
    for thread in threads { thread.join() }
  }

  /// Makes something of each element, side by side.
  /// - Returns: the results in the order of the elements.
  /// - Throws: what `body` throws for the first element for which it does.
  static func map<Element: Sendable, Output: Sendable>(
    _ elements: [Element], workerCount: Int,
    _ body: @escaping @Sendable (Element) throws -> Output
  ) throws -> [Output] {
    guard elements.count > 1, workerCount > 1 else { return try elements.map(body) }
    let results = Locked<[Int: Result<Output, any Error>]>([:])
    let firstFailure = Atomic<Int>(.max)
    let pool = WorkerPool(workerCount: min(workerCount, elements.count))
    for (position, element) in elements.enumerated() {
      pool.async {
        // Nobody asks for what comes after a failure.
        guard position < firstFailure.load(ordering: .relaxed) else { return }
        let result = Result { try body(element) }
        if case .failure = result { firstFailure.min(position, ordering: .relaxed) }
        results.withLock { $0[position] = result }
      }
    }
    pool.drain()
    return try results.withLock { results in
      try elements.indices.compactMap { try results[$0]?.get() }
    }
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
// Unchecked: `value` is touched only by the one job that `isRunning` lets run.
final class Lane<Value: ~Copyable>: @unchecked Sendable {
  private var value: Value
  private let pool: WorkerPool
  private struct Queue {
    var jobs: [(priority: WorkerPool.Priority, job: @Sendable (inout Value) -> Void)] = []
    var isRunning = false
  }
  private let queue = Locked(Queue())

  init(on pool: WorkerPool, _ value: consuming sending Value) {
    self.pool = pool
    self.value = value
  }

  /// Jobs that have not begun.
  var waitingCount: Int { queue.withLock { $0.jobs.count } }

  /// Adds a job behind those that are waiting in this lane.
  func async(
    _ priority: WorkerPool.Priority = .soon, _ job: @escaping @Sendable (inout Value) -> Void
  ) {
    let starts = queue.withLock { queue in
      queue.jobs.append((priority, job))
      defer { queue.isRunning = true }
      return !queue.isRunning
    }
    if starts { pool.async(priority) { self.runNext() } }
  }

  /// Runs one job and lets the pool choose again: something else may have become more urgent.
  private func runNext() {
    let job = queue.withLock { $0.jobs.removeFirst().job }
    job(&value)
    let next = queue.withLock { queue in
      queue.isRunning = !queue.jobs.isEmpty
      return queue.jobs.first?.priority
    }
    if let next { pool.async(next) { self.runNext() } }
  }
}
