// safetensors (https://huggingface.co/docs/safetensors):
//
//   offset  bytes  content
//   0       8      header length h, little-endian u64, at most 100 MB
//   8       h      JSON object, spaces at its end: for each tensor dtype, shape and data_offsets [begin,
//                  end) in the data; texts by key in __metadata__
//   8 + h   ...    data: the tensors without gaps, little-endian, row-major

/// Which tensors a safetensors file holds, and where.
struct SafetensorsHeader: Sendable, Equatable {
  /// A named array.
  struct Tensor: Sendable, Equatable {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Where its bytes are, counted from the start of the data.
    let range: Range<Int>
  }

  /// Bytes of the length in front of the header.
  static let lengthByteCount = 8
  /// What the format's own library reads; a longer header could only be an attack or a mistake.
  static let maximumByteCount = 100_000_000
  /// Where data starts in files of ours: what vectors and caches like, and every element type needs.
  static let alignment = 64
  private static let metadataKey = "__metadata__"

  /// The tensors in the order of their data.
  let tensors: [Tensor]
  /// Further texts by key.
  let metadata: [String: String]

  init(tensors: [Tensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The JSON text, without spaces at its end.
  func text() throws -> [UInt8] {
    var fields: [String: JSON] = [Self.metadataKey: .object(metadata.mapValues(JSON.text))]
    for tensor in tensors {
      fields[tensor.name] = .object([
        "dtype": .text(tensor.type.safetensorsName),
        "shape": .array(tensor.shape.map(JSON.integer)),
        "data_offsets": .array([
          .integer(tensor.range.lowerBound), .integer(tensor.range.upperBound),
        ]),
      ])
    }
    return Array(try JSON.object(fields).compactText().utf8)
  }

  /// Reads a header and makes sure that its tensors fill the data without gaps.
  /// - Throws: ``SafetensorsError``.
  init(parsing text: [UInt8], dataByteCount: Int) throws(SafetensorsError) {
    guard case .object(let fields)? = try? JSON(parsing: text) else { throw .notJSON }
    var tensors: [Tensor] = []
    var metadata: [String: String] = [:]
    for (name, value) in fields {
      guard case .object(let object) = value else { throw .badTensor(name) }
      if name == Self.metadataKey {
        for (key, value) in object {
          guard case .text(let text) = value else { throw .badMetadata(key) }
          metadata[key] = text
        }
      } else {
        tensors.append(try Self.tensor(name, object))
      }
    }
    // Empty tensors share their place with the one behind them.
    tensors.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name)
        < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    var end = 0
    for tensor in tensors {
      guard tensor.range.lowerBound == end else { throw .gap(before: tensor.name) }
      end = tensor.range.upperBound
    }
    guard end == dataByteCount else { throw .dataLength(found: dataByteCount, promised: end) }
    self.init(tensors: tensors, metadata: metadata)
  }

  private static func tensor(
    _ name: String, _ object: [String: JSON]
  ) throws(SafetensorsError) -> Tensor {
    guard case .text(let typeName)? = object["dtype"],
      let shape = object["shape"]?.sizes, let offsets = object["data_offsets"]?.sizes,
      offsets.count == 2, offsets[0] <= offsets[1]
    else { throw .badTensor(name) }
    guard let type = ElementType(safetensorsName: typeName) else {
      throw .unknownType(name, found: typeName)
    }
    guard let byteCount = type.byteCount(of: shape), byteCount == offsets[1] - offsets[0] else {
      throw .sizeMismatch(name)
    }
    return Tensor(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }
}

extension ElementType {
  /// The format's name of the type: `U8`, `F32`, `BOOL`.
  var safetensorsName: String { rawValue.uppercased() }

  /// The type of a name; nil for types that Kiln has not.
  init?(safetensorsName name: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = type
  }
}

/// What is wrong with a safetensors file.
enum SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  case tooShort(byteCount: Int)
  case headerTooLong(found: UInt64, limit: Int)
  case notJSON
  case badMetadata(String)
  case badTensor(String)
  case unknownType(String, found: String)
  case sizeMismatch(String)
  case gap(before: String)
  case dataLength(found: Int, promised: Int)

  var description: String {
    switch self {
    case .tooShort(let byteCount):
      "expected a safetensors file, found \(byteCount) bytes (file cut short?)"
    case .headerTooLong(let found, let limit):
      "expected a safetensors file with a header of at most \(limit) bytes, found \(found)"
        + " (file cut short, or of another format?)"
    case .notJSON: "header is no JSON object (damaged, or of another format?)"
    case .badMetadata(let key): "metadata '\(key)' is no text"
    case .badTensor(let name): "tensor '\(name)' lacks a valid dtype, shape or data_offsets"
    case .unknownType(let name, let found): "tensor '\(name)' has the unknown type '\(found)'"
    case .sizeMismatch(let name): "tensor '\(name)' has data of another size than its shape"
    case .gap(let name): "data of tensor '\(name)' overlaps, or leaves a gap before it"
    case .dataLength(let found, let promised):
      "data is \(found) bytes long, header promises \(promised) (file cut short?)"
    }
  }
}
