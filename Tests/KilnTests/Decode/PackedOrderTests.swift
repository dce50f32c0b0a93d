import Testing

@testable import Kiln

@Suite("Order of images in packed tar files") struct PackedOrderTests {
  private struct Reading: Equatable {
    /// The images kept, in the order in which they are met.
    var met: [Int] = []
    var passCount = 1
  }

  /// Reads all samples as a reader would.
  private func read(_ order: PackedOrder, _ entries: [UInt32]) -> Reading {
    var order = order
    var reading = Reading()
    var place = -1
    for sample in entries.indices {
      while let step = order.step(towards: sample) {
        switch step {
        case .again:
          reading.passCount += 1
          place = -1
        case .keep(let sample):
          // The archive is read forwards.
          #expect(Int(entries[sample]) > place)
          place = Int(entries[sample])
          reading.met.append(sample)
        }
      }
    }
    return reading
  }

  @Test("takes an archive that is in order in one pass, and keeps nothing")
  func ordered() {
    let entries: [UInt32] = [3, 4, 5, 9, 12]
    let order = PackedOrder(entries: entries, byteCounts: [10, 10, 10, 10, 10], limit: 0)
    #expect(read(order, entries) == Reading(met: [0, 1, 2, 3, 4], passCount: 1))
    #expect(order.passCount(upTo: 16) == 1)
  }

  @Test("keeps what comes before its turn as far as there is memory, and goes back for the rest")
  func backwards() {
    let entries: [UInt32] = [5, 4, 3, 2, 1, 0]
    let sizes = Array(repeating: 1000, count: 6)
    let ample = PackedOrder(entries: entries, byteCounts: sizes, limit: 6000)
    #expect(read(ample, entries) == Reading(met: [5, 4, 3, 2, 1, 0], passCount: 1))
    let tight = PackedOrder(entries: entries, byteCounts: sizes, limit: 2000)
    #expect(read(tight, entries) == Reading(met: [1, 0, 3, 2, 5, 4], passCount: 3))
    #expect(tight.passCount(upTo: 16) == 3)
    #expect(tight.passCount(upTo: 2) == 3)
    // The image that is wanted is kept, whatever it takes.
    let none = PackedOrder(entries: entries, byteCounts: sizes, limit: 0)
    #expect(read(none, entries) == Reading(met: [0, 1, 2, 3, 4, 5], passCount: 6))
  }

  @Test("meets every sample once and stays within its memory", arguments: 0..<20 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let entries = (0..<500 as Range<UInt32>).map { $0 * 3 }.shuffled(using: &generator)
    let sizes = entries.map { _ in Int.random(in: 0...2000, using: &generator) }
    let limit = 1 << Int.random(in: 8...20, using: &generator)
    let order = PackedOrder(entries: entries, byteCounts: sizes, limit: limit)
    let reading = read(order, entries)
    #expect(reading.met.sorted() == Array(0..<500))
    #expect(order.passCount(upTo: 500) == reading.passCount)
    var (kept, next): (Set<Int>, Int) = ([], 0)
    for sample in reading.met {
      kept.insert(sample)
      let waiting = kept.filter { $0 > next }.reduce(0) { $0 + sizes[$1] }
      #expect(waiting <= limit)
      while kept.remove(next) != nil { next += 1 }
    }
  }

  @Test("keeps images in memory that is used again from its start")
  func memory() {
    var kept = KeptImages(capacity: 300_000)
    let byteCount = 100_000
    func image(_ index: Int) -> [UInt8] {
      [UInt8(index)] + [UInt8](repeating: UInt8(index + 100), count: byteCount - 1)
    }
    for index in 0..<20 {
      kept.put(image(index), at: index * byteCount)
      let first = max(0, index - 2)
      #expect(kept.bytes(first * byteCount..<(first + 1) * byteCount) == image(first))
    }
    #expect(kept.bytes(19 * byteCount..<19 * byteCount) == [])
  }

  /// Images in an archive whose entries are only said to be there.
  private func images(
    _ entries: [ArchiveEntry], _ archive: [UInt8], _ body: (FolderImages, Archive) throws -> Void
  ) throws {
    try withTemporaryDirectory { root in
      try write(archive, to: root + "/a.tar.gz")
      let archive = try #require(try Archive(SourceFile(path: root + "/a.tar.gz")))
      let listing = try ImageFolderListing(of: entries, below: 0)
      let index = try ImageFolderIndex(foldersOf: listing, root: "a", classes: KnownClasses())
      let shape = try ImageShape(height: 2, width: 3, channels: 1, bitDepth: 8)
      try body(
        FolderImages(
          listing, index, ImageTarget(shape: shape, rules: ImageRules()), example: 0,
          .stream(archive, entries)), archive)
    }
  }

  @Test("gives the samples in order also where the archive is read several times")
  func reader() throws {
    let tar = TarSample((0..<40).reversed().map { .init("\($0).png", greyPNG(UInt8($0))) }).bytes
    try withTemporaryDirectory { root in
      try write(gzip(tar), to: root + "/a.tar.gz")
      let entries = try #require(try Archive(SourceFile(path: root + "/a.tar.gz"))).entries()
      try images(entries, gzip(tar)) { images, archive in
        let sizes = images.listing.entries.map { entries[Int($0)].byteCount }
        let order = PackedOrder(
          entries: images.listing.entries, byteCounts: sizes, limit: 700)
        let passCount = order.passCount(upTo: 40)
        #expect(passCount > 1)
        let reader = try PackedImageReader(
          images, archive, entries, split: 0, order, Cancellation())
        let samples = try [7, 33].map { try reader.read($0) }
        let pixels = try samples.flatMap { try $0.decode().pixels }
        #expect(pixels == (0..<40).flatMap { Array(repeating: UInt8($0), count: 6) })

        let cancellation = Cancellation()
        cancellation.cancel()
        let stopped = try PackedImageReader(
          images, archive, entries, split: 0, order, cancellation)
        #expect(throws: Interruption.self) { try stopped.read(1) }
      }
    }
  }

  @Test("refuses an archive that would be unpacked too often, and takes one of that size in order")
  func refusal() throws {
    let size = 20 << 20
    for isReversed in [true, false] {
      var entries = (0..<100).map {
        ArchiveEntry(path: "\($0).png", byteCount: size, place: .tar(offset: 512))
      }
      if isReversed { entries.reverse() }
      try images(entries, gzip(TarSample([.init("x")]).bytes)) { images, _ in
        let sentence = sentence { _ = try PackedOrder.orders(images) }
        #expect(
          sentence
            == (isReversed
              ? "its images lie in another order than the samples, for which it would have to be"
                + " unpacked more than 24 times (unpack it by hand, or make it a zip file)" : nil))
      }
    }
  }

  @Test("shares memory among splits that are read side by side")
  func share() throws {
    let size = 8 << 20
    // Two splits of 64 MiB would each fit alone.
    let entries = ["test", "train"].flatMap { split in
      (0..<8).reversed().map {
        ArchiveEntry(path: "\(split)/\($0).png", byteCount: size, place: .tar(offset: 512))
      }
    }
    try images(entries, gzip(TarSample([.init("x")]).bytes)) { images, _ in
      let orders = try PackedOrder.orders(images)
      let passCounts = orders.map { $0.passCount(upTo: 16) }
      #expect(passCounts == [3, 3])
    }
  }
}
