import Testing

@testable import Kiln

/// As competitions publish it: labels for training, none for what is to be recognised.
@Suite("Splits with and without labels") struct LabelledSplitsTests {
  static let formats = ["csv", "npy", "npz", "pickle", "idx"]

  /// Puts the split of one output beside that of another one, which has no labels.
  private func make(_ name: String, in root: String) throws -> String {
    let pixels = (0..<4).map { "pixel\($0)" }.joined(separator: ",")
    let path = root + "/in"
    switch name {
    case "csv":
      try makeDirectory(path)
      try write(Array("label,\(pixels)\n7,1,2,3,4\n8,5,6,7,8\n".utf8), to: path + "/train.csv")
      try write(Array("\(pixels)\n9,9,9,9\n".utf8), to: path + "/test.csv")
      try write(Array("ImageId,Label\n1,0\n".utf8), to: path + "/sample_submission.csv")
    default:
      let format = try #require(SinkFormat.all.first { $0.name == name })
      let output = try Pipeline.Output(format, at: path)
      try TestSource(.uint8, [2, 2], counts: [2, 1]).run([output])
      switch name {
      case "npy": try Path.removeTree(path + "/test-labels.npy")
      case "idx": try Path.removeTree(path + "/t10k-labels-idx1-ubyte")
      // The same length, and no name that says labels.
      case "npz": try rename("y_test", to: "q_test", in: output.path)
      default: try rename("test_label", to: "test_other", in: output.path)
      }
      return output.path
    }
    return path
  }

  private func rename(_ key: String, to other: String, in path: String) throws {
    var bytes = try contents(of: path)
    let (old, new) = (Array(key.utf8), Array(other.utf8))
    for start in 0...bytes.count - old.count where Array(bytes[start..<start + old.count]) == old {
      bytes.replaceSubrange(start..<start + old.count, with: new)
    }
    try write(bytes, to: path)
  }

  private func run(_ source: String, _ steps: [(ConversionFormat, String)], _ path: String) throws
    -> RunReport
  {
    try Runner(
      Pipeline(
        source: SourceRequest(paths: [source]),
        steps: try steps.map { try Pipeline.Step($0, $1) },
        outputs: [try Pipeline.Output(.npy, at: path)])
    ).run()
  }

  @Test("are read one kind at a time", arguments: formats)
  func chosen(_ name: String) throws {
    try withTemporaryDirectory { root in
      let source = try make(name, in: root)
      let train = try run(source, [(.splits, "train")], root + "/train")
      #expect(train.splits.map(\.name) == ["train"])
      #expect(train.schema.labels != nil)
      let test = try run(source, [(.splits, "new=test")], root + "/test")
      #expect(test.splits.map(\.count) == [1])
      #expect(test.schema.labels == nil)
      let held = try run(source, [(.splits, "train"), (.holdout, "val=1")], root + "/held")
      #expect(held.splits.map(\.name) == ["train", "val"])
    }
  }

  @Test("are neither read nor recorded where they are left out", arguments: ["npy", "idx"])
  func leftOut(_ name: String) throws {
    try withTemporaryDirectory { root in
      let source = try make(name, in: root)
      let images = source + (name == "npy" ? "/test-images.npy" : "/t10k-images-idx3-ubyte")
      try write(Array(try contents(of: images).prefix(9)), to: images)
      let report = try run(source, [(.splits, "train")], root + "/out")
      #expect(report.splits.map(\.count) == [2])
      let manifest = try JSON(parsing: try contents(of: root + "/out/kiln.json"))
      guard case .array(let sources)? = manifest["sources"] else {
        Issue.record("no sources")
        return
      }
      #expect(sources.count == 2)
      #expect(sources.allSatisfy { $0["name"]?.asText?.contains("train-") == true }, "\(sources)")
    }
  }

  @Test("are refused together, with what to do", arguments: formats)
  func together(_ name: String) throws {
    try withTemporaryDirectory { root in
      let source = try make(name, in: root)
      for splits in ["test,train", nil] {
        let steps = splits.map { [(ConversionFormat.splits, $0)] } ?? []
        let line = sentence { _ = try run(source, steps, root + "/out") }
        #expect(
          line?.hasSuffix(
            ": has no labels, but other splits have"
              + " (add them, or convert without it: --splits train)") == true, "\(line ?? "")")
        #expect(line?.contains("test") == true || line?.contains("t10k") == true)
        #expect(Path.kind(of: root + "/out") == nil)
      }
    }
  }

  @Test("are shown one at a time")
  func shown() throws {
    try withTemporaryDirectory { root in
      let source = SourceRequest(paths: [try make("csv", in: root)])
      let preview = Preview(try OptionValues(Preview.options, given: ["split": "test"]))
      #expect(try preview.sheet(of: source).title == "test: 1 samples, 2x2 u8")
    }
  }
}
