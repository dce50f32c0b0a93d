import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@testable import Kiln

@Suite("Worker pool", .timeLimit(.minutes(20))) struct WorkerPoolTests {
  @Test("runs every job once", arguments: [1, 2, 8], [0, 1, 2, 5000])
  func once(workers: Int, jobs: Int) {
    let pool = WorkerPool(workerCount: workers)
    let counts = Locked([Int](repeating: 0, count: jobs))
    for job in 0..<jobs { pool.async { counts.withLock { $0[job] += 1 } } }
    pool.drain()
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: jobs))
  }

  #if canImport(Glibc)
    @Test("leaves its workers all the cores that there are", arguments: [2, 8])
    func cores(workers: Int) throws {
      let own = try #require(CoreSet())
      let found = try WorkerPool.map(Array(0..<200), workerCount: workers) { _ in
        usleep(100)
        return CoreSet()
      }
      #expect(found.allSatisfy { $0 == own })
    }

    @Test("a thread that leaves a core may come back to it")
    func leavesCore() throws {
      let own = try #require(CoreSet())
      for position in 0..<4 {
        CoreSet.leave(CoreSet.current, position: position)
        #expect(CoreSet() == own)
      }
      CoreSet.leave(-1, position: 0)
      #expect(CoreSet() == own)
    }
  #endif

  @Test("runs the jobs that jobs add", arguments: [1, 2, 8])
  func nested(workers: Int) {
    let pool = WorkerPool(workerCount: workers)
    let count = Atomic<Int>(0)
    @Sendable func spread(_ depth: Int) {
      count.add(1, ordering: .relaxed)
      guard depth > 0 else { return }
      pool.async { spread(depth - 1) }
      pool.async { spread(depth - 1) }
    }
    pool.async { spread(11) }
    pool.drain()
    #expect(count.load(ordering: .relaxed) == 1 << 12 - 1)
  }

  @Test("wakes workers for jobs that come late, again and again", arguments: [2, 8])
  func late(workers: Int) {
    for _ in 0..<200 {
      let pool = WorkerPool(workerCount: workers)
      let count = Atomic<Int>(0)
      @Sendable func chain(_ left: Int) {
        count.add(1, ordering: .relaxed)
        if left > 0 { pool.async { chain(left - 1) } }
      }
      pool.async { chain(20) }
      pool.drain()
      #expect(count.load(ordering: .relaxed) == 21)
    }
  }

  @Test("makes results in order, and fails as the first that fails", arguments: [1, 2, 8])
  func map(workers: Int) throws {
    struct Failure: Error, Equatable { let element: Int }
    #expect(
      try WorkerPool.map(Array(0..<500), workerCount: workers) { $0 * $0 }
        == (0..<500).map { $0 * $0 })
    #expect(try WorkerPool.map([Int](), workerCount: workers) { $0 }.isEmpty)
    #expect(throws: Failure(element: 3)) {
      _ = try WorkerPool.map(Array(0..<100), workerCount: workers) { element in
        if element >= 3 { throw Failure(element: element) }
        return element
      }
    }
  }

  @Test("can be drained again", arguments: [1, 2, 8])
  func again(workers: Int) {
    let pool = WorkerPool(workerCount: workers)
    let count = Atomic<Int>(0)
    for round in 1...3 {
      for _ in 0..<100 { pool.async { count.add(1, ordering: .relaxed) } }
      pool.drain()
      #expect(count.load(ordering: .relaxed) == round * 100)
    }
  }

  @Test("runs a lane's jobs one at a time and in order", arguments: [1, 2, 8])
  func lane(workers: Int) {
    let pool = WorkerPool(workerCount: workers)
    let lanes = (0..<4).map { _ in Lane<[Int]>(on: pool, []) }
    for job in 0..<4000 {
      lanes[job % 4].async { $0.append(job) }
      pool.async {}
    }
    pool.drain()
    for (number, lane) in lanes.enumerated() {
      lane.async { #expect($0 == Array(stride(from: number, to: 4000, by: 4))) }
    }
    pool.drain()
  }

  @Test("lets a lane add to itself and to the pool", arguments: [1, 2, 8])
  func laneAddsToItself(workers: Int) {
    let pool = WorkerPool(workerCount: workers)
    let lane = Lane(on: pool, 0)
    let beside = Atomic<Int>(0)
    @Sendable func step(_ value: inout Int) {
      value += 1
      pool.async { beside.add(1, ordering: .relaxed) }
      if value < 2000 { lane.async { step(&$0) } }
    }
    lane.async { step(&$0) }
    pool.drain()
    #expect(beside.load(ordering: .relaxed) == 2000)
    lane.async { #expect($0 == 2000) }
    pool.drain()
  }

  @Test("does a lane's jobs before others that wait")
  func lanesFirst() {
    let pool = WorkerPool(workerCount: 1)
    let order = Locked<[String]>([])
    pool.async { order.withLock { $0.append("job") } }
    let lane = Lane(on: pool, ())
    lane.async { _ in order.withLock { $0.append("lane") } }
    pool.drain()
    #expect(order.withLock { $0 } == ["lane", "job"])
  }

  @Test("runs a function on a thread of its own and waits for its end")
  func thread() throws {
    let ran = Atomic<Bool>(false)
    let caller = pthread_self()
    let thread = try #require(
      WorkerThread {
        #expect(pthread_equal(caller, pthread_self()) == 0)
        ran.store(true, ordering: .relaxed)
      })
    thread.join()
    #expect(ran.load(ordering: .relaxed) == true)
  }

  @Test("finds room for every worker asked for where nothing is limited", arguments: [1, 2, 1024])
  func room(workers: Int) {
    #expect(WorkerPool.countWithRoom(upTo: workers) == workers)
    #expect(!AddressSpace.hasRoom(for: 1 << 60))
  }

  @Test("frees what a finished job holds while others still run")
  func freesJobs() {
    final class Held: Sendable {}
    let pool = WorkerPool(workerCount: 1)
    var held: Held? = Held()
    weak let watched = held
    pool.async { [held] in _ = held }
    pool.async { #expect(watched == nil) }
    held = nil
    pool.drain()
  }
}

@Suite("Digests beside a reader") struct DigestingStreamTests {
  @Test("are right where nobody had time for them before the file's end", arguments: [1, 40])
  func unhashed(mebibytes: Int) throws {
    try withTemporaryDirectory { root in
      let content = [UInt8](repeating: 7, count: mebibytes << 20)
      try write(content, to: root + "/file")
      let file = try SourceFile(path: root + "/file")
      let pool = WorkerPool(workerCount: 1)
      let stream = try file.open(digestingOn: Background(pool: pool))
      while try !stream.read(FileStream.chunkByteCount).isEmpty {}
      pool.drain()
      var hash = SHA256()
      hash.update(content.span)
      #expect(try file.sha256() == hexadecimal(hash.finish()))
    }
  }
}
