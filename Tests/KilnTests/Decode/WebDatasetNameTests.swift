import Foundation
import Testing

@testable import Kiln

@Suite("Names of WebDataset shards") struct WebDatasetNameTests {
  @Test(
    "have their split and their place from their names",
    arguments: [
      ("train-000000.tar", "train", 0), ("train-000012.tar.gz", "train", 12),
      ("imagenet-val-0007.tgz", "val", 7), ("mnist_validation_3.tar", "val", 3),
      ("t10k.tar", "test", nil), ("cats-and-dogs-0001.tar.zst", "cats-and-dogs", 1),
      ("000004.tar", "data", 4), ("Train.TAR", "train", nil),
    ] as [(String, String, Int?)])
  func fileNames(name: String, split: String, number: Int?) throws {
    let found = try #require(WebDatasetName(parsing: name))
    #expect(found.split == split && found.number == number)
  }

  @Test("are put in order by number, also in a directory for each split")
  func order() throws {
    var files: [String: [UInt8]] = [:]
    for (split, base) in [("train", 10), ("test", 20)] {
      for number in [0, 1, 2, 10] {
        files["\(split)/\(number).tar"] =
          TarSample.pair("a", UInt8(base + number), "\(number)").bytes
      }
    }
    try readFiles(files) { source throws in
      #expect(
        source.dataset.splits == [Split(name: "train", count: 4), Split(name: "test", count: 4)])
      #expect(try readAll(source, split: 0).pixels == [10, 11, 12, 20])
      #expect(try readAll(source, split: 1).labels == [0, 1, 2, 10])
    }
  }

  @Test("must not lack one in the middle, unless they are named one by one")
  func gap() throws {
    let pair = TarSample.pair("a", 1, "1").bytes
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/train")
      let numbers = [0, 1, 2, 4]
      let paths = numbers.map { "\(root)/train/b-00000\($0).tar" }
      for path in paths { try write(pair, to: path) }
      #expect(
        sentence { _ = try openSource(SourceRequest(paths: [root])) }
          == "decode \(root): lacks the shards between b-000002.tar and b-000004.tar"
          + " (name the files themselves to go without these)")
      let named = try openSource(SourceRequest(paths: paths)).dataset
      #expect(named.splits == [Split(name: "train", count: 4)])
      try makeDirectory(root + "/test")
      try write(pair, to: root + "/test/b-000000.tar")
      #expect(
        sentence {
          _ = try openSource(SourceRequest(paths: [root + "/test", root + "/train"]))
        }?.hasPrefix("decode \(root)/train: lacks the shards") == true)
    }
  }

  @Test("are of the split that their directory is called as, however they are named")
  func directories() throws {
    let pair = TarSample.pair("a", 1, "1").bytes
    try withTemporaryDirectory { root in
      for name in ["train", "val", "dev"] {
        try makeDirectory(root + "/" + name)
        try write(pair, to: "\(root)/\(name)/b-0000.tar")
      }
      let splits = { (paths: [String]) in
        try openSource(SourceRequest(paths: paths.map { "\(root)/\($0)" })).dataset.splits.map(
          \.name)
      }
      #expect(try splits(["train", "val"]) == ["train", "val"])
      #expect(try splits(["train/", "val/b-0000.tar"]) == ["train", "val"])
      #expect(try splits(["val/../val"]) == ["val"])
      #expect(try splits(["dev"]) == ["b"])
      #expect(
        sentence { _ = try splits(["train", "train/b-0000.tar"]) }
          == "\(root)/train/b-0000.tar is named twice, by itself or with its directory")
      #expect(sentence { _ = try splits(["val", "train/../val"]) }?.contains("twice") == true)
    }
  }

  @Test("may be links to one file, as stores of equal files make them")
  func links() throws {
    try withTemporaryDirectory { root in
      try write(TarSample.pair("a", 1, "1").bytes, to: root + "/a-0000.tar")
      try FileManager.default.createSymbolicLink(
        atPath: root + "/a-0001.tar", withDestinationPath: "a-0000.tar")
      #expect(try openSource(SourceRequest(paths: [root])).dataset.count == 2)
      let link = { (name: String) in
        try FileManager.default.createSymbolicLink(
          atPath: root + "/" + name, withDestinationPath: root + "/a-0000.tar")
      }
      // Neither another split, nor another name or place, of the same samples.
      try makeDirectory(root + "/other")
      for name in ["b-0001.tar", "a-latest.tar", "other/a-0003.tar"] {
        try link(name)
        let paths = ["/a-0000.tar", "/" + name].map { root + $0 }
        let line = sentence { _ = try openSource(SourceRequest(paths: paths)) }
        #expect(line?.contains("its samples would be read twice") == true, "\(line ?? "")")
      }
    }
  }

  @Test(
    "may have numbers that are none of a series",
    arguments: [
      ["x-20240131", "x-20240201"], ["a-0000", "a-0001", "b-0004"], ["a-0000", "a-0005"],
      ["a-0003", "a-0004", "a-0006"], ["0000", "0001", "0002"],
    ])
  func otherNumbers(names: [String]) throws {
    let pair = TarSample.pair("a", 1, "1").bytes
    try readFiles(Dictionary(uniqueKeysWithValues: names.map { ($0 + ".tar", pair) })) { source in
      #expect(source.dataset.count == names.count)
    }
  }
}
