import Testing

@testable import Kiln

@Suite("The record of an output") struct OutputRecordTests {
  private static let manifest = """
    {"kiln": "1", "format": "csv", "dtype": "i16", "shape": [2, 1, 3], "layout": "nhwc",
     "pixel_scale": "2.0", "lossless": true, "dataset": "mnist", "classes": ["a", "b"],
     "labels": {"columns": ["kind"], "dtype": "u8"},
     "splits": {"train": {"count": 2, "digest": "d", "labels": {"0": 1, "7": 1}}}}
    """

  private func record(_ text: String = manifest) throws -> OutputRecord {
    try OutputRecord(parsing: try JSON(parsing: Array(text.utf8)))
  }

  private func dataset(_ type: ElementType, _ shape: [Int], count: Int = 2) -> Dataset {
    Dataset(
      schema: Schema(elementType: type, sampleShape: shape, labels: LabelSchema(range: 0...1)),
      splits: [Split(name: "train", count: count)])
  }

  @Test("gives a table its type, shape, scale, columns and classes back")
  func completes() throws {
    let record = try record()
    var found = dataset(.uint8, [6])
    #expect(record.fits(found))
    record.complete(&found, givenNames: nil)
    #expect(found.schema.elementType == .int16)
    #expect(found.schema.sampleShape == [2, 1, 3])
    #expect(found.schema.pixelScale == .factor(2))
    #expect(found.schema.labels?.columns == ["kind"])
    #expect(found.schema.labels?.classNames == ["a", "b"])
    #expect(record.splits["train"]?.labelCounts == [0: 1, 7: 1])
  }

  @Test("belongs to samples of its count and type only")
  func foreign() throws {
    let record = try record()
    #expect(!record.fits(dataset(.uint8, [6], count: 3)))
    // Fractions were never whole numbers.
    #expect(!record.fits(dataset(.float32, [6])))
    let arrays = try self.record(Self.manifest.replacing("csv", with: "npy"))
    #expect(!arrays.fits(dataset(.uint8, [2, 1, 3])))
    #expect(arrays.fits(dataset(.int16, [2, 1, 3])))
  }

  @Test(
    "is none where a manifest says nothing, or too much",
    arguments: [
      ("\"kiln\": \"1\"", "\"x\": 1"), ("i16", "i17"), ("[2, 1, 3]", "6"), ("[2, 1, 3]", "[-2]"),
      ("[2, 1, 3]", "[4611686018427387904, 4]"), ("\"splits\": {", "\"other\": {"),
    ])
  func damaged(part: String, other: String) {
    let text = Self.manifest.replacing(part, with: other)
    #expect(text != Self.manifest)
    #expect(throws: UnsupportedError.self) { try record(text) }
  }

  @Test("changes whole numbers into wider ones, and refuses what does not fit")
  func cast() throws {
    let wide = try #require(ElementCast(from: .uint8, to: .int32))
    #expect(try wide.applied(to: [0, 255]) == ElementType.int32.bytes(of: [0, 255]))
    let narrow = try #require(ElementCast(from: .uint16, to: .int8))
    #expect(try narrow.applied(to: ElementType.uint16.bytes(of: [127])) == [127])
    #expect(throws: UnsupportedError.self) {
      try narrow.applied(to: ElementType.uint16.bytes(of: [128]))
    }
    let truth = try #require(ElementCast(from: .uint8, to: .bool))
    #expect(try truth.applied(to: [0, 1]) == [0, 1])
    #expect(throws: UnsupportedError.self) { try truth.applied(to: [2]) }
    #expect(ElementCast(from: .float32, to: .uint8) == nil)
    let floats = makeElements(count: 2, of: Float.self) { Float($0) / 4 }
    let doubles = makeElements(count: 2, of: Double.self) { Double($0) / 4 }
    #expect(try ElementCast(from: .float32, to: .float64)?.applied(to: floats) == doubles)
    #expect(try ElementCast(from: .float64, to: .float32)?.applied(to: doubles) == floats)
    let large = ElementType.int64.bytes(of: [.min, .max])
    #expect(try ElementCast(from: .int64, to: .int64)?.applied(to: large) == large)
  }
}
