import FoundationEssentials
import Testing

@testable import Kiln

@Suite("Pipeline file") struct PipelineFileTests {
  private func file(_ text: String) throws -> PipelineFile {
    try PipelineFile(parsing: Array(text.utf8), name: "p.json")
  }

  private let start = #""source": {"from": "sample"}"#
  private let end = #""to": [{"format": "npy", "path": "x"}]"#

  /// Takes any value: what conversions there are is not what is tested here.
  private static let conversions = [
    ConversionFormat(name: "scale", placeholder: "FACTOR", summary: "") { _ in Nothing() },
    ConversionFormat(name: "limit", placeholder: "N", kind: .integer(0...10), summary: "") { _ in
      Nothing()
    },
    ConversionFormat(name: "invert", placeholder: "", kind: .toggle, summary: "") { _ in Nothing()
    },
  ]

  private struct Nothing: Conversion {
    func prepare(_ plan: inout Plan) -> BatchStep? { nil }
  }

  @Test("becomes the pipeline that a command line would make") func whole() throws {
    let pipeline = try file(
      """
      {"$schema": "x", "description": "y",
       "source": {"images": "i", "labels": "l", "classes": ["a,b", "c"]},
       "convert": [{"scale": "1/255"}, {"scale": 0.5}, {"scale": [0.1, 2]}, {"limit": 7},
                   {"invert": true}, {"invert": false}],
       "to": [{"format": "jpeg", "path": "a", "quality": 7}, {"format": "csv", "path": "b", "header": false}],
       "overwrite": true}
      """
    ).pipeline(conversions: Self.conversions)
    #expect(
      pipeline.source == SourceRequest(images: "i", labels: "l", classNames: ["a,b", "c"]))
    #expect(
      pipeline.steps.map { "\($0.name) \($0.value)" }
        == ["scale 1/255", "scale 0.5", "scale 0.1,2", "limit 7", "invert on"])
    #expect(pipeline.outputs.map(\.format.name) == ["jpeg", "csv"])
    #expect(pipeline.outputs[0].options.integer("quality") == 7)
    #expect(!pipeline.outputs[1].options.isOn("header"))
    #expect(pipeline.existing == .replace)
  }

  @Test(
    "says in one line what is wrong, and where",
    arguments: [
      ("[]", "p.json: expected an object { }, found a list"),
      (#"{"to": []}"#, "p.json: 'source' is missing"),
      (#"{START}"#, "p.json: 'to' is missing"),
      (#"{START, "to": []}"#, "p.json: to: an output is missing"),
      (
        #"{START, END, "ovewrite": true}"#,
        "p.json: ovewrite: unknown key (did you mean 'overwrite'?)"
      ),
      (
        #"{START, END, "overwrite": 1}"#,
        "p.json: overwrite: expected true or false, found a number"
      ),
      (
        #"{"source": {"form": "x"}, END}"#,
        "p.json: source.form: unknown key (did you mean 'from'?)"
      ),
      (#"{"source": {}, END}"#, "p.json: source: a source is missing"),
      (
        #"{"source": {"from": [1]}, END}"#,
        "p.json: source.from[0]: expected a text, found a number"
      ),
      (
        #"{START, "to": [{"format": "jpg", "path": "x"}]}"#,
        "p.json: to[0].format: unknown format 'jpg' (did you mean 'jpeg'?)"
      ),
      (#"{START, "to": [{"path": "x"}]}"#, "p.json: to[0]: 'format' is missing"),
      (#"{START, "to": [{"format": "npy"}]}"#, "p.json: to[0]: 'path' is missing"),
      (
        #"{START, "to": [{"format": "jpeg", "path": "x", "qualty": 1}]}"#,
        "p.json: to[0].qualty: unknown key (did you mean 'quality'?)"
      ),
      (
        #"{START, "to": [{"format": "jpeg", "path": "x", "quality": 101}]}"#,
        "p.json: to[0].quality: takes a whole number from 1 to 100, not '101'"
      ),
      (
        #"{START, END, "convert": [{"limt": 1}]}"#,
        "p.json: convert[0].limt: unknown key (did you mean 'limit'?)"
      ),
      (
        #"{START, END, "convert": [{"limit": 1, "scale": 2}]}"#,
        "p.json: convert[0]: a step has one key, found 2 (their order would be lost)"
      ),
      (
        #"{START, END, "convert": [{"limit": 11}]}"#,
        "p.json: convert[0].limit: takes a whole number from 0 to 10, not '11'"
      ),
      (
        #"{START, END, "convert": {"limit": 1}}"#,
        "p.json: convert: expected a list [ ], found an object"
      ),
    ])
  func fault(text: String, message: String) throws {
    let text = text.replacing("START", with: start).replacing("END", with: end)
    let file = try file(text)
    let error = #expect(throws: PipelineError.self) {
      _ = try file.pipeline(conversions: Self.conversions)
    }
    #expect(error?.description == message)
  }

  @Test(
    "says where a text stops being JSON",
    arguments: [
      ("", "line 1, column 1: expected a value, found the end"),
      ("{", "line 1, column 2: expected a key in double quotes, found the end"),
      ("x", "line 1, column 1: expected a value, found 'x'"),
      ("{\n  \"a\": ,}", "line 2, column 8: expected a value, found ','"),
      ("{\"a\" 1}", "line 1, column 6: expected ':', found '1'"),
      ("{\"a\": 1\n \"b\": 2}", "line 2, column 2: expected ',' or '}', found '\"'"),
      ("[1, 2", "line 1, column 6: expected ',' or ']', found the end"),
      ("{a: 1}", "line 1, column 2: expected a key in double quotes, found 'a'"),
      ("{} {}", "line 1, column 4: expected the end, found '{'"),
      (
        "[\"é\", \"\n\"]",
        "line 1, column 8: expected the closing '\"' on the same line, found the end of the line"
      ),
      ("[tru]", "line 1, column 2: expected true, found 't'"),
      ("[-]", "line 1, column 2: expected a value, found '-'"),
      ("[01]", "line 1, column 2: expected a number without leading zeros, found '0'"),
      ("[1.]", "line 1, column 4: expected a digit, found ']'"),
      ("[1e+]", "line 1, column 5: expected a digit, found ']'"),
      ("[1e999]", "line 1, column 2: expected a number below 1e308, found '1'"),
      (#"["\u12x4"]"#, "line 1, column 7: expected 4 hexadecimal digits behind \\u, found 'x'"),
      (#"["\ud800"]"#, "line 1, column 5: expected both halves of a surrogate pair, found 'd'"),
      (
        #"{"a": 1, "a": 2}"#,
        "line 1, column 10: expected a key that is not given above, found '\"'"
      ),
      (
        #"{"an": 1, "\u0061n": 2}"#,
        "line 1, column 11: expected a key that is not given above, found '\"'"
      ),
    ])
  func notJSON(text: String, reason: String) {
    let error = #expect(throws: PipelineError.self) { try file(text) }
    #expect(error?.description == "p.json: not JSON: " + reason)
  }

  @Test("is refused where a text is not UTF-8") func notUTF8() {
    let error = #expect(throws: PipelineError.self) {
      try PipelineFile(parsing: Array("[\"".utf8) + [0xFF] + Array("\"]".utf8), name: "p.json")
    }
    #expect(
      error?.description
        == "p.json: not JSON: line 1, column 2: expected a text in UTF-8, found '\"'"
    )
  }

  @Test("is refused where a path has a zero byte, at which the system would end it")
  func zeroByte() throws {
    let file = try file(
      #"{"source": {"from": "sample"}, "to": [{"format": "png", "path": "a\u0000b"}]}"#)
    let error = #expect(throws: PipelineError.self) { _ = try file.pipeline() }
    #expect(
      error?.description
        == "p.json: to[0].path: expected a text without the character U+0000")
  }

  @Test("may begin with a byte order mark, and hold escaped characters") func escapes() throws {
    let file = try file(
      "\u{FEFF}{\(start), \"description\": \"\\ud83d\\ude00 \\u00e9 -0.5e+3\", \(end)}")
    _ = try file.pipeline(conversions: Self.conversions)
  }

  @Test("is refused where it is nested beyond reason") func nesting() {
    #expect(throws: PipelineError.self) {
      try file(String(repeating: "[", count: 40) + String(repeating: "]", count: 40))
    }
    #expect(throws: PipelineError.self) {
      try file(String(repeating: "[", count: PipelineFile.maximumByteCount))
    }
  }

  @Test("lets any value be overridden, and entries be added") func overrides() throws {
    var file = try file("{\(start), \(end), \"overwrite\": true}")
    for assignment in [
      "source.from=sample:5", "to.0.path=a=b", #"to.1={"format": "jpeg", "path": "c"}"#,
      "to[1].quality=3", "convert.0.limit=4", "convert.1.invert=on", "overwrite=false",
      "to.1.template={split}/{index}.jpg",
    ] { try file.set(assignment) }
    let pipeline = try file.pipeline(conversions: Self.conversions)
    #expect(pipeline.source.paths == ["sample:5"])
    #expect(pipeline.outputs.map(\.path) == ["a=b", "c"])
    #expect(pipeline.outputs[1].options.integer("quality") == 3)
    #expect(pipeline.outputs[1].options.text("template") == "{split}/{index}.jpg")
    #expect(pipeline.steps.map { "\($0.name) \($0.value)" } == ["limit 4", "invert on"])
    #expect(pipeline.existing == .keep)
  }

  @Test(
    "refuses to override what cannot be",
    arguments: [
      ("overwrite", "--set takes KEY=VALUE, not 'overwrite'"),
      ("=1", "--set takes KEY=VALUE, not '=1'"),
      ("a.b.c.d.e.f.g.h.i=1", "--set takes KEY=VALUE, not 'a.b.c.d.e.f.g.h.i=1'"),
      ("to.2.path=x", "--set to.2: 'to' has positions 0 to 1"),
      ("to.first.path=x", "--set to.first: 'to' has positions 0 to 1"),
      (
        "source.from.x=1",
        "--set source.from.x: 'source.from' is the text 'sample' and holds nothing further"
      ),
    ])
  func refusedOverride(assignment: String, message: String) throws {
    var file = try file("{\(start), \(end)}")
    let error = #expect(throws: UsageError.self) { try file.set(assignment) }
    #expect(error?.description == message)
  }

  @Test("is refused where it is too large to be one") func tooLarge() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/large.json"
      try Data(repeating: 0x20, count: PipelineFile.maximumByteCount + 1)
        .write(to: URL(filePath: path))
      let error = #expect(throws: PipelineError.self) { try PipelineFile(path: path) }
      #expect(error?.fault == .tooLarge(limit: PipelineFile.maximumByteCount))
    }
  }
}
