/// The names in a pickle that stand for data: an exact list, and nothing that is looked up by prefix.
///
/// None of them is ever called: each becomes the value that the call would make.
enum PickleGlobal: UInt8, Sendable, CaseIterable {
  case reconstruct, scalar, frombuffer, ndarray, dtype, encode, bytes, bytearray, set, frozenset
  case orderedDict

  private static let table: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "numpy.ndarray": .ndarray, "numpy.dtype": .dtype, "_codecs.encode": .encode,
      "collections.OrderedDict": .orderedDict,
    ]
    for core in ["numpy.core", "numpy._core"] {
      table["\(core).numeric._frombuffer"] = .frombuffer
      // Some builds name the module that multiarray is made of.
      for module in ["multiarray", "_multiarray_umath"] {
        table["\(core).\(module)._reconstruct"] = .reconstruct
        table["\(core).\(module).scalar"] = .scalar
      }
    }
    for builtins in ["__builtin__", "builtins"] {
      table["\(builtins).bytes"] = .bytes
      table["\(builtins).bytearray"] = .bytearray
      table["\(builtins).set"] = .set
      table["\(builtins).frozenset"] = .frozenset
    }
    return table
  }()

  /// The allowed global of this module and name; nil for every other.
  init?(module: String, name: String) {
    // A dot in the name would be an attribute of an attribute: `numpy` and `ndarray.tofile`.
    guard !name.contains("."), let global = Self.table["\(module).\(name)"] else { return nil }
    self = global
  }

  /// The name in messages.
  var name: String {
    switch self {
    case .reconstruct: "numpy's _reconstruct"
    case .scalar: "numpy's scalar"
    case .frombuffer: "numpy's _frombuffer"
    case .ndarray: "numpy.ndarray"
    case .dtype: "numpy.dtype"
    case .encode: "_codecs.encode"
    case .bytes: "bytes"
    case .bytearray: "bytearray"
    case .set: "set"
    case .frozenset: "frozenset"
    case .orderedDict: "collections.OrderedDict"
    }
  }
}
