import Testing

@testable import Kiln

@Suite("CIFAR and STL-10 sources", .timeLimit(.minutes(20))) struct BinaryFormatTests {
  /// Records of noise, with labels that count upwards.
  private func records(_ count: Int, labels: [Int], seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).flatMap { index in
      labels.map { UInt8(index % $0) } + generator.bytes(3072)
    }
  }

  /// As the files have it, without what the catalogue knows.
  private func openRaw(_ paths: [String]) throws -> any Source {
    try openSource(SourceRequest(paths: paths, correction: .none))
  }

  // Compared apart from #expect, which would look for the difference of long arrays for minutes.
  private func isEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool { first == second }

  private func planes(_ records: [UInt8], skipping: Int) -> [UInt8] {
    stride(from: 0, to: records.count, by: 3072 + skipping).flatMap {
      Array(records[$0 + skipping..<$0 + skipping + 3072])
    }
  }

  @Test("reads CIFAR-10's batches as one split, in the order of their numbers")
  func ten() throws {
    try withTemporaryDirectory { root in
      let files = (1...11).map { records($0, labels: [10], seed: UInt64($0)) }
      for (index, file) in files.enumerated() {
        try write(file, to: "\(root)/data_batch_\(index + 1).bin")
      }
      try write(records(3, labels: [10], seed: 99), to: root + "/test_batch.bin")
      try write(Array("a\nb\r\nc\n\n".utf8), to: root + "/batches.meta.txt")
      let source = try openRaw([root])
      #expect(source.knownName == "cifar-10")
      #expect(
        source.dataset.splits == [Split(name: "train", count: 66), Split(name: "test", count: 3)])
      #expect(source.dataset.schema.sampleShape == [3, 32, 32])
      #expect(source.dataset.schema.channelOrder == .first)
      #expect(source.dataset.schema.labels?.classNames == ["a", "b", "c"])
      for pieces in [1, 7, 66] {
        let read = try readAll(source, split: 0, pieces: pieces)
        #expect(isEqual(read.pixels, files.flatMap { planes($0, skipping: 1) }))
        #expect(read.labels == (1...11).flatMap { count in (0..<count).map { Int64($0 % 10) } })
      }
    }
  }

  @Test("reads CIFAR-100's two labels, the fine one first")
  func hundred() throws {
    try withTemporaryDirectory { root in
      let file = records(30, labels: [20, 100], seed: 1)
      try write(file, to: root + "/train.bin")
      let source = try openRaw([root])
      #expect(source.knownName == "cifar-100")
      #expect(source.dataset.schema.labels?.columns == ["fine_label", "coarse_label"])
      // Both have names, those of the coarse one from the catalogue.
      let known = try openSource(SourceRequest(paths: [root])).dataset
      #expect(known.schema.labels?.classNames.first == "apple")
      var plan = Plan(known)
      _ = try LabelColumn("coarse_label").prepare(&plan)
      #expect(plan.schema.labels?.classNames.count == 20)
      #expect(plan.schema.labels?.className(of: 14) == "people")
      let read = try readAll(source, split: 0)
      #expect(isEqual(read.pixels, planes(file, skipping: 2)))
      #expect(read.labels == (0..<30).flatMap { [Int64($0), Int64($0 % 20)] })
    }
  }

  @Test("refuses files of other sizes, and labels that there are not")
  func damaged() throws {
    try withTemporaryDirectory { root in
      var file = records(3, labels: [10], seed: 1)
      for length in [1, 3072, 3074, 2 * 3073 - 1] {
        try write(Array(file.prefix(length)), to: root + "/data_batch_1.bin")
        #expect(
          sentence { _ = try openRaw([root]) }
            == "decode data_batch_1.bin: has \(length) bytes, expected a multiple of 3073, the size"
            + " of a record (file cut short?)")
      }
      file[2 * 3073] = 10
      try write(file, to: root + "/data_batch_1.bin")
      let source = try openRaw([root])
      #expect(
        sentence { _ = try readAll(source, split: 0) }
          == "decode data_batch_1.bin: label of sample 2 is 10, expected 0 to 9")
    }
  }

  @Test("names the file of a bad label, also where a batch spans two")
  func fileOfFault() throws {
    try withTemporaryDirectory { root in
      var file = records(4, labels: [10], seed: 1)
      file[3 * 3073] = 77
      try write(file, to: root + "/data_batch_1.bin")
      try write(records(4, labels: [10], seed: 2), to: root + "/data_batch_2.bin")
      let source = try openRaw([root])
      #expect(
        sentence { _ = try readAll(source, split: 0, pieces: 5) }
          == "decode data_batch_1.bin: label of sample 3 is 77, expected 0 to 9")
    }
  }

  @Test("refuses an empty batch beside others, and says which one is missing")
  func gaps() throws {
    try withTemporaryDirectory { root in
      for number in [1, 3] {
        try write(
          records(2, labels: [10], seed: UInt64(number)), to: "\(root)/data_batch_\(number).bin")
      }
      #expect(try openRaw([root]).remarks == ["not among the batches: data_batch_2"])
      for name in ["test_batch.bin", "data_batch_2.bin"] {
        try write([], to: root + "/" + name)
        #expect(
          sentence { _ = try openRaw([root]) }
            == "decode \(name): is empty, unlike the files beside it (fetch it again, or remove it)"
        )
        try write(records(2, labels: [10], seed: 2), to: root + "/" + name)
      }
    }
  }

  @Test("takes an empty file, and one that is packed", arguments: [0, 4])
  func packed(count: Int) throws {
    try withTemporaryDirectory { root in
      let file = records(count, labels: [10], seed: 1)
      // The name without .gz: what a file is, its content says.
      try write(gzip(file), to: root + "/data_batch_1.bin")
      let source = try openRaw([root + "/data_batch_1.bin"])
      #expect(source.dataset.count == count)
      #expect(isEqual(try readAll(source, split: 0).pixels, planes(file, skipping: 1)))
    }
  }

  @Test("reads STL-10 as it is stored, with 0 for what has no label")
  func stl() throws {
    try withTemporaryDirectory { root in
      var generator = SeededGenerator(seed: 1)
      let (train, other) = (generator.bytes(2 * 27648), generator.bytes(27648))
      try write(train, to: root + "/train_X.bin")
      try write([1, 10], to: root + "/train_y.bin")
      try write(other, to: root + "/unlabeled_X.bin")
      let source = try openRaw([root])
      #expect(source.knownName == "stl-10")
      #expect(
        source.dataset.splits == [
          Split(name: "train", count: 2), Split(name: "unlabeled", count: 1),
        ])
      let stored = try readAll(source, split: 0)
      #expect(isEqual(stored.pixels, train) && stored.labels == [1, 10])
      #expect(try readAll(source, split: 1).labels == [0])
      // Corrected: rows and columns in their places, from 0, and -1 for none.
      let corrected = try openSource(SourceRequest(paths: [root]))
      #expect(corrected.dataset.schema.sampleShape == [96, 96, 3])
      #expect(corrected.dataset.schema.labels?.range == -1...9)
      let read = try readAll(corrected, split: 0)
      #expect(read.labels == [0, 9])
      #expect(try readAll(corrected, split: 1).labels == [-1])
      #expect(read.pixels[(5 * 96 + 7) * 3 + 1] == train[9216 + 7 * 96 + 5])
      try write([1], to: root + "/train_y.bin")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode train_y.bin: holds 1 labels, expected 2 as in train_X.bin")
      try write([1], to: root + "/train_X.bin")
      #expect(sentence { _ = try openSource(SourceRequest(paths: [root])) } != nil)
    }
  }
}
