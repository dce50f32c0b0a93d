/// A value in a pipeline file that knows its place, so that whatever is wrong with it can be said
/// in one line.
struct PipelineNode {
  let file: String
  let place: String
  let value: JSON

  func error(_ fault: PipelineError.Fault) -> PipelineError {
    PipelineError(file: file, place: place, fault: fault)
  }

  /// The values by key, none of which may lie outside `keys`.
  func object(keys: [String]) throws(PipelineError) -> [String: PipelineNode] {
    guard case .object(let fields) = value else {
      throw error(.wrongKind(expected: "an object { }", found: value.kindName))
    }
    var nodes: [String: PipelineNode] = [:]
    for (key, field) in fields.sorted(by: { $0.key < $1.key }) {
      let node = PipelineNode(
        file: file, place: place.isEmpty ? key : "\(place).\(key)", value: field)
      guard keys.contains(key) else {
        throw node.error(.unknownKey(key, among: keys))
      }
      nodes[key] = node
    }
    return nodes
  }

  /// The entries of a list.
  func elements() throws(PipelineError) -> [PipelineNode] {
    guard case .array(let elements) = value else {
      throw error(.wrongKind(expected: "a list [ ]", found: value.kindName))
    }
    return elements.enumerated().map { index, element in
      PipelineNode(file: file, place: "\(place)[\(index)]", value: element)
    }
  }

  /// The texts of a list, or the one text that stands in its place.
  func texts() throws(PipelineError) -> [String] {
    guard case .array = value else { return [try text()] }
    var texts: [String] = []
    for element in try elements() { texts.append(try element.text()) }
    return texts
  }

  /// A text.
  func text() throws(PipelineError) -> String {
    guard case .text(let text) = value else {
      throw error(.wrongKind(expected: "a text", found: value.kindName))
    }
    // The system would take a path to end there.
    guard !text.utf8.contains(0) else {
      throw error(.refused(reason: "expected a text without the character U+0000"))
    }
    return text
  }

  /// A Boolean; as text, as `--set` gives it, also `on` and `off`.
  func boolean() throws(PipelineError) -> Bool {
    switch value {
    case .boolean(let value): return value
    case .text("true"), .text("on"): return true
    case .text("false"), .text("off"): return false
    default: throw error(.wrongKind(expected: "true or false", found: value.kindName))
    }
  }

  /// The value of a setting as text, the way it is written on a command line, checked.
  func setting(_ option: Option) throws(PipelineError) -> String {
    let text = option.kind == .toggle ? (try boolean() ? "on" : "off") : try scalars()
    do {
      try option.check(text)
    } catch {
      throw self.error(Self.fault(error))
    }
    return text
  }

  /// A text or number, or a list of them joined by commas.
  private func scalars() throws(PipelineError) -> String {
    switch value {
    case .text: return try text()
    case .integer(let number): return String(number)
    case .number(let number): return String(number)
    case .array:
      var texts: [String] = []
      for element in try elements() { texts.append(try element.scalars()) }
      return texts.joined(separator: ",")
    default: throw error(.wrongKind(expected: "a text or a number", found: value.kindName))
    }
  }

  /// The same fault as on a command line, without its flags.
  static func fault(_ error: UsageError) -> PipelineError.Fault {
    switch error {
    case .badValue(_, let value, let expected, let nearest):
      .badValue(value: value, expected: expected, nearest: nearest)
    case .unknown(let what, let name, let known):
      .unknownName(what: what, name: name, among: known)
    case .missing, .conflict: .refused(reason: error.description)
    }
  }
}

extension JSON {
  /// What kind of value it is, with its article.
  var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "a Boolean"
    case .integer, .number: "a number"
    case .text(let text): "the text '\(text)'"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
