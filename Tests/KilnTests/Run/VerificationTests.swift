import Testing

@testable import Kiln

@Suite("Verification of outputs") struct VerificationTests: OutputMaking {
  @Test(
    "finds every output of the run that wrote it unharmed", arguments: SinkFormat.all.map(\.name))
  func sound(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withOutput(format) { path throws in
      let verification = try Verification(of: path, jobs: 2)
      #expect(verification.differences == [])
      #expect(verification.format == name)
      #expect(Set(verification.splits.map(\.name)) == ["train", "test"])
      #expect(verification.splits.reduce(0) { $0 + $1.count } == 80)
      #expect(verification.splits.allSatisfy { ($0.digest != nil) == verification.isLossless })
    }
  }

  @Test(
    "finds arrays and tables unharmed whatever their samples have become",
    arguments: ["csv", "npy", "npz", "cache", "idx", "pickle"],
    [
      [("one-hot", "on"), ("flatten", "on")], [("dtype", "f64"), ("scale", "1/256")],
      [("dtype", "i16")],
    ])
  func converted(name: String, steps: [(String, String)]) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    let conversions = try steps.map { name, value in
      try Pipeline.Step(try #require(ConversionFormat.all.first { $0.name == name }), value)
    }
    try withOutput(format, conversions) { path throws in
      #expect(try Verification(of: path).differences == [])
    }
  }

