import FoundationEssentials

/// A JSON value: pipelines, manifests and reports.
public enum JSON: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A whole number.
  case integer(Int)
  /// A number with a fraction.
  case number(Double)
  /// A text.
  case text(String)
  /// A list.
  case array([JSON])
  /// Values by key.
  case object([String: JSON])
}

extension JSON: Codable {
  /// Reads a value from a decoder.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  /// Writes the value to an encoder.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSON {
  /// Reads a JSON text.
  ///
  /// Stricter than RFC 8259 where a text could mean two things, or take long to read: keys are given once,
  /// numbers are finite, and nesting has an end.
  /// - Throws: an error with the place of the fault.
  public init(parsing text: [UInt8]) throws {
    if let fault = JSONFault.find(in: text) { throw fault }
    self = try JSONDecoder().decode(JSON.self, from: Data(text))
  }

  /// The value as indented text with sorted keys and a final newline: the same bytes every time.
  /// - Throws: `EncodingError` for numbers that JSON cannot hold.
  public func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The value as one line with sorted keys.
  /// - Throws: `EncodingError` for numbers that JSON cannot hold.
  public func compactText() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension JSON {
  /// The value of a key; nil where there is none, or this is no object.
  subscript(key: String) -> JSON? {
    if case .object(let fields) = self { fields[key] } else { nil }
  }

  /// The text that this is; nil where it is anything else.
  var asText: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The whole number that this is; nil where it is anything else.
  var asInteger: Int? {
    if case .integer(let number) = self { number } else { nil }
  }

  /// The numbers of a list of sizes; nil where it is anything else.
  var sizes: [Int]? {
    guard case .array(let values) = self else { return nil }
    let sizes = values.compactMap(\.asInteger)
    return sizes.count == values.count && sizes.allSatisfy { $0 >= 0 } ? sizes : nil
  }

  /// The texts of a list; nil where it is anything else.
  var texts: [String]? {
    guard case .array(let values) = self else { return nil }
    let texts = values.compactMap(\.asText)
    return texts.count == values.count ? texts : nil
  }
}
