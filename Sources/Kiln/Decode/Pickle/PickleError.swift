/// Why a pickle is refused; all but the last few know the place.
enum PickleError: Error, Sendable, Equatable, CustomStringConvertible {
  case empty
  case endsEarly(offset: Int, within: String)
  case unknownOpcode(UInt8, offset: Int)
  case refusedOpcode(PickleOpcode, offset: Int)
  case torchFile(offset: Int)
  case refusedGlobal(module: String, name: String, offset: Int)
  case refusedCall(PickleGlobal, offset: Int, found: String)
  case badProtocol(Int, offset: Int)
  case underflow(PickleOpcode, offset: Int)
  case wrongType(PickleOpcode, offset: Int, expected: String, found: String)
  case oddItems(PickleOpcode, offset: Int)
  case noMemo(String, offset: Int)
  case badLength(PickleOpcode, offset: Int, promised: UInt64, left: Int?)
  case badLine(PickleOpcode, offset: Int, found: String)
  case badText(PickleOpcode, offset: Int)
  case lineTooLong(PickleOpcode, offset: Int)
  case tooMuchStructure(offset: Int)
  case strayString(PickleOpcode, offset: Int, byteCount: Int)
  case badDType(String, offset: Int)
  case badArray(String, offset: Int)
  case frameEnds(offset: Int, promised: Int)
  case noMark(PickleOpcode, offset: Int)

  /// Whether damaged data can look like this: what is named in full was written like that.
  var canBeDamage: Bool {
    switch self {
    case .empty, .refusedGlobal, .torchFile: false
    default: true
    }
  }

  var description: String {
    switch self {
    case .empty: "expected a pickle, found an empty file"
    case .endsEarly(let offset, let what):
      "pickle ends at byte \(offset) within \(what) (file cut short?)"
    case .unknownOpcode(let byte, let offset):
      "byte \(offset): \(hexadecimal([byte])) is no pickle opcode (damaged, or no pickle)"
    case .refusedOpcode(let opcode, let offset):
      "byte \(offset): opcode \(opcode.name) makes objects, not data (Kiln executes nothing; "
        + (opcode == .persid || opcode == .binpersid ? Self.remedy(module: "torch") : Self.trusted)
        + ")"
    case .torchFile(let offset):
      "byte \(offset): begins as a file of torch, which holds objects"
        + " (Kiln executes nothing; \(Self.remedy(module: "torch")))"
    case .refusedGlobal(let module, let name, let offset):
      "byte \(offset): global \(Self.shown("\(module).\(name)")) is not data"
        + " (Kiln executes nothing; \(Self.remedy(module: module)))"
    case .refusedCall(let global, let offset, let found):
      "byte \(offset): \(global.name) is called with \(found), which no data set does"
        + " (Kiln executes nothing)"
    case .badProtocol(let version, let offset):
      "byte \(offset): pickle protocol \(version), expected 0 to 5"
    case .underflow(let opcode, let offset):
      "byte \(offset): \(opcode.name) needs more values than there are (damaged file?)"
    case .noMark(let opcode, let offset):
      "byte \(offset): \(opcode.name) has no MARK before it (damaged file?)"
    case .wrongType(let opcode, let offset, let expected, let found):
      "byte \(offset): \(opcode.name) expected \(expected), found \(found) (damaged file?)"
    case .oddItems(let opcode, let offset):
      "byte \(offset): \(opcode.name) expected pairs, found an odd number of values"
    case .noMemo(let index, let offset):
      "byte \(offset): memo \(Self.shown(index)) was never stored (damaged file?)"
    case .badLength(let opcode, let offset, let promised, let left):
      "byte \(offset): \(opcode.name) promises \(Self.length(promised, opcode)) bytes, "
        + (left.map { "\($0) are left (file cut short?)" } ?? "which no file holds (damaged file?)")
    case .badLine(let opcode, let offset, let found):
      "byte \(offset): \(opcode.name) cannot be read from '\(Self.shown(found))'"
    case .badText(let opcode, let offset):
      "byte \(offset): \(opcode.name) holds text that is not valid"
    case .lineTooLong(let opcode, let offset):
      "byte \(offset): \(opcode.name) is longer than \(PickleLimits.lineByteCount) bytes"
    case .tooMuchStructure(let offset):
      "byte \(offset): pickle needs more than \(PickleLimits.structureByteCount >> 20) MiB"
        + " for lists and objects, more than any data set (save arrays, not lists)"
    case .strayString(let opcode, let offset, let byteCount):
      "byte \(offset): \(opcode.name) has \(byteCount) bytes or more and belongs to no array,"
        + " expected at most \(PickleLimits.strayByteCount) (damaged file?)"
    case .badDType(let found, let offset):
      "byte \(offset): element type \(found), expected numbers"
        + " (u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1; convert the array before saving it)"
    case .badArray(let found, let offset): "byte \(offset): array \(found)"
    case .frameEnds(let offset, let promised):
      "pickle ends at byte \(offset), its frame promises \(promised) (file cut short?)"
    }
  }

  /// What came from a file, short and on one line.
  static func shown(_ text: String) -> String {
    let limit = PickleLimits.shownCharacterCount
    return (text.count > limit ? text.prefix(limit) + "…" : text[...]).description.printable
  }

  private static func length(_ promised: UInt64, _ opcode: PickleOpcode) -> String {
    // Only these two have a sign.
    guard opcode == .binstring || opcode == .long4 else { return String(promised) }
    return String(Int32(truncatingIfNeeded: promised))
  }

  private static let trusted =
    "load the file where it is trusted, and save its arrays with numpy.savez"

  private static func remedy(module: String) -> String {
    switch module.prefix(while: { $0 != "." }) {
    case "torch": "a file of torch: load it there, and save its tensors with numpy.savez"
    case "joblib": "a file of joblib: load it there, and save its arrays with numpy.savez"
    default: trusted
    }
  }
}
