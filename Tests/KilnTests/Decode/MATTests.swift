import Testing

@testable import Kiln

@Suite("MAT source", .timeLimit(.minutes(20))) struct MATTests {
  private func read(
    _ bytes: [UInt8], _ settings: [String: String] = [:], name: String = "train_2x3.mat"
  ) throws -> (dataset: Dataset, pixels: [UInt8], labels: [Int64]) {
    try withTemporaryDirectory { root in
      try write(bytes, to: root + "/" + name)
      let source = try openSource(SourceRequest(paths: [root + "/" + name], settings: settings))
      let (pixels, labels) = try readAll(source, split: 0)
      return (source.dataset, pixels, labels)
    }
  }

  private func failure(_ bytes: [UInt8], _ settings: [String: String] = [:]) -> String? {
    sentence { _ = try read(bytes, settings) }
  }

  /// Four pictures of 2 x 3 in two channels, column by column, samples last.
  private func pictures(_ order: ByteOrder = .little, isCompressed: Bool = false) -> [MATSample] {
    [
      MATSample(
        name: "X", dimensions: [2, 3, 2, 4], data: (0..<48).map { UInt8($0) },
        isCompressed: isCompressed, order: order),
      MATSample(
        name: "y", dimensions: [4, 1], kind: 6, data: [1, 10, 2, 3], isCompressed: isCompressed,
        order: order),
    ]
  }

  @Test(
    "reads pictures that are stacked along the last axis", arguments: [ByteOrder.little, .big],
    [false, true])
  func lastAxis(order: ByteOrder, isCompressed: Bool) throws {
    let file = MATSample.file(pictures(order, isCompressed: isCompressed))
    for (bytes, name) in [(file, "train_2x3.mat"), (gzip(file), "train_2x3.mat.gz")] {
      let result = try read(bytes, name: name)
      #expect(result.dataset.splits == [Split(name: "train", count: 4)])
      #expect(result.dataset.schema.sampleShape == [2, 3, 2])
      #expect(result.dataset.schema.labels?.range == 1...10)
      #expect(result.labels == [1, 10, 2, 3])
      var expected: [UInt8] = []
      for sample in 0..<4 {
        for row in 0..<2 {
          for column in 0..<3 {
            for channel in 0..<2 {
              let place: Int = sample * 12 + channel * 6 + column * 2 + row
              expected.append(UInt8(place))
            }
          }
        }
      }
      #expect(result.pixels == expected)
    }
  }

  @Test("says which axis counts the samples where no label tells it")
  func untoldAxis() throws {
    let cube = MATSample(name: "X", dimensions: [4, 3, 4], data: (0..<48).map { UInt8($0) })
    let labels = MATSample(name: "y", dimensions: [4, 1], kind: 6, data: [1, 0, 2, 3])
    let remark = "samples are along the last axis of X (4x3x4)"
    let rows = MATSample(name: "X", dimensions: [2, 8], data: (0..<16).map { UInt8($0) })
    for (variables, remarks) in [
      ([cube], [remark]), ([cube, labels], [remark]), (pictures(), []),
      ([rows], ["samples are along the first axis of X (2x8)"]),
    ] {
      try withTemporaryDirectory { root in
        try write(MATSample.file(variables), to: root + "/a.mat")
        #expect(try openSource(SourceRequest(paths: [root + "/a.mat"])).remarks == remarks)
      }
    }
  }

  @Test("reads rows of numbers along the first axis, and several splits of one file")
  func firstAxis() throws {
    let file = MATSample.file([
      MATSample(name: "train_x", dimensions: [2, 3], data: [1, 4, 2, 5, 3, 6]),
      MATSample(name: "train_y", dimensions: [2, 2], data: [1, 0, 0, 1]),
      MATSample(name: "test_x", dimensions: [1, 3], data: [7, 8, 9]),
      MATSample(name: "test_y", dimensions: [1, 2], data: [0, 1]),
    ])
    let result = try read(file, name: "digits.mat")
    #expect(result.dataset.splits.map(\.name) == ["train", "test"])
    #expect(result.pixels == [1, 2, 3, 4, 5, 6])
    #expect(result.labels == [0, 1])
    let shaped = try read(
      file, ["images-key": "train_x", "shape": "1x3"], name: "digits.mat")
    #expect(shaped.dataset.schema.sampleShape == [1, 3] && shaped.labels == [])
    #expect(
      failure(file, ["images-key": "x"])?.contains(
        "has no variable 'x'; there are train_x (u8 2x3), train_y (u8 2x2), test_x") == true)
  }

  @Test("says what there is where names tell nothing, and which version it cannot read")
  func unknown() {
    let file = MATSample.file([MATSample(name: "weights", dimensions: [1, 1], data: [1])])
    #expect(
      failure(file)
        == "decode train_2x3.mat: holds weights (u8 1x1): which are images and which labels?"
        + " (say so with --images-key and --labels-key)")
    // Two is the class of structures, as EMNIST's own files have them.
    let structure = MATSample(name: "dataset", dimensions: [1, 1], kind: 2, data: [1])
    #expect(
      failure(MATSample.file([structure]))
        == "decode train_2x3.mat: holds nothing but structures, cells, texts or sparse matrices,"
        + " which are not read (save images and labels as arrays of their own)")
    let odd = MATSample.file([
      MATSample(name: "x", dimensions: [2, 3], data: [1, 4, 2, 5, 3, 6]),
      MATSample(name: "answers", dimensions: [2, 1], data: [1, 0]),
    ])
    #expect(failure(odd)?.contains("x (u8 2x3), answers (u8 2x1): which are images") == true)
    #expect(
      failure(
        Array("MATLAB 7.3 MAT-file, Platform: GLNXA64".utf8) + [UInt8](repeating: 0, count: 500))
        == "decode train_2x3.mat: is a MAT-file of version 7.3, which is HDF5 (save it with -v7)")
    #expect(
      failure(
        MATSample.file([
          pictures()[0], MATSample(name: "y", dimensions: [5, 1], data: [1, 2, 3, 4, 5]),
        ]))?.contains("neither the first nor the last axis") == true)
  }

  @Test("unpacks a file once to list its variables", .timeLimit(.minutes(10)))
  func manyVariables() throws {
    let other = MATSample(
      name: "z", dimensions: [1 << 17, 1], data: [UInt8](repeating: 1, count: 1 << 17))
    // A second; read up to each of them anew, 512 MB become a terabyte, which no machine unpacks in time.
    let others = Array(repeating: gzip(other.bytes), count: 4000).flatMap(\.self)
    let file = gzip(MATSample.file(pictures())) + others
    #expect(try read(file, name: "train_2x3.mat.gz").labels == [1, 10, 2, 3])
  }

  @Test("refuses more variables than any data set has", arguments: [4096, 4097])
  func tooManyVariables(count: Int) throws {
    let others = Array(
      repeating: MATSample(name: "z", dimensions: [1, 1], data: [1]), count: count - 2)
    let file = MATSample.file(pictures() + others)
    let expected =
      "decode train_2x3.mat: has more than 4096 variables"
      + " (save images and labels in a file of their own)"
    #expect(failure(file) == (count > 4096 ? expected : nil))
  }

  @Test("refuses a file that is cut short, at any length", arguments: [false, true])
  func truncated(isCompressed: Bool) {
    let file = MATSample.file(pictures(isCompressed: isCompressed))
    for length in 0..<file.count {
      let line = failure(Array(file.prefix(length)), ["images-key": "X", "labels-key": "y"])
      #expect(line != nil, "\(length)")
    }
  }

  @Test("loses no variable that is damaged")
  func damagedVariable() {
    let packed = MATSample.file(pictures(isCompressed: true))
    let plain = MATSample.file(pictures())
    let size = { (file: [UInt8]) in Int(file[132]) | Int(file[133]) << 8 }
    let second = 136 + size(packed)
    var type = packed
    type[second] = 0x1F
    var long = packed
    long[135] ^= 0x40
    var longPlain = plain
    longPlain[136 + size(plain) + 6] = 1
    for file in [type, long, longPlain] { #expect(failure(file)?.contains("is damaged") == true) }
  }

  @Test("never crashes on a damaged file", arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var file = MATSample.file(
      pictures(seed % 2 == 0 ? .little : .big, isCompressed: seed % 3 == 0))
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      file[Int.random(in: 100..<file.count, using: &generator)] = generator.bytes(1)[0]
    }
    _ = failure(file)
    _ = failure(Array(file.prefix(128)) + generator.bytes(200))
  }

  @Test(
    "reads what SciPy writes", .enabled(if: Python.has("scipy.io"), "needs python3 with scipy"))
  func scipy() throws {
    try withTemporaryDirectory { root in
      let made = try Python.run(
        """
        import sys, numpy as np, scipy.io
        x = np.arange(5 * 4 * 3 * 2, dtype="u1").reshape(5, 4, 3, 2)
        for name, packed in (("a", False), ("b", True)):
            scipy.io.savemat(
                sys.argv[1] + "/" + name + ".mat",
                {"X": x.transpose(1, 2, 3, 0), "y": np.arange(5.0)[:, None], "note": "text"},
                do_compression=packed)
        """, [root])
      try #require(made.status == 0, "\(made.output)")
      for name in ["a", "b"] {
        let source = try openSource(SourceRequest(paths: ["\(root)/\(name).mat"]))
        #expect(source.dataset.schema.sampleShape == [4, 3, 2])
        let read = try readAll(source, split: 0)
        #expect(read.pixels == (0..<120).map { UInt8($0) })
        #expect(read.labels == [0, 1, 2, 3, 4])
      }
    }
  }
}
