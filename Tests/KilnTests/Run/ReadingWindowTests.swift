import Testing

@testable import Kiln

@Suite("The window of reading") struct ReadingWindowTests {
  @Test("starts the strand whose turn it is, and on wish one ahead of it")
  func starts() {
    var window = ReadingWindow(strandCount: 3, capacity: 2)
    var started = [false, false, true].map { window.start(ahead: $0) }
    window.finish(1)
    #expect(window.current == 0)
    started.append(window.start(ahead: true))
    window.finish(0)
    #expect(window.current == 2)
    started.append(window.start(ahead: true))
    #expect(started == [0..<1, 1..<1, 1..<2, 2..<2, 2..<3])
  }

  @Test("has as much room for the strand ahead as for those before it")
  func room() {
    var window = ReadingWindow(strandCount: 3, capacity: 2)
    _ = window.start(ahead: true)
    let hadRoom = [1, 1, 1, 0, 0, 0].map { window.takeRoom(for: $0) }
    #expect(hadRoom == [true, true, false, true, true, false])
    let woken = [0, 1].map { window.giveRoomBack(of: $0) }
    #expect(woken == [[0, 1], []])
    // Its turn has come, and what is left of the one before it counts.
    window.finish(0)
    let more = [1, 1].map { window.takeRoom(for: $0) }
    #expect(more == [false, false])
    #expect(window.start(ahead: true) == 2..<3)
    let ahead = [2, 2, 2].map { window.takeRoom(for: $0) }
    #expect(ahead == [true, true, false])
  }

  @Test("counts what strands hold that are read to their end")
  func finished() {
    var window = ReadingWindow(strandCount: 2, capacity: 2)
    _ = window.start(ahead: true)
    var hadRoom = [0, 0].map { window.takeRoom(for: $0) }
    window.finish(0)
    hadRoom.append(window.takeRoom(for: 1))
    let woken = window.giveRoomBack(of: 0)
    #expect(woken == [1])
    hadRoom.append(window.takeRoom(for: 1))
    #expect(hadRoom == [true, true, false, true])
  }

  @Test("has room for one sample beside another where samples are large")
  func largeSamples() {
    let usual = ReadingWindow.capacity(workerCount: 2, sampleByteCount: 784)
    #expect(usual == ReadingWindow.capacity(workerCount: 2, sampleByteCount: 2 << 20) * 2)
    #expect(ReadingWindow.capacity(workerCount: 2, sampleByteCount: 1 << 30) == 2)
  }

  @Test("does steps in the order of their batches, by one worker at a time")
  func order() {
    var order = StepOrder()
    var isWorker = [1, 2].map { order.add([], at: BatchPlace(sequence: $0, strand: 0)) }
    var done = [order.take()?.place.sequence]
    isWorker.append(order.add([], at: BatchPlace(sequence: 0, strand: 0)))
    for _ in 0..<4 { done.append(order.take()?.place.sequence) }
    #expect(isWorker == [true, false, true])
    #expect(done == [nil, 0, 1, 2, nil])
  }
}
