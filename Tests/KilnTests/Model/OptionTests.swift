import Testing

@testable import Kiln

@Suite("Options") struct OptionTests {
  private static let table = [
    Option(flag: "csv-header", key: "header", kind: .toggle, defaultValue: "on", summary: ""),
    Option(
      flag: "jpeg-quality", key: "quality", kind: .integer(1...100), defaultValue: "95", summary: ""
    ),
    Option(
      flag: "png-level", key: "level", kind: .choice(["fast", "small"]), defaultValue: "fast",
      summary: ""),
    Option(flag: "folder-template", key: "template", kind: .text, defaultValue: nil, summary: ""),
  ]

  @Test("have their defaults where nothing is given")
  func defaults() throws {
    let values = try OptionValues(Self.table)
    #expect(values.isOn("header"))
    #expect(values.integer("quality") == 95)
    #expect(values.text("level") == "fast")
    #expect(values.text("template") == nil)
    #expect(values.all.map(\.key) == ["header", "level", "quality"])
  }

  @Test(
    "take what fits them",
    arguments: [
      ("header", "off"), ("quality", "1"), ("quality", "100"), ("level", "small"), ("template", ""),
    ])
  func accepted(key: String, value: String) throws {
    #expect(try OptionValues(Self.table, given: [key: value]).text(key) == value)
  }

  @Test(
    "refuse what does not fit, by the flag and what it takes",
    arguments: [
      ("header", "yes", "--csv-header takes on or off, not 'yes'"),
      ("quality", "0", "--jpeg-quality takes a whole number from 1 to 100, not '0'"),
      ("quality", "101", "--jpeg-quality takes a whole number from 1 to 100, not '101'"),
      ("quality", "9.5", "--jpeg-quality takes a whole number from 1 to 100, not '9.5'"),
      (
        "quality", "99999999999999999999",
        "--jpeg-quality takes a whole number from 1 to 100, not '99999999999999999999'"
      ),
      ("level", "smal", "--png-level takes fast or small, not 'smal' (did you mean 'small'?)"),
      ("level", "xyzzy", "--png-level takes fast or small, not 'xyzzy'"),
      ("levle", "fast", "unknown option 'levle' (did you mean 'level'?)"),
      ("", "fast", "unknown option '' (expected one of header, quality, level, template)"),
    ])
  func refused(key: String, value: String, sentence: String) {
    let error = #expect(throws: UsageError.self) {
      try OptionValues(Self.table, given: [key: value])
    }
    #expect(error?.description == sentence)
  }

  @Test("show no more names than a line takes")
  func manyNames() {
    let names = (0..<21).map { "pixel\($0)" }
    #expect(Spelling.hint(for: "x", among: Array(names.prefix(20))).hasSuffix("pixel18, pixel19)"))
    #expect(Spelling.hint(for: "x", among: names).hasSuffix("pixel18, pixel19, ...)"))
    #expect(Spelling.hint(for: "x", among: []) == "")
  }

  @Test(
    "know the types of pixels by the names that others give them",
    arguments: [
      ("uint8", "u8"), ("float32", "f32"), ("int64", "i64"), ("Float64", "f64"),
      ("boolean", "bool"),
    ])
  func typeNames(other: String, name: String) throws {
    let error = #expect(throws: UsageError.self) { try Pipeline.Step(.dtype, other) }
    #expect(error?.description.hasSuffix("not '\(other)' (did you mean '\(name)'?)") == true)
  }

  @Test(
    "of every sink have defaults that they take, and their own flags and keys",
    arguments: SinkFormat.all.map(\.name))
  func tables(name: String) throws {
    let format = try #require(SinkFormat.all.first { $0.name == name })
    _ = try OptionValues(format.options)
    for option in format.options { if let value = option.defaultValue { try option.check(value) } }
    #expect(Set(format.options.map(\.key)).count == format.options.count)
  }
}

@Suite("Spelling") struct SpellingTests {
  @Test(
    "finds the word that was meant",
    arguments: [
      ("mnits", "mnist"), ("fashon-mnist", "fashion-mnist"), ("MNIST", "mnist"), ("nmist", "mnist"),
    ])
  func near(word: String, meant: String) {
    #expect(Spelling.nearest(to: word, among: ["mnist", "fashion-mnist", "cifar10"]) == meant)
  }

  @Test("finds none where nothing is near", arguments: ["", "imagenet", "xy"])
  func far(word: String) {
    #expect(Spelling.nearest(to: word, among: ["mnist", "fashion-mnist", "cifar10"]) == nil)
  }

  @Test("takes words of any length") func long() {
    #expect(Spelling.nearest(to: String(repeating: "x", count: 100_000), among: ["mnist"]) == nil)
    #expect(Spelling.nearest(to: "mnist", among: []) == nil)
  }
}
