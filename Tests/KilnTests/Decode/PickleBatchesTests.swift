import Testing

@testable import Kiln

@Suite("CIFAR in pickles") struct PickleBatchesTests: PickleReading {
  @Test("CIFAR-10's batches are one data set", arguments: [[""], nil] as [[String]?])
  func cifar10(paths: [String]?) throws {
    var files = (1...5).map { number in
      (
        name: "data_batch_\(number)",
        value: batch(2, first: number, [("labels", [number, number + 1])])
      )
    }
    files.insert((name: "test_batch", value: batch(1, first: 50, [("labels", [9])])), at: 2)
    files.append(
      (
        name: "batches.meta",
        value: .dict([
          (
            .key("label_names", Self.writer),
            .list((0...9).map { .key("class \($0)", Self.writer) })
          )
        ])
      ))
    try open(files, as: paths) { source throws in
      #expect(
        source.dataset.splits == [Split(name: "train", count: 10), Split(name: "test", count: 1)])
      #expect(source.dataset.schema.sampleShape == [32, 32, 3])
      #expect(source.corrections == ["planar to interleaved channels"])
      #expect(source.dataset.schema.labels?.classNames.last == "class 9")
      let train = try readAll(source, split: 0)
      #expect(train.labels == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6])
      // Red, green and blue of the first pixel lie 1024 apart: the same byte here.
      #expect(train.pixels[0..<4] == [1, 1, 1, 2])
      #expect(train.pixels[2 * 3072] == 2)
      #expect(try readAll(source, split: 1).pixels[0] == 50)
    }
  }

  @Test("CIFAR-100 has two label columns, and the names of the fine one")
  func cifar100() throws {
    let columns = [("coarse_labels", [0, 0, 0]), ("fine_labels", [1, 1, 1])]
    let meta = PickleSample.dict([
      (.text("coarse_label_names"), .list([.text("all")])),
      (.text("fine_label_names"), .list([.text("cat"), .text("dog")])),
    ])
    try open(
      [
        ("train", batch(3, first: 0, columns)), ("test", batch(3, first: 7, columns)),
        ("meta", meta),
      ], as: [""]
    ) { source throws in
      #expect(source.dataset.splits.map(\.name) == ["train", "test"])
      #expect(source.dataset.schema.labels?.columns == ["fine_label", "coarse_label"])
      #expect(source.dataset.schema.labels?.classNames == ["cat", "dog"])
      #expect(try readAll(source, split: 0).labels == [1, 0, 1, 0, 1, 0])
    }
  }

  @Test("one batch alone has the split that it says it is part of")
  func oneBatch() throws {
    for (name, title, split) in [
      ("data_batch_3", "", "train"), ("x.pkl", "testing batch 1 of 1", "test"),
      ("x.pkl", "", "data"),
    ] {
      try open([(name, batch(2, first: 0, [("labels", [0, 1])], title: title))]) { source throws in
        #expect(source.dataset.splits == [Split(name: split, count: 2)])
      }
    }
  }

  @Test("a batch of other pictures is not said to be corrected")
  func uncorrected() throws {
    for shape in [[2, 28 * 28], [2, 5, 4], [2, 5, 4, 3]] {
      let batch = PickleSample.dict([
        (.key("data", Self.writer), images(shape, from: 0)),
        (.key("labels", Self.writer), .ints([0, 1])),
      ])
      try open([("x.pkl", batch)]) { source throws in
        let found = source.dataset.schema.sampleShape
        #expect(found == (shape == [2, 784] ? [28, 28] : Array(shape.dropFirst())))
        #expect(source.corrections == [])
      }
    }
  }

  @Test("refuses batches that do not belong together")
  func mixed() {
    let ten = batch(1, first: 0, [("labels", [1])])
    let hundred = batch(1, first: 0, [("fine_labels", [1]), ("coarse_labels", [1])])
    #expect(
      failure([("data_batch_1", ten), ("train", hundred)])
        == "decode train[data]: has other images or labels than data_batch_1[data]")
    #expect(
      failure([("a.pkl", ten), ("b.pkl", images([2, 9, 9]))])
        == "decode b.pkl: is no batch of a data set in several pickles"
        + " (name one pickle, or convert them singly)")
  }

  @Test("takes no names of classes from a file that holds arrays of its own")
  func noMeta() {
    let other = PickleSample.dict([
      (.text("images"), images([3, 28, 28])), (.text("labels"), PickleSample.ints([0, 2, 1])),
      (.text("classes"), .list([.text("x"), .text("y"), .text("z")])),
    ])
    for name in ["b.pkl", "metal.pkl"] {
      let line = failure([
        ("data_batch_1", batch(2, first: 0, [("labels", [0, 1])])), (name, other),
      ])
      #expect(line?.contains("is no batch of a data set in several pickles") == true)
    }
  }

  @Test(
    "says which batch is missing, and refuses one that is no pickle",
    arguments: [[], [0x80]] as [[UInt8]], ["data_batch_2", "test_batch", "batches.meta"])
  func gaps(other: [UInt8], name: String) throws {
    let files = [1, 4].map {
      (name: "data_batch_\($0)", value: batch(2, first: $0, [("labels", [0, 1])]))
    }
    try open(files, as: [""]) { source throws in
      #expect(source.remarks == ["not among the batches: data_batch_2, data_batch_3"])
    }
    try withTemporaryDirectory { root in
      for file in files { try write(Self.writer.pickle(file.value), to: root + "/" + file.name) }
      try write(other, to: root + "/" + name)
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(name): is no pickle, unlike the files beside it (fetch it again, or remove it)"
      )
    }
  }

  @Test("refuses a file of CIFAR-100 that is no pickle beside two that are")
  func damagedTest() throws {
    try withTemporaryDirectory { root in
      for name in ["train", "meta"] {
        try write(
          Self.writer.pickle(batch(2, first: 1, [("labels", [0, 1])])), to: root + "/" + name)
      }
      try write([1, 2, 3], to: root + "/test")
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode test: is no pickle, unlike the files beside it (fetch it again, or remove it)")
    }
  }

  @Test("takes names of classes from a file of that name also beside an array, such as the mean")
  func metaWithMean() throws {
    let meta = PickleSample.dict([
      (.text("label_names"), .list([.text("a"), .text("b")])),
      (.text("data_mean"), floats([3072, 1]) { Float($0) }),
    ])
    try open([
      ("data_batch_1", batch(2, first: 0, [("labels", [0, 1])])), ("batches.meta", meta),
    ]) { source throws in
      #expect(source.dataset.schema.labels?.classNames == ["a", "b"])
    }
  }

  @Test("prefers the names of the labels that it reads, whatever stands before them")
  func nameOrder() throws {
    let columns: [(PickleSample, PickleSample)] = [
      (.text("classes"), .int(3)), (.text("label_names"), .list([.text("C")])),
      (.text("fine_label_names"), .list([.text("a"), .text("b")])),
      (.text("data"), images([2, 3072])), (.text("fine_labels"), PickleSample.ints([0, 1])),
    ]
    try open(.dict(columns)) { source throws in
      #expect(source.dataset.schema.labels?.classNames == ["a", "b"])
    }
  }
}
