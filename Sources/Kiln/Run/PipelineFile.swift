// A pipeline as JSON (Pipelines/pipeline.schema.json describes it for editors):
//
//   { "source":  {"from": "sample:1000"},
//     "convert": [{"limit": 100}, {"scale": "1/255"}, {"one-hot": true}],
//     "to":      [{"format": "png", "path": "Output/digits", "level": "small"}],
//     "overwrite": true }

/// A pipeline in a file, some of whose values may be overridden before it becomes a ``Pipeline``.
public struct PipelineFile: Sendable {
  /// What a pipeline may hold; `$schema` is for editors and `description` for readers.
  static let keys = ["$schema", "description", "source", "convert", "to", "overwrite"]
  /// Pipelines have some hundred bytes; what is larger was named by mistake, such as a data file.
  static let maximumByteCount = 1 << 20

  private let name: String
  private var root: JSON

  /// Reads a file.
  /// - Throws: `FileError` when it cannot be read, ``PipelineError`` when it is no JSON.
  public init(path: String) throws {
    let limit = Self.maximumByteCount
    let bytes = try FileStream(path: path).read(limit + 1)
    guard bytes.count <= limit else {
      throw PipelineError(file: path, place: "", fault: .tooLarge(limit: limit))
    }
    try self.init(parsing: bytes, name: path)
  }

  /// Reads a text.
  /// - Parameters:
  ///   - text: the JSON.
  ///   - name: what to call it in messages.
  /// - Throws: ``PipelineError`` when it is no JSON.
  public init(parsing text: [UInt8], name: String) throws(PipelineError) {
    self.name = name
    do {
      root = try JSON(parsing: text)
    } catch {
      throw PipelineError(file: name, place: "", fault: .notJSON(reason: "\(error)"))
    }
  }

  /// Overrides a value.
  /// - Parameter assignment: `KEY=VALUE`, where KEY is a path such as `source.from` or `to.0.level`.
  ///   A VALUE that is a JSON list or object is taken as such. The position after the last one of a list
  ///   adds an entry.
  /// - Throws: ``UsageError`` when there is no such place.
  public mutating func set(_ assignment: String) throws(UsageError) {
    let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    // Messages say to[0].level; that is understood here, too.
    let keys = parts[0].split { ".[]".contains($0) }.map(String.init)
    // No pipeline is nested deeper than this.
    guard parts.count == 2, (1...8).contains(keys.count) else {
      throw .badValue(option: "set", value: assignment, expected: "KEY=VALUE")
    }
    try root.set(keys[...], to: JSON(overriding: String(parts[1])), at: "")
  }

  /// The pipeline.
  /// - Parameters:
  ///   - sources: the formats in which the source is looked for.
  ///   - conversions: the conversions that it may name.
  ///   - sinks: the formats that it may name.
  /// - Returns: what a `Runner` carries out.
  /// - Throws: ``PipelineError`` for the first key or value that means nothing.
  public func pipeline(
    sources: [SourceFormat] = SourceFormat.all,
    conversions: [ConversionFormat] = ConversionFormat.all, sinks: [SinkFormat] = SinkFormat.all
  ) throws(PipelineError) -> Pipeline {
    let node = PipelineNode(file: name, place: "", value: root)
    let fields = try node.object(keys: Self.keys)
    guard let source = fields["source"] else { throw node.error(.missing(key: "source")) }
    guard let outputs = fields["to"] else { throw node.error(.missing(key: "to")) }
    _ = try fields["description"]?.text()
    var steps: [Pipeline.Step] = []
    for step in try fields["convert"]?.elements() ?? [] {
      if let step = try Self.step(step, conversions) { steps.append(step) }
    }
    var targets: [Pipeline.Output] = []
    for output in try outputs.elements() { targets.append(try Self.output(output, sinks)) }
    if targets.isEmpty { throw outputs.error(.refused(reason: "an output is missing")) }
    return Pipeline(
      source: try Self.source(source, sources), sourceFormats: sources, steps: steps,
      outputs: targets,
      existing: try fields["overwrite"]?.boolean() ?? false ? .replace : .keep)
  }

  // MARK: Parts