  @Test(
    "reads splits of any name again without the manifest",
    arguments: [
      ("pickle", "y"), ("pickle", "x-y"), ("pickle", "other"), ("pickle", "x"), ("npz", "my_label"),
      ("npz", "other"),
    ])
  func splitsByKeys(format: String, name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == format })
    try withOutput(format, [try Pipeline.Step(.splits, "\(name)=train,test")]) { path throws in
      let before = try openSource(SourceRequest(paths: [path])).dataset
      try Path.removeTree(path + ".kiln.json")
      let after = try openSource(SourceRequest(paths: [path])).dataset
      #expect(after.splits.map(\.name).sorted() == [name, "test"].sorted())
      #expect(after.count == before.count && after.schema.labels != nil)
    }
  }

  @Test(
    "finds tables unharmed whatever they are written with",
    arguments: ["#", ":", "/", "_", "=", "(", "~", " ", "tab", ";"],
    [("off", "first"), ("off", "last"), ("on", "last")])
  func tables(delimiter: String, layout: (header: String, label: String)) throws {
    let options = ["delimiter": delimiter, "header": layout.header, "label": layout.label]
    for steps in [[], [try Pipeline.Step(.oneHot, "on")]] {
      try withOutput(.csv, steps, options: options) { path throws in
        #expect(try Verification(of: path).differences == [])
      }
    }
  }

  @Test(
    "finds one-hot labels of a single class unharmed",
    arguments: ["csv", "npy", "npz", "cache", "idx", "pickle"])
  func singleClass(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { root in
      try write(Array("label,pixel0,pixel1\n0,1,2\n0,3,4\n".utf8), to: root + "/train.csv")
      let output = try Pipeline.Output(format, at: root + "/out")
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: [root + "/train.csv"]),
          steps: [try Pipeline.Step(.oneHot, "on")], outputs: [output])
      ).run()
      #expect(try Verification(of: output.path).differences == [])
    }
  }

  @Test(
    "knows splits by the names that were given to them",
    arguments: SinkFormat.all.map(\.name),
    ["dev", "Extra", "data", "nist", "my-val", "x", "images", "T10k_a.b"])
  func splitNames(name: String, split: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withOutput(format, [try Pipeline.Step(.holdout, "\(split)=16")]) { path throws in
      let verification = try Verification(of: path)
      #expect(verification.differences == [])
      #expect(Set(verification.splits.map(\.name)) == ["train", "test", split])
    }
  }

  @Test(
    "knows the split of a pair of its files by its name",
    arguments: [("npy", "my-val-images.npy"), ("idx", "my-val-images-idx3-ubyte")])
  func pairNames(name: String, images: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withOutput(format, [try Pipeline.Step(.holdout, "my-val=16")]) { path throws in
      let labels = images.replacing("images", with: "labels").replacing("idx3", with: "idx1")
      let source = try openSource(
        SourceRequest(images: path + "/" + images, labels: path + "/" + labels))
      #expect(source.dataset.splits == [Split(name: "my-val", count: 16)])
      #expect(source.dataset.schema.labels?.classNames.count == 10)
    }
  }

  @Test(
    "compares counts where paths tell neither order nor labels",
    arguments: ["{split}/{label}/{digest}.png", "{split}/{index}.png", "{split}/{digest}.png"])
  func unordered(template: String) throws {
    try withOutput(.png, options: ["template": template]) { path throws in
      let verification = try Verification(of: path)
      #expect(verification.differences == [])
      #expect(verification.splits.allSatisfy { $0.digest == nil })
      let lost = try #require(
        try Path.entries(of: path + "/test").first.map { path + "/test/" + $0.name })
      try Path.removeTree(lost)
      #expect((try? Verification(of: path).differences.isEmpty) != true)
    }
  }

  @Test(
    "knows the only split where paths do not tell it",
    arguments: ["{label}/{index}.png", "{index}_{label}.png", "{digest}.png"])
  func untold(template: String) throws {
    try withOutput(.png, [try Pipeline.Step(.splits, "test")], options: ["template": template]) {
      path throws in
      let verification = try Verification(of: path)
      #expect(verification.differences == [])
      #expect(verification.splits.map(\.name) == ["test"])
      let source = try openSource(SourceRequest(paths: [path]))
      #expect(source.dataset.splits.map(\.name) == ["test"])
    }
  }

  @Test(
    "finds truth values unharmed, also as digits",
    arguments: SinkFormat.all.map(\.name).filter { !["png", "jpeg", "tar", "idx"].contains($0) })
  func truthValues(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    let steps = [try Pipeline.Step(.scale, "1/255"), try Pipeline.Step(.dtype, "bool")]
    try withOutput(format, steps) { path throws in
      #expect(try Verification(of: path).differences == [])
    }
  }

  @Test(
    "finds outputs without a sample unharmed, and says what was added to one",
    arguments: ["png", "jpeg", "csv"])
  func noSamples(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withOutput(format, [try Pipeline.Step(.limit, "0")]) { path throws in
      #expect(try Verification(of: path).differences == [])
      let source = try SourceFormat.open(SourceRequest(paths: [path])).source
      #expect(source.dataset.count == 0)
      #expect(source.dataset.schema.shapeText == "28x28")
      let added = name == "csv" ? path + "/train.csv" : path + "/train/1/1.png"
      try makeDirectory(Path.directory(of: added))
      let row = (["7"] + Array(repeating: "1", count: 784)).joined(separator: ",")
      try write(name == "csv" ? Array(row.utf8) : greyPNG(1, width: 28, height: 28), to: added)
      let differences = sentence {
        let found = try Verification(of: path).differences
        if !found.isEmpty { throw UnsupportedError(found.joined()) }
      }
      #expect(differences != nil)
    }
  }

  @Test("takes tables without rows and names by the manifest")
  func noNames() throws {
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(.csv, at: root + "/out", options: ["header": "off"])
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: ["sample:80"]), steps: [try Pipeline.Step(.limit, "0")],
          outputs: [output])
      ).run()
      #expect(try Verification(of: output.path).differences == [])
      try Path.removeTree(output.path + "/kiln.json")
      #expect(
        sentence { _ = try SourceFormat.open(SourceRequest(paths: [output.path])) }
          == "decode \(output.path): holds no format that Kiln knows (kiln formats lists them)")
    }
  }

  @Test(
    "finds pictures unharmed wherever their channels were", arguments: ["png", "tar"],
    ["nchw", "nhwc"])
  func channels(name: String, order: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withOutput(format, [try Pipeline.Step(.layout, order)]) { path throws in
      let verification = try Verification(of: path)
      #expect(verification.differences == [])
      #expect(verification.isLossless)
    }
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/in")
      // CIFAR's: a label, then planes of colours.
      let record = [7] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 3) }
      for file in ["data_batch_1.bin", "test_batch.bin"] {
        try write(record, to: "\(root)/in/\(file)")
      }
      let output = try Pipeline.Output(format, at: root + "/out")
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: [root + "/in"]), steps: [try Pipeline.Step(.layout, order)],
          outputs: [output])
      ).run()
      #expect(try Verification(of: output.path).differences == [])
    }
  }

  @Test("makes no promise of pixels that were rounded for pictures", arguments: ["png", "tar"])
  func rounded(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withOutput(format, [try Pipeline.Step(.scale, "1/255")]) { path throws in
      let verification = try Verification(of: path)
      #expect(!verification.isLossless)
      #expect(verification.differences == [])
    }
  }

  @Test("compares the class names that lie beside pictures", arguments: ["png", "jpeg", "tar"])
  func classes(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(format, at: root + "/out")
      let names = (0...9).map { "class \($0)" }
      _ = try Runner(
        Pipeline(
          source: SourceRequest(paths: ["sample:80"], classNames: names), outputs: [output])
      ).run()
      #expect(try Verification(of: output.path).differences == [])
      let file = output.path + "/classes.json"
      try write(Array("[\"another\"]".utf8), to: file)
      #expect(
        try Verification(of: output.path).differences
          == ["classes.json has other class names, or none"])
      try Path.removeTree(file)
      #expect(try Verification(of: output.path).differences.count == 1)
    }
  }
}
