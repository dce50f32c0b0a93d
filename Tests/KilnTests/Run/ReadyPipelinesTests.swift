import FoundationEssentials
import Testing

@testable import Kiln

@Suite("Pipelines/") struct ReadyPipelinesTests {
  private static let directory = Repository.path("Pipelines")

  private static let schemaName = "pipeline.schema.json"

  private static var names: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".json") && $0 != schemaName }.sorted()
    }
  }

  @Test("every file is a pipeline that points at the schema", arguments: try names)
  func parses(name: String) throws {
    let path = Self.directory + "/" + name
    let pipeline = try PipelineFile(path: path).pipeline()
    #expect(pipeline.outputs.allSatisfy { $0.path.hasPrefix("Output/") })
    let text = try JSON(parsing: [UInt8](Data(contentsOf: URL(filePath: path))))
    guard case .object(let fields) = text else { return }
    #expect(fields["$schema"] == .text("./" + Self.schemaName))
    #expect(fields["description"] != nil)
  }

  @Test("demo.json writes every format") func demo() throws {
    let pipeline = try PipelineFile(path: Self.directory + "/demo.json").pipeline()
    #expect(Set(pipeline.outputs.map(\.format.name)) == Set(SinkFormat.all.map(\.name)))
  }

  @Test("the schema is what the tables say (kiln schema > Pipelines/pipeline.schema.json)")
  func schema() throws {
    let path = Self.directory + "/" + Self.schemaName
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    #expect(try text == PipelineSchema.json().text())
  }

  @Test("the schema knows the keys that the parser takes") func keys() {
    guard case .object(let schema) = PipelineSchema.json(),
      case .object(let properties) = schema["properties"]
    else {
      Issue.record("the schema is no object")
      return
    }
    #expect(Set(properties.keys) == Set(PipelineFile.keys))
  }
}
