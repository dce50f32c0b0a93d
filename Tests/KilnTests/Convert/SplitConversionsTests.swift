import Testing

@testable import Kiln

private func plan(_ splits: [(String, Int)], _ conversions: [(String, String)]) throws -> Plan {
  var plan = Plan(
    Dataset(
      schema: Schema(elementType: .uint8, sampleShape: [2, 2], labels: nil),
      splits: splits.map { Split(name: $0.0, count: $0.1) }))
  for (name, value) in conversions {
    let step = try conversion(name, value).prepare(&plan)
    #expect(step == nil)
  }
  return plan
}

private func text(_ plan: Plan) -> String {
  plan.parts.map { "\($0.name)=\($0.sourceSplit):\($0.range)" }.joined(separator: " ")
}

@Suite struct SplitConversionsTests {
  @Test(
    "splits are selected, ordered, renamed, limited and held out",
    arguments: [
      ([("splits", "test,train")], "test=1:0..<10 train=0:0..<60"),
      ([("splits", "train,val=test")], "train=0:0..<60 val=1:0..<10"),
      ([("splits", "train=test,test=train")], "train=1:0..<10 test=0:0..<60"),
      ([("splits", "test")], "test=1:0..<10"),
      ([("limit", "20")], "train=0:0..<20 test=1:0..<10"),
      ([("limit", "0")], "train=0:0..<0 test=1:0..<0"),
      ([("holdout", "val=7")], "train=0:0..<53 val=0:53..<60 test=1:0..<10"),
      ([("holdout", "val=60")], "train=0:0..<0 val=0:0..<60 test=1:0..<10"),
      (
        [("splits", "a=test,b=train"), ("holdout", "val=1")],
        "a=1:0..<9 val=1:9..<10 b=0:0..<60"
      ),
      ([("splits", "test,train"), ("holdout", "v=1")], "test=1:0..<10 train=0:0..<59 v=0:59..<60"),
      (
        [("holdout", "val=7"), ("holdout", "dev=3"), ("limit", "2")],
        "train=0:0..<2 dev=0:50..<52 val=0:53..<55 test=1:0..<2"
      ),
    ] as [([(String, String)], String)])
  func plans(conversions: [(String, String)], expected: String) throws {
    #expect(text(try plan([("train", 60), ("test", 10)], conversions)) == expected)
  }

  @Test("samples are held out of what there is to train with, whatever comes first")
  func training() throws {
    let splits = [("test_set", 10), ("train_set", 60)]
    #expect(
      text(try plan(splits, [("holdout", "val=7")]))
        == "test_set=0:0..<10 train_set=1:0..<53 val=1:53..<60")
    #expect(
      text(try plan([("aug_train", 10), ("train", 20)], [("holdout", "val=7")]))
        == "aug_train=0:0..<10 train=1:0..<13 val=1:13..<20")
    #expect(
      text(try plan([("strain", 10), ("all", 5)], [("holdout", "val=7")]))
        == "strain=0:0..<3 val=0:3..<10 all=1:0..<5")
  }

  @Test(
    "what no data set allows is wrong usage with an example",
    arguments: [
      ("splits", "", "such as train,test"), ("splits", "a,,b", "such as train,test"),
      ("splits", "a=b=c", "such as train,test"), ("splits", "=a", "such as train,test"),
      ("splits", "a,a", "twice"), ("splits", "a=b,c=b", "twice"), ("splits", "a=b,a=c", "twice"),
      ("limit", "-1", "whole number"), ("limit", "ten", "whole number"),
      ("holdout", "val", "such as val=10000"), ("holdout", "val=0", "such as val=10000"),
      ("holdout", "=5", "such as val=10000"), ("holdout", "val=x", "such as val=10000"),
    ])
  func usage(name: String, value: String, hint: String) throws {
    let error = try #require(throws: UsageError.self) { try conversion(name, value) }
    #expect(error.description.contains(hint))
  }

  @Test(
    "splits that are not there are refused with those that are",
    arguments: [
      ("splits", "train,val", "no split 'val': the splits are train, test"),
      ("holdout", "val=61", "split 'train' has 60 samples, fewer than the 61 to hold out"),
      (
        "holdout", "test=5",
        "there is a split 'test' already: choose another name, or rename it by --splits"
      ),
    ])
  func refused(name: String, value: String, sentence: String) throws {
    let error = try #require(throws: UnsupportedError.self) {
      try plan([("train", 60), ("test", 10)], [(name, value)])
    }
    #expect(error.description == sentence)
  }

  @Test(
    "held-out samples have the bytes of a slice of the source",
    arguments: [(3001, 1000), (2049, 1), (1025, 1025), (7, 3)])
  func holdout(trainCount: Int, heldOut: Int) throws {
    // Six samples in seven are for training: as many as are needed, or a few more.
    let count = (0...).lazy.map { trainCount + $0 }.first { $0 - $0 / 7 == trainCount }
    let total = try #require(count)
    try withTemporaryDirectory { directory in
      try run("sample:\(total)", [("holdout", "val=\(heldOut)")], to: directory + "/held")
      try run("sample:\(total)", [], to: directory + "/whole")
      for (kind, sampleByteCount) in [("images", 784), ("labels", 1)] {
        let whole = try payload(directory + "/whole/train-\(kind).npy")
        let kept = try payload(directory + "/held/train-\(kind).npy")
        let val = try payload(directory + "/held/val-\(kind).npy")
        #expect(val == Array(whole.suffix(heldOut * sampleByteCount)))
        #expect(kept == Array(whole.dropLast(heldOut * sampleByteCount)))
        let test = try payload(directory + "/held/test-\(kind).npy")
        #expect(test == (try payload(directory + "/whole/test-\(kind).npy")))
      }
    }
  }

  @Test("a limit and an order of splits reach the files")
  func limited() throws {
    try withTemporaryDirectory { directory in
      let steps = [("splits", "val=test,train"), ("limit", "5")]
      try run("sample:100", steps, to: directory + "/few")
      try run("sample:100", [], to: directory + "/whole")
      for (new, old) in [("val", "test"), ("train", "train")] {
        let whole = try payload(directory + "/whole/\(old)-images.npy")
        #expect(try payload(directory + "/few/\(new)-images.npy") == Array(whole.prefix(5 * 784)))
      }
    }
  }
}

private func run(_ source: String, _ steps: [(String, String)], to path: String) throws {
  _ = try Runner(
    Pipeline(
      source: SourceRequest(paths: [source]),
      steps: try steps.map {
        Pipeline.Step(name: $0.0, value: $0.1, conversion: try conversion($0.0, $0.1))
      },
      outputs: [try Pipeline.Output(.npy, at: path)]),
    jobs: 2
  ).run()
}

/// What follows the header of an .npy file.
private func payload(_ path: String) throws -> [UInt8] {
  let file = try SourceFile(path: path)
  let bytes = try file.open().read(file.byteCount)
  return Array(bytes.dropFirst(10 + Int(bytes[8]) + Int(bytes[9]) << 8))
}
