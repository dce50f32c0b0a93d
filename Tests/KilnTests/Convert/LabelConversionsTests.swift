import Testing

@testable import Kiln

@Suite struct LabelConversionsTests {
  private static func schema(_ columns: [String], _ ranges: [ClosedRange<Int64>?]) -> LabelSchema {
    var schema = LabelSchema(columns: columns, elementType: .int32, range: nil, classNames: ["a"])
    schema.ranges = ranges
    return schema
  }

  @Test(
    "a column is taken by name or position, with its range",
    arguments: [
      ("label1", 1), ("1", 1), ("label0", 0), ("0", 0), ("2", 2), ("0x", nil), ("3", nil),
    ] as [(String, Int?)])
  func column(value: String, position: Int?) throws {
    let ranges: [ClosedRange<Int64>?] = [1...4, 10...40, -4...7]
    let trial = Trial(
      labels: [1, 10, -4, 4, 40, 7], Self.schema(["label0", "label1", "label2"], ranges))
    guard let position else {
      let error = try #require(throws: UnsupportedError.self) {
        try trial.converted("label-column", value)
      }
      #expect(
        error.description.hasSuffix(
          "the columns are label0, label1, label2 (or by position: 0 to 2)"))
      return
    }
    let result = try trial.converted("label-column", value)
    #expect(result.labels == [trial.labels[position], trial.labels[3 + position]])
    #expect(result.schema.labels?.columns == ["label\(position)"])
    #expect(result.schema.labels?.range == ranges[position])
    #expect(result.schema.labels?.classNames == (position == 0 ? ["a"] : []))
    #expect(result.schema.labels?.elementType == .int32)
  }

  @Test("one-hot rows have a one at the class, and can be turned back")
  func oneHot() throws {
    let labels: [Int64] = [3, 0, 1, 3, 2]
    let result = try Trial(labels: labels, LabelSchema(elementType: .int64, range: 0...3))
      .converted("one-hot")
    #expect(result.labels == labels.flatMap { label in (0..<4).map { $0 == label ? 1 : 0 } })
    #expect(result.schema.labels?.columns == ["label0", "label1", "label2", "label3"])
    #expect(result.schema.labels?.elementType == .uint8)
    #expect(result.schema.labels?.isOneHot == true)
    let ones = result.labels.indices.filter { result.labels[$0] == 1 }
    #expect(ones.enumerated().map { Int64($1 - 4 * $0) } == labels)
  }

  @Test("class names can make more columns than labels do")
  func named() throws {
    let named = LabelSchema(range: 0...1, classNames: ["a", "b", "c"])
    #expect(try Trial(labels: [1], named).converted("one-hot").labels == [0, 1, 0])
    let empty = LabelSchema(range: nil, classNames: ["a", "b", "c"])
    #expect(try Trial(labels: [], empty).converted("one-hot").schema.labelColumnCount == 3)
  }

  @Test("a chosen column can be made one-hot")
  func both() throws {
    let trial = Trial(labels: [9, 2, 8, 0], Self.schema(["a", "b"], [8...9, 0...2]))
    let result = try trial.converted([("label-column", "b"), ("one-hot", "on")])
    #expect(result.labels == [0, 0, 1, 1, 0, 0])
  }

  @Test(
    "labels that cannot be one-hot are refused before anything is read",
    arguments: [
      (nil, "no labels"),
      (LabelSchema(range: -1...3), "negative"),
      (LabelSchema(range: 0...1000), "at most 1000"),
      (LabelSchema(range: 0 ... .max), "at most 1000"),
      (LabelSchema(range: nil), "--classes"),
      (LabelSchema(columns: ["a", "b"], range: 0...1), "--label-column"),
      (LabelSchema(range: 0...1, isOneHot: true), "already"),
    ])
  func refused(labels: LabelSchema?, hint: String) throws {
    let error = try #require(throws: UnsupportedError.self) {
      try Trial(labels: [], labels).converted("one-hot")
    }
    #expect(error.description.contains(hint))
  }

  @Test("a label beyond the promised range names its sample")
  func promised() throws {
    let error = try #require(throws: SampleError.self) {
      try Trial(labels: [1, 2], LabelSchema(range: 0...1)).converted("one-hot")
    }
    #expect(error.index == 101)
  }
}
