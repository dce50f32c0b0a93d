import Testing

@testable import Kiln

@Suite("Folder template") struct FolderTemplateTests {
  private func dataset(
    _ splits: [(String, Int)] = [("train", 60_000), ("test", 10_000)],
    range: ClosedRange<Int64>? = 0...9, classes: [String] = []
  ) -> Dataset {
    Dataset(
      schema: Schema(
        elementType: .uint8, sampleShape: [2, 2],
        labels: LabelSchema(elementType: .int32, range: range, classNames: classes)),
      splits: splits.map { Split(name: $0.0, count: $0.1) })
  }

  private func path(
    _ template: String, _ dataset: Dataset, split: Int = 0, index: Int, label: Int64
  ) throws -> String {
    let paths = FolderPaths(try FolderTemplate(parsing: template), dataset)
    var bytes: [UInt8] = []
    paths.append(
      split: split, index: index, label: label, digest: Array("d1d2".utf8), inDirectory: false,
      to: &bytes)
    #expect(bytes.last == 0)
    let whole = String(decoding: bytes.dropLast(), as: UTF8.self)
    if let directory = paths.directory(split: split, label: label) {
      var rest: [UInt8] = []
      paths.append(
        split: split, index: index, label: label, digest: Array("d1d2".utf8), inDirectory: true,
        to: &rest)
      let name = String(decoding: rest.dropLast(), as: UTF8.self)
      #expect((directory.isEmpty ? name : directory + "/" + name) == whole)
    }
    return whole
  }

  @Test(
    "fills in its fields",
    arguments: [
      ("{split}/{label}/{index}.png", "train/7/00042.png"),
      ("{split}/{index:06}_{label}.jpg", "train/000042_7.jpg"),
      ("DataImages-{split}/{index:1}-label-{label}.png", "DataImages-train/42-label-7.png"),
      ("{split}/{label}/{digest}.png", "train/7/d1d2.png"),
      ("{label:03}/{split}-{index:10}.png", "007/train-0000000042.png"),
      ("{split}-{index}.png", "train-00042.png"),
      ("{index}/{split}.png", "00042/train.png"),
      ("{split}/{class}/{index}.png", "train/ankle-boot/00042.png"),
    ])
  func fields(template: String, expected: String) throws {
    let classes = (0..<7).map { "c\($0)" } + ["Ankle boot"]
    let data = dataset(classes: template.contains("class") ? classes : [])
    #expect(try path(template, data, index: 42, label: 7) == expected)
  }

  @Test(
    "pads the index and label to the largest one",
    arguments: [
      (1, 0...9, 0, 3, "3/0"), (10, 0...9, 9, 3, "3/9"), (11, 0...10, 9, 3, "03/09"),
      (1000, 0...100, 7, 12, "012/007"), (5, -10...3, 1, -2, "-02/1"),
      (5, -10...3, 1, -10, "-10/1"),
      (5, 0...100_000, 1, 7, "000007/1"),
    ] as [(Int, ClosedRange<Int64>, Int, Int64, String)])
  func padding(count: Int, range: ClosedRange<Int64>, index: Int, label: Int64, expected: String)
    throws
  {
    let data = dataset([("a", count)], range: range)
    #expect(try path("{label}/{index}.png", data, index: index, label: label) == expected + ".png")
  }

  @Test(
    "takes a label outside the range that was said", arguments: [.min, -1, 10, .max] as [Int64])
  func surprise(label: Int64) throws {
    for range in [0...9, 5...9, -3 ... -1] as [ClosedRange<Int64>] {
      #expect(
        try path("{label}/{index}.png", dataset([("a", 1)], range: range), index: 0, label: label)
          == "\(label)/0.png")
    }
  }

  @Test(
    "is refused where it cannot be a path",
    arguments: [
      "/abs/{index}.png", "~/{index}.png", "../{index}.png", "a/../{index}.png",
      ".hidden/{index}.png",
      "{split}/.{index}.png", "a//{index}.png", "./{index}.png", "a/{index}.png/", "a\\{index}.png",
      "{index:}.png", "{index:0}.png", "{index:21}.png", "{index:x}.png", "{split:3}/{index}.png",
      "", "/\u{301}x{index}.png", "a/\u{301}/../{index}.png", "{split}/.\u{301}{index}.png",
      "{digest:4}.png",
    ])
  func refused(template: String) {
    let error = #expect(throws: UsageError.self) { try FolderTemplate(parsing: template) }
    #expect(error?.description.hasPrefix("--folder-template takes ") == true)
  }

  @Test(
    "names the field that was meant",
    arguments: [
      ("{indx}.png", "'{indx}' (did you mean '{index}'?)"),
      ("{lable}/{index}.png", "'{lable}' (did you mean '{label}'?)"),
      ("{Split}/{index}.png", "'{Split}' (did you mean '{split}'?)"),
      ("{idx}.png", "'{idx}'"),
      ("{}.png", "'{}'"),
    ])
  func unknown(template: String, line: String) {
    let error = #expect(throws: UsageError.self) { try FolderTemplate(parsing: template) }
    #expect(
      error?.description
        == "--folder-template takes the fields {split} {label} {class} {index} {digest}, not \(line)"
    )
  }

  @Test(
    "is refused where samples would share a path",
    arguments: [
      "{split}/{label:1}0{index:1}.png", "{split}/{index}0.png", "{split}/{digest}a.png",
      "{split}1{index}.png",
      "{split}/{label}.png", "{label}/{index}.png", "fixed.png", "{split}/{label}{index}.png",
      "{split}/{index}{label}.png", "{split}/{index}.txt", "{split}/{index}",
      "{index}-{digest}.png",
    ])
  func colliding(template: String) {
    #expect(throws: UsageError.self) {
      try FolderTemplate(parsing: template).check(dataset(), fileExtensions: ["png"])
    }
  }

  @Test("with {digest} needs no index, and says that duplicates share a file")
  func digest() throws {
    let template = try FolderTemplate(parsing: "{label}/{digest}.png")
    try template.check(dataset(), fileExtensions: ["png"])
    #expect(template.sharesDuplicates)
  }

  @Test("lists thousands of directories in no time", .timeLimit(.minutes(20)))
  func manyLabels() throws {
    let paths = FolderPaths(
      try FolderTemplate(parsing: "{split}/{label}/{index}.png"), dataset(range: 0...65_000))
    #expect(paths.directories?.count == 130_002)
  }

  @Test(
    "makes folder names that are safe everywhere",
    arguments: [
      ("T-shirt/top", "t-shirt-top"), ("Ankle boot", "ankle-boot"), ("", "class-3"),
      ("///", "class-3"),
      ("..", "class-3"), ("CON", "con-"), ("lpt1", "lpt1-"), ("COM10", "com10"), ("a,\"b\"", "a-b"),
      ("  padded  ", "padded"), ("Ärger", "ärger"), ("日本", "日本"), (".hidden", "hidden"),
      ("a\0b", "a-b"),
    ])
  func slugs(name: String, slug: String) { #expect(ClassSlug.make(name, label: 3) == slug) }

  @Test(
    "is refused where two classes share a folder",
    arguments: [
      ["a b", "a/b"], ["A", "a"], ["e\u{301}", "\u{E9}"], ["con", "CON!"],
    ])
  func collidingClasses(classes: [String]) throws {
    let template = try FolderTemplate(parsing: "{split}/{class}/{index}.png")
    #expect(throws: UnsupportedError.self) {
      try template.check(dataset(range: 0...1, classes: classes), fileExtensions: ["png"])
    }
  }
}
