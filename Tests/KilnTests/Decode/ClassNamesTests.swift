import Testing

@testable import Kiln

@Suite("Class names that are given") struct ClassNamesTests {
  private static func names(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

  private func refusal(_ names: [String], _ labels: LabelSchema?) -> String? {
    sentence { try ClassNames.check(names, of: labels) }
  }

  @Test("are one for every label, or more", arguments: [10, 11, 100])
  func enough(_ count: Int) {
    #expect(refusal(Self.names(count), LabelSchema(range: 0...9)) == nil)
    #expect(refusal(Self.names(count), LabelSchema(range: nil)) == nil)
    #expect(refusal(Self.names(count), nil) == nil)
  }

  @Test(
    "are refused where a label has none",
    arguments: [
      (LabelSchema(range: 0...9), "label 9"), (LabelSchema(range: 3...3), "label 3"),
      (LabelSchema(range: -1...1), "label -1"),
      (LabelSchema(columns: ["a", "b", "c", "d"], range: 0...1, isOneHot: true), "label 3"),
    ])
  func missing(_ labels: LabelSchema, _ what: String) {
    #expect(
      refusal(Self.names(3), labels)
        == "\(what) has no name: --classes gives 3 of them, from 0")
  }

  @Test("are refused where two classes have the same")
  func twice() {
    #expect(
      refusal(["a", "b", "a"], LabelSchema(range: 0...1))
        == "--classes has the name 'a' twice: each class needs one of its own")
  }

  @Test("are looked at before anything is written")
  func run() throws {
    try withTemporaryDirectory { root in
      let pipeline = Pipeline(
        source: SourceRequest(paths: ["sample:20"], classNames: ["a", "b"]),
        outputs: [try Pipeline.Output(.npy, at: root + "/out")])
      #expect(throws: UsageError.self) { try Runner(pipeline).run() }
      #expect(try Path.contents(of: root).isEmpty)
    }
  }
}
