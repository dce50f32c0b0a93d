/// Which strand of reading may go on, so that few batches are held at a time.
///
/// A strand reads the batches of one file, or pair of files. Strands are read in their order, the next one
/// ahead of its turn: it has as much room as all those before it together, for what it has read waits for them.
/// With half of that, MNIST becomes .npy in 5 % more time, because nobody inflates the test images meanwhile.
struct ReadingWindow {
  private struct Strand {
    /// Batches that are read and not yet done.
    var heldCount = 0
    var isParked = false
    var isFinished = false
  }

  /// How many batches may be held by the strands whose turn has come, and how many ahead of them; at least 2.
  private let capacity: Int
  /// How many are held in all.
  private var heldCount = 0
  private var strands: [Strand]
  /// The first strand that is not read to its end.
  private(set) var current = 0
  private var startedCount = 0

  init(strandCount: Int, capacity: Int) {
    self.capacity = capacity
    strands = Array(repeating: Strand(), count: strandCount)
  }

  /// How many batches there is room for beside so many workers.
  ///
  /// With four that wait, read ahead or done before their turn, MNIST becomes .npy in 7 % more time than with
  /// eight, because who inflates has to stop for the others; with more than eight in no less. Where memory is
  /// limited, four have to do: as text, one takes up to 5 MiB.
  /// - Parameters:
  ///   - workerCount: how many workers there are; each has a batch of its own.
  ///   - sampleByteCount: bytes of a sample; those that are larger than a batch count as several.
  /// - Returns: at least 2.
  static func capacity(workerCount: Int, sampleByteCount: Int) -> Int {
    let waitingCount = WorkerPool.hasRoom(forWorkers: workerCount + 2) ? 8 : 4
    return max(2, (workerCount + waitingCount) / max(1, sampleByteCount >> 20))
  }

  /// The strands that are to be started now: that whose turn it is, and on wish the one behind it.
  mutating func start(ahead: Bool) -> Range<Int> {
    let wanted = min(strands.count, current + (ahead ? 2 : 1))
    let new = startedCount..<max(wanted, startedCount)
    startedCount = new.upperBound
    return new
  }

  /// Takes the room of one more batch, if there is any; else parks the strand.
  mutating func takeRoom(for strand: Int) -> Bool {
    let ahead = strands[min(current + 1, startedCount)..<startedCount].reduce(0) {
      $0 + $1.heldCount
    }
    guard (strand > current ? ahead : heldCount - ahead) < capacity else {
      strands[strand].isParked = true
      return false
    }
    strands[strand].heldCount += 1
    heldCount += 1
    return true
  }

  /// Gives the room of a batch back.
  /// - Returns: the strands that were parked and may try again.
  mutating func giveRoomBack(of strand: Int) -> [Int] {
    strands[strand].heldCount -= 1
    heldCount -= 1
    let woken = (current..<max(current, startedCount)).filter { strands[$0].isParked }
    for strand in woken { strands[strand].isParked = false }
    return woken
  }

  /// Notes that a strand is read to its end.
  mutating func finish(_ strand: Int) {
    strands[strand].isFinished = true
    while current < strands.count, strands[current].isFinished { current += 1 }
  }
}