  private static func source(
    _ node: PipelineNode, _ formats: [SourceFormat]
  ) throws(PipelineError) -> SourceRequest {
    let options = SourceRequest.options(of: formats)
    let fields = try node.object(keys: ["from", "known"] + options.map(\.key))
    var given: [String: String] = [:]
    for option in options { given[option.key] = try fields[option.key]?.setting(option) }
    let paths = try fields["from"]?.texts() ?? []
    do {
      var request = try SourceRequest(
        paths: paths, known: try fields["known"]?.text(), given: given, formats: formats)
      // In a list of its own a name may have a comma.
      if let names = fields["classes"], case .array = names.value {
        request.classNames = try names.texts()
      }
      return request
    } catch let error as UsageError {
      throw node.error(PipelineNode.fault(error))
    } catch let error as PipelineError {
      throw error
    } catch {
      throw node.error(.refused(reason: "\(error)"))
    }
  }

  /// A conversion; nil where it is switched off by `false`.
  private static func step(
    _ node: PipelineNode, _ conversions: [ConversionFormat]
  ) throws(PipelineError) -> Pipeline.Step? {
    let fields = try node.object(keys: conversions.map(\.name))
    guard fields.count == 1, let (name, value) = fields.first,
      let conversion = conversions.first(where: { $0.name == name })
    else {
      throw node.error(
        .refused(reason: "a step has one key, found \(fields.count) (their order would be lost)"))
    }
    let text = try value.setting(conversion.option)
    if text == "off", conversion.placeholder.isEmpty { return nil }
    do {
      return try Pipeline.Step(conversion, text)
    } catch let error as UsageError {
      throw value.error(PipelineNode.fault(error))
    } catch {
      throw value.error(.refused(reason: "\(error)"))
    }
  }

  private static func output(
    _ node: PipelineNode, _ sinks: [SinkFormat]
  ) throws(PipelineError) -> Pipeline.Output {
    guard case .object(let values) = node.value else {
      throw node.error(.wrongKind(expected: "an object { }", found: node.value.kindName))
    }
    guard values["format"] != nil else { throw node.error(.missing(key: "format")) }
    let format = try format(node, sinks)
    let fields = try node.object(keys: ["format", "path"] + format.options.map(\.key))
    guard let path = try fields["path"]?.text() else { throw node.error(.missing(key: "path")) }
    var given: [String: String] = [:]
    for option in format.options { given[option.key] = try fields[option.key]?.setting(option) }
    do {
      return try Pipeline.Output(format, at: path, options: given)
    } catch {
      throw node.error(PipelineNode.fault(error))
    }
  }

  private static func format(
    _ node: PipelineNode, _ sinks: [SinkFormat]
  ) throws(PipelineError) -> SinkFormat {
    // Any key passes here: which ones there are depends on the format.
    guard case .object(let values) = node.value,
      let name = try node.object(keys: Array(values.keys))["format"]
    else { throw node.error(.missing(key: "format")) }
    let text = try name.text()
    guard let format = sinks.first(where: { $0.name == text }) else {
      throw name.error(.unknownName(what: "format", name: text, among: sinks.map(\.name)))
    }
    return format
  }
}

extension JSON {
  /// A value as `--set` gives it: a list or an object where it is one, else a text.
  fileprivate init(overriding text: String) {
    let value = ["[", "{"].contains(text.prefix(1)) ? try? JSON(parsing: Array(text.utf8)) : nil
    self = value ?? .text(text)
  }

  /// Puts a value at a place below this one; what is missing on the way is made.
  fileprivate mutating func set(
    _ keys: ArraySlice<String>, to value: JSON, at place: String
  ) throws(UsageError) {
    guard let key = keys.first else {
      self = value
      return
    }
    let rest = keys.dropFirst()
    let below = place.isEmpty ? key : "\(place).\(key)"
    // What is made on the way is a list where positions follow, else an object.
    let empty: JSON = rest.first.map { Int($0) != nil } ?? false ? .array([]) : .object([:])
    switch self {
    case .object(var fields):
      var field = fields[key] ?? empty
      try field.set(rest, to: value, at: below)
      fields[key] = field
      self = .object(fields)
    case .array(var elements):
      guard let index = Int(key), (0...elements.count).contains(index) else {
        throw .conflict("--set \(below): '\(place)' has positions 0 to \(elements.count)")
      }
      if index == elements.count { elements.append(empty) }
      try elements[index].set(rest, to: value, at: below)
      self = .array(elements)
    default:
      throw .conflict("--set \(below): '\(place)' is \(kindName) and holds nothing further")
    }
  }
}
