extension PickleValues {
  /// The text of a short string, or nil for anything else.
  ///
  /// Python 2 strings and bytes are keys and names just as text is; they are read as Latin-1.
  func shortText(_ value: PickleValue) -> String? {
    guard case .short(let bytes)? = stored(value) else { return nil }
    if kind(of: value) == .text { return String(decoding: bytes, as: UTF8.self) }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// What kind of value it is, in Python's words.
  func name(of value: PickleValue) -> String {
    switch kind(of: value) {
    case .none: "None"
    case .bool: "a bool"
    case .integer, .hugeInteger: "an int"
    case .float: "a float"
    case .string: "a str"
    case .bytes: "bytes"
    case .text: "text"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dict: "a dict"
    case .set: "a set"
    case .global: global(value)?.name ?? "a global"
    case .dtype, .textType: "a dtype"
    case .array: "an array"
    case .texts: "an array of text"
    }
  }

  /// A value on one short line, without looking into it deeper than one level.
  func line(for value: PickleValue) -> String {
    switch kind(of: value) {
    case .none: return "None"
    case .bool: return bool(value) == true ? "True" : "False"
    case .integer: return integer(value).map(String.init) ?? ""
    case .hugeInteger: return "an int beyond i64"
    case .float: return float(value).map { "\($0)" } ?? ""
    case .string, .bytes, .text:
      let count = count(value)
      guard count <= 4 * PickleLimits.shownCharacterCount, let text = shortText(value) else {
        return "\(name(of: value)) of \(count) bytes"
      }
      return "'\(PickleError.shown(text))'"
    case .tuple where count(value) <= 6:
      return "(" + items(value).map { briefly($0) }.joined(separator: ", ") + ")"
    default: return briefly(value)
    }
  }

  private func text(ofShape shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "") + ")"
  }

  private func briefly(_ value: PickleValue) -> String {
    switch kind(of: value) {
    case .list, .tuple, .set: return "\(name(of: value)) of \(count(value))"
    case .dict: return "a dict of \(count(value) / 2)"
    case .array:
      guard let array = array(value) else { return "an array" }
      return "\(array.elementType) array \(text(ofShape: array.shape))"
    case .texts: return "text array \(text(ofShape: texts(value)?.shape ?? []))"
    case .global, .dtype, .textType: return name(of: value)
    default: return line(for: value)
    }
  }
}
