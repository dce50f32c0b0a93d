import Testing

@testable import Kiln

@Suite("JSON texts") struct JSONTests {
  @Test("of more values than anything has are refused before they are kept")
  func manyValues() {
    let text = Array(("[" + String(repeating: "0,", count: 1_000_000) + "0]").utf8)
    #expect(throws: JSONFault.self) { try JSON(parsing: text) }
  }
}
