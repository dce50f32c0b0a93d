import Foundation
import Testing

@testable import Kiln

@Suite("NPZ source", .timeLimit(.minutes(20)), .enabled(if: Python.has("numpy"), Python.missing))
struct NPZTests {
  private func withArrays<R>(_ body: (String) throws -> R) throws -> R {
    try withTemporaryDirectory { root in
      let made = try Python.run(
        "import make_arrays, sys; make_arrays.containers(sys.argv[1])", [root])
      try #require(made.status == 0, "\(made.output)")
      return try body(root)
    }
  }

  private let pixels = (0..<96).map { UInt8($0) }
  private let labels: [Int64] = [0, 1, 2, 0, 1, 2]

  @Test("reads stored, deflated, streamed and column-major files under the usual keys")
  func usualKeys() throws {
    try withArrays { root in
      for name in ["stored", "deflated", "streamed", "fortran"] {
        let source = try openSource(SourceRequest(paths: ["\(root)/\(name).npz"]))
        #expect(
          source.dataset.splits == [Split(name: "train", count: 4), Split(name: "test", count: 2)])
        #expect(source.dataset.schema.sampleShape == [4, 4])
        #expect(source.files.map(\.name) == ["\(name).npz"])
        for (split, range) in [0..<4, 4..<6].enumerated() {
          let read = try readAll(source, split: split)
          #expect(read.pixels == Array(pixels[range.lowerBound * 16..<range.upperBound * 16]))
          #expect(read.labels == Array(labels[range]))
        }
      }
    }
  }

  @Test("reads other splits, arrays by position, and one-hot labels")
  func otherKeys() throws {
    try withArrays { root in
      let splits = try openSource(SourceRequest(paths: ["\(root)/splits.npz"]))
      #expect(
        splits.dataset.splits == [Split(name: "train", count: 2), Split(name: "extra", count: 4)])
      for name in ["positions", "onehot"] {
        let source = try openSource(SourceRequest(paths: ["\(root)/\(name).npz"]))
        #expect(source.dataset.splits == [Split(name: "data", count: 6)])
        #expect(try readAll(source, split: 0) == (pixels: pixels, labels: labels))
      }
    }
  }

  @Test("reads one array a file: a directory, files, or a pair named by hand")
  func oneArrayEach() throws {
    try withArrays { root in
      try makeDirectory(root + "/k49")
      for name in ["train-imgs", "train-labels", "test-imgs", "test-labels"] {
        try write(
          try contents(of: "\(root)/k49-\(name).npz"), to: "\(root)/k49/k49-\(name).npz")
      }
      let directory = try openSource(SourceRequest(paths: [root + "/k49"]))
      #expect(directory.dataset.splits.map(\.name) == ["train", "test"])
      #expect(try readAll(directory, split: 1).labels == [1, 2])
      let (images, labels) = ("\(root)/k49-train-imgs.npz", "\(root)/k49-train-labels.npz")
      for request in [
        SourceRequest(paths: [images, labels]), SourceRequest(images: images, labels: labels),
      ] {
        let source = try openSource(request)
        #expect(source.dataset.splits == [Split(name: "train", count: 4)])
        #expect(try readAll(source, split: 0).labels == [0, 1, 2, 0])
      }
    }
  }

  @Test("takes keys by hand, and lists them where they are wrong")
  func keys() throws {
    try withArrays { root in
      let path = root + "/stored.npz"
      let source = try openSource(
        SourceRequest(
          paths: [path], settings: ["images-key": "x_test", "labels-key": "y_test"]))
      #expect(source.dataset.splits == [Split(name: "data", count: 2)])
      #expect(
        sentence {
          _ = try openSource(SourceRequest(paths: [path], settings: ["images-key": "x_tset"]))
        }
          == "decode \(path): has no array 'x_tset'; there are x_train (u8 4x4x4),"
          + " y_train (i64 4), x_test (u8 2x4x4), y_test (i64 2)")
    }
  }

  @Test("takes images and labels by keys where files are named by hand, also of both kinds")
  func pairs() throws {
    try withArrays { root in
      let file = root + "/stored.npz"
      let keys = ["images-key": "x_train", "labels-key": "y_train"]
      for labels in [nil, file] {
        let source = try openSource(SourceRequest(images: file, labels: labels, settings: keys))
        #expect(try readAll(source, split: 0).labels == [0, 1, 2, 0])
      }
      let array = root + "/x.npy"
      try write(
        [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
          + Array("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), }".utf8)
          + [UInt8](repeating: 0x20, count: 55) + [0x0A] + Array(1...8), to: array)
      let mixed = try openSource(
        SourceRequest(images: array, labels: file, settings: ["labels-key": "y_test"]))
      #expect(mixed.dataset.count == 2 && mixed.dataset.schema.labels != nil)
      let other = root + "/labels-idx1-ubyte"
      try write([0, 0, 8, 1, 0, 0, 0, 2, 3, 4], to: other)
      for (images, labels, settings, expected) in [
        (
          array, other, [:],
          "decode labels-idx1-ubyte: is no .npy or .npz, as the other file of the pair"
        ),
        (array, nil, ["labels-key": "y"], "--labels-key y chooses among arrays, and x.npy is one"),
        (file, nil, [:], "decode stored.npz: holds x_train, y_train, x_test, y_test"),
        (file, nil, ["images-key": "a=x"], "--images-key a=x names splits, and --images only one"),
        (file, array, ["images-key": "x_tset"], "expected 'x_tset' (choose with --images-key)"),
      ] as [(String, String?, [String: String], String)] {
        let line = sentence {
          _ = try openSource(SourceRequest(images: images, labels: labels, settings: settings))
        }
        #expect(line?.contains(expected) == true, "\(line ?? "")")
      }
    }
  }

  @Test("asks for keys of the same splits")
  func otherSplits() {
    #expect(throws: UsageError.self) { try ArrayKeys(images: "train=x", labels: "y") }
    #expect(throws: UsageError.self) { try ArrayKeys(images: "a=x,b=z", labels: "a=y") }
    #expect(throws: UsageError.self) { try ArrayKeys(images: "a=x", labels: "a=y,b=z") }
  }

  @Test("refuses a file that is cut short, at any length, or damaged")
  func damaged() throws {
    try withArrays { root in
      let bytes = try contents(of: root + "/deflated.npz")
      for length in stride(from: 0, to: bytes.count, by: 7) {
        try write(Array(bytes.prefix(length)), to: root + "/cut.npz")
        let line = sentence { _ = try openSource(SourceRequest(paths: [root + "/cut.npz"])) }
        #expect(
          line?.hasPrefix("decode") == true || line?.hasPrefix("decompress") == true,
          "\(length): \(line ?? "nothing")")
      }
      var generator = SeededGenerator(seed: 1)
      for _ in 0..<200 {
        var other = bytes
        other[Int.random(in: 0..<bytes.count, using: &generator)] ^= generator.bytes(1)[0] | 1
        try write(other, to: root + "/damaged.npz")
        _ = sentence {
          let source = try openSource(SourceRequest(paths: [root + "/damaged.npz"]))
          for split in source.dataset.splits.indices { _ = try readAll(source, split: split) }
        }
      }
    }
  }
}
