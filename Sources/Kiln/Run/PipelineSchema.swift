/// The JSON Schema of pipeline files, for editors: made from the same tables as the parser's checks.
public enum PipelineSchema {
  /// The schema, in the draft of 2020-12.
  /// - Parameters:
  ///   - conversions: the conversions that a pipeline may name.
  ///   - sinks: the formats that a pipeline may name.
  /// - Returns: the schema.
  public static func json(
    conversions: [ConversionFormat] = ConversionFormat.all, sinks: [SinkFormat] = SinkFormat.all
  ) -> JSON {
    let text: JSON = .object(["type": .text("string")])
    return .object([
      "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
      "title": .text("Kiln pipeline"),
      "description": .text("What kiln run reads, converts and writes, in one pass."),
      "type": .text("object"),
      "required": .array([.text("source"), .text("to")]),
      "additionalProperties": .boolean(false),
      "properties": .object([
        "$schema": text,
        "description": text,
        "source": source,
        "convert": list("Conversions, applied in this order.", of: step(conversions)),
        "to": list("Outputs, all made in one pass.", of: output(sinks), atLeast: 1),
        "overwrite": .object([
          "type": .text("boolean"), "default": .boolean(false),
          "description": .text(
            "Replace outputs that exist, as a whole, once the new ones are complete."),
        ]),
      ]),
    ])
  }

  private static var source: JSON {
    let text: JSON = .object(["type": .text("string")])
    var fields: [String: JSON] = [
      "from": .object([
        "description": .text("A name, a directory, or files that belong together."),
        "anyOf": .array([
          text, .object(["type": .text("array"), "items": text, "minItems": .integer(1)]),
        ]),
      ]),
      "known": .object([
        "description": .text("A data set of the catalogue, whose files are where `from` says."),
        "enum": .array(KnownDataset.all.map { .text($0.name) }),
      ]),
    ]
    for option in SourceRequest.options() { fields[option.key] = property(option) }
    return .object([
      "description": .text("Where the samples come from."),
      "type": .text("object"),
      "additionalProperties": .boolean(false),
      "properties": .object(fields),
    ])
  }

  private static func list(_ description: String, of item: JSON, atLeast count: Int = 0) -> JSON {
    .object([
      "description": .text(description), "type": .text("array"), "minItems": .integer(count),
      "items": item,
    ])
  }

  private static func step(_ conversions: [ConversionFormat]) -> JSON {
    .object([
      "type": .text("object"),
      "minProperties": .integer(1),
      "maxProperties": .integer(1),
      "additionalProperties": .boolean(false),
      "properties": .object(
        Dictionary(uniqueKeysWithValues: conversions.map { ($0.name, property($0.option)) })),
    ])
  }

  private static func output(_ sinks: [SinkFormat]) -> JSON {
    .object([
      "oneOf": .array(
        sinks.map { sink in
          var fields: [String: JSON] = [
            "format": .object(["const": .text(sink.name)]),
            "path": .object([
              "type": .text("string"), "minLength": .integer(1),
              "description": .text(
                sink.output == .directory
                  ? "The directory that appears." : "The file that appears."),
            ]),
          ]
          for option in sink.options { fields[option.key] = property(option) }
          return .object([
            "title": .text(sink.name),
            "description": .text(sink.summary),
            "type": .text("object"),
            "required": .array([.text("format"), .text("path")]),
            "additionalProperties": .boolean(false),
            "properties": .object(fields),
          ])
        })
    ])
  }

  /// A setting; whatever ``PipelineFile`` takes for it.
  private static func property(_ option: Option) -> JSON {
    var fields: [String: JSON] = ["description": .text(option.summary)]
    let value = option.defaultValue
    switch option.kind {
    case .toggle:
      fields["type"] = .text("boolean")
      fields["default"] = value.map { .boolean($0 == "on") }
    case .integer(let range):
      fields["type"] = .text("integer")
      fields["minimum"] = .integer(range.lowerBound)
      fields["maximum"] = .integer(range.upperBound)
      fields["default"] = value.flatMap { Int($0) }.map(JSON.integer)
    case .choice(let words):
      fields["enum"] = .array(words.map(JSON.text))
      fields["default"] = value.map(JSON.text)
    case .text:
      // Lists stand for values with commas, as in `"normalize": [0.1307, 0.3081]`.
      fields["type"] = .array([.text("string"), .text("number"), .text("array")])
      fields["items"] = .object(["type": .array([.text("string"), .text("number")])])
      fields["default"] = value.map(JSON.text)
    }
    return .object(fields)
  }
}
