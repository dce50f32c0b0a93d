@testable import Kiln

/// A pickle that wants something else than to hold data, and what the refusal must say.
struct HostilePickle: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  let says: String

  var description: String { name }

  private init(_ name: String, _ bytes: [UInt8], _ says: String) {
    self.name = name
    self.bytes = bytes
    self.says = says
  }

  private init(_ name: String, _ text: String, _ says: String) {
    self.init(name, Array(text.utf8), says)
  }

  private static func p2(_ parts: [UInt8]...) -> [UInt8] { [0x80, 2] + parts.flatMap { $0 } }
  private static func p4(_ parts: [UInt8]...) -> [UInt8] { [0x80, 4] + parts.flatMap { $0 } }
  private static func text(_ text: String) -> [UInt8] {
    [0x8C, UInt8(text.utf8.count)] + Array(text.utf8)
  }
  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static func times(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
    (0..<count).flatMap { _ in bytes }
  }

  /// An array of protocol 0 with these parts of it.
  private static func array(
    first: String = "(I0\nt", code: String = "u1", dtype: String = "(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb",
    shape: String = "(I2\nt", order: String = "I00\n", payload: String = "S'ab'\n"
  ) -> String {
    "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n\(first)S'b'\ntR(I1\n\(shape)"
      + "cnumpy\ndtype\n(S'\(code)'\nI0\nI1\ntR\(dtype)\(order)\(payload)tb."
  }

  static let all: [HostilePickle] = globals + calls + opcodes + lengths + bombs + arrays + structure

  private static let globals: [HostilePickle] = [
    .init(
      "os.system", "cos\nsystem\n(S'touch /tmp/pwned'\ntR.", "byte 0: global os.system is not data"),
    .init("posix.system", "cposix\nsystem\n(S'id'\ntR.", "posix.system"),
    .init("nt.system", "cnt\nsystem\n(S'cmd'\ntR.", "nt.system"),
    .init("eval", "c__builtin__\neval\n(S'1'\ntR.", "__builtin__.eval"),
    .init(
      "exec", p4(text("builtins"), text("exec"), [0x93], text("1"), [0x85], ascii("R.")),
      "builtins.exec"),
    .init(
      "getattr chain", "c__builtin__\ngetattr\n(c__builtin__\n__import__\nS'os'\ntR.", "getattr"),
    .init("import", "c__builtin__\n__import__\n(S'os'\ntR.", "__import__"),
    .init(
      "subprocess", p4(text("subprocess"), text("Popen"), [0x93], ascii("]\u{0}R.")),
      "subprocess.Popen"),
    .init(
      "dotted name", p4(text("numpy"), text("os.system"), [0x93], text("id"), [0x85], ascii("R.")),
      "numpy.os.system"),
    .init(
      "attribute of an allowed class",
      p4(text("numpy"), text("ndarray.tofile"), [0x93], ascii(".")), "numpy.ndarray.tofile"),
    .init("module with a carriage return", "cnumpy\r\ndtype\n.", "is not data"),
    .init("numpy.load", "cnumpy\nload\n(S'/etc/passwd'\ntR.", "numpy.load"),
    .init("runstring", "cnumpy.testing._private.utils\nrunstring\n(S'1'\ntR.", "runstring"),
    .init(
      "global by memo",
      p4(
        text("os"), [0x94], text("system"), [0x94], [0x30, 0x30], [0x68, 0, 0x68, 1, 0x93],
        ascii(".")), "os.system"),
    .init("named and never called", "cos\nsystem\n0N.", "os.system"),
    .init(
      "pickle in a pickle", "cpickle\nloads\n(S'cos\\nsystem\\n(S\\'id\\'\\ntR.'\ntR.",
      "pickle.loads"),
    .init(
      "copyreg", "ccopy_reg\n_reconstructor\n(c__main__\nX\nc__builtin__\nobject\nNtR.",
      "copy_reg._reconstructor"),
    .init("defaultdict", "ccollections\ndefaultdict\n)R.", "collections.defaultdict"),
    .init("torch", "ctorch._utils\n_rebuild_tensor_v2\n.", "a file of torch"),
    .init("joblib", "cjoblib.numpy_pickle\nNumpyArrayWrapper\n.", "a file of joblib"),
    .init("long name", ascii("c" + String(repeating: "a", count: 5000) + "\nb\n."), "longer than"),
  ]

  private static let calls: [HostilePickle] = [
    .init("ndarray called", "cnumpy\nndarray\n((I1000000000\nttR.", "numpy.ndarray is called"),
    .init(
      "reconstruct of another class",
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\n(I0\ntS'b'\ntR.",
      "_reconstruct is called"),
    .init(
      "reconstruct of a terabyte", array(first: "(I1099511627776\nt"), "_reconstruct is called"),
    .init(
      "bytearray of a terabyte", "c__builtin__\nbytearray\n(I1099511627776\ntR.",
      "bytearray is called"),
    .init("bytes of a list", "c__builtin__\nbytes\n((ltR.", "bytes is called"),
    .init(
      "encode by rot13",
      p2(
        ascii("c_codecs\nencode\n"), [0x58, 1, 0, 0, 0, 0x61], [0x58, 5, 0, 0, 0], ascii("rot13"),
        [0x86], ascii("R.")), "_codecs.encode is called"),
    .init(
      "encode beyond Latin-1",
      p2(
        ascii("c_codecs\nencode\n"), [0x58, 3, 0, 0, 0, 0xE2, 0x98, 0x83], [0x58, 6, 0, 0, 0],
        ascii("latin1"), [0x86], ascii("R.")), "not valid"),
    .init("OrderedDict of text", "ccollections\nOrderedDict\n(S'ab'\ntR.", "OrderedDict is called"),
    .init(
      "OrderedDict of no pairs", "ccollections\nOrderedDict\n((l(I1\ntatR.", "OrderedDict is called"
    ),
    .init(
      "OrderedDict with a list as a key", "ccollections\nOrderedDict\n((l((lI1\ntatR.",
      "expected a key"),
    .init("a number called", "I5\n)R.", "expected a callable"),
    .init("arguments in a list", "cnumpy\ndtype\n(lR.", "expected a tuple"),
    .init("BUILD on a dict", "(d(dS'a'\nI1\nsb.", "BUILD"),
  ]

  private static let opcodes: [HostilePickle] = [
    .init("INST", "(S'id'\nios\nsystem\n.", "opcode INST makes objects"),
    .init("OBJ", "(cnumpy\ndtype\no.", "opcode OBJ"),
    .init("NEWOBJ", p2(ascii("cnumpy\nndarray\n)"), [0x81], ascii(".")), "opcode NEWOBJ"),
    .init(
      "NEWOBJ_EX", p4(text("numpy"), text("ndarray"), [0x93], ascii(")}"), [0x92], ascii(".")),
      "opcode NEWOBJ_EX"),
    .init("PERSID", "Pos.system\n.", "opcode PERSID"),
    .init("BINPERSID", p2(ascii("K"), [1], ascii("Q.")), "opcode BINPERSID"),
    .init("EXT1", p2([0x82, 1], ascii(".")), "opcode EXT1"),
    .init("EXT4", p2([0x84, 1, 0, 0, 0], ascii(".")), "opcode EXT4"),
    .init("NEXT_BUFFER", [0x80, 5, 0x97, 0x2E], "opcode NEXT_BUFFER"),
    .init("unknown opcode", [0x80, 2, 0xFF], "byte 2: ff is no pickle opcode"),
    .init("protocol 6", [0x80, 6, 0x4E, 0x2E], "protocol 6"),
    .init(
      "torch's magic number",
      p2([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19], ascii(".")),
      "torch"),
    .init("UTF-16", [0xFF, 0xFE, 0x80, 0, 2, 0], "byte 0: ff is no pickle opcode"),
  ]

  private static let lengths: [HostilePickle] = [
    .init(
      "BINBYTES8 of 2^64 - 1", p4([0x8E], times(8, [0xFF]), ascii(".")),
      "promises 18446744073709551615 bytes"),
    .init("BINBYTES8 of 2^63 - 1", p4([0x8E], times(7, [0xFF]), [0x7F], ascii(".")), "bytes"),
    .init("BYTEARRAY8 of a terabyte", [0x80, 5, 0x96, 0, 0, 0, 0, 0, 1, 0, 0, 0x2E], "BYTEARRAY8"),
    .init(
      "BINUNICODE8 of a terabyte", p4([0x8D, 0, 0, 0, 0, 0, 1, 0, 0], ascii(".")), "BINUNICODE8"),
    .init("BINSTRING of -1", p2([0x54], times(4, [0xFF]), ascii(".")), "promises -1 bytes"),
    .init("LONG4 of -1", p2([0x8B], times(4, [0xFF]), ascii(".")), "promises -1 bytes"),
    .init("LONG4 of 2 GiB", p2([0x8B, 0xFF, 0xFF, 0xFF, 0x7F], ascii(".")), "LONG4"),
    .init(
      "FRAME of 2^64 - 1", p4([0x95], times(8, [0xFF]), ascii("N.")),
      "promises 18446744073709551615 bytes"),
    .init(
      "FRAME beyond the end", p4([0x95, 100], times(7, [0]), ascii("N.")), "(file cut short?)"),
    .init("missing STOP", "(lp0\n", "before STOP"),
    .init("nothing", [], "empty"),
    .init("a line without an end", ascii("I") + times(100_000, ascii("1")), "longer than"),
    .init("text without an end", ascii("V") + times(100_000, ascii("1")), "within UNICODE"),
  ]

  private static let bombs: [HostilePickle] = [
    .init(
      "a million nested tuples", p2(ascii(")"), times(4_000_000, [0x85]), ascii(".")), "more than"),
    .init("marks", times(5_000_000, ascii("(")), "more than"),
    .init("empty lists", times(5_000_000, ascii("]")), "more than"),
    .init("copies of the top", ascii("N") + times(6_000_000, ascii("2")), "more than"),
    .init(
      "memo far apart",
      (0..<600_000).reduce(into: ascii("N")) {
        $0 += [0x72] + littleEndianBytes(UInt32($1) &* 7919 &+ 1000)
      }, "more than"),
    .init("memo without an end", ascii("N") + times(6_000_000, [0x94]), "more than"),
    .init(
      "memo of 4 thousand million", p2([0x4E, 0x6A], times(4, [0xFF]), ascii(".")),
      "memo 4294967295 was never stored"),
    .init("memo by text of 30 digits", "Np1\ng999999999999999999999999999999\n.", "GET"),
    .init(
      "lists of lists, deep",
      times(3_000_000, ascii("]")) + times(2_999_999, ascii("a")) + ascii("."), "more than"),
  ]

  private static let arrays: [HostilePickle] = [
    .init(
      "objects", array(code: "O8", dtype: "(I3\nS'|'\nNNNI-1\nI-1\nI63\ntb"), "element type 'O8'"),
    .init("structures", array(code: "V8"), "element type 'V8'"),
    .init("too few texts", array(code: "S4"), "ends at byte 2"),
    .init("texts without an end", array(code: "U999999999"), "element type 'U999999999'"),
    .init(
      "texts beyond any file", array(code: "U4000", shape: "(I2147483647\nI2147483647\nt"),
      "more than any file can hold"),
    .init("dates", array(code: "M8"), "element type 'M8'"),
    .init("an enormous type", array(code: "u999999999999"), "element type"),
    .init("fields", array(dtype: "(I3\nS'|'\nN(S'a'\ntNI-1\nI-1\nI0\ntb"), "structures"),
    .init(
      "shape of 2^64", array(shape: "(I2147483648\nI2147483648\nI4\nt"),
      "more than any file can hold"),
    .init("negative shape", array(shape: "(I-1\nI-2\nt"), "dimension of -1"),
    .init("huge times nothing", array(shape: "(I4294967296\nI0\nt"), "dimension of 4294967296"),
    .init(
      "seventy dimensions", array(shape: "(" + String(repeating: "I1\n", count: 70) + "t"),
      "70 dimensions"),
    .init("shape of floats", array(shape: "(F2.0\nt"), "dimension of 2.0"),
    .init(
      "shape of 2^100", array(shape: "(L1267650600228229401496703205376L\nt"), "an int beyond i64"),
    .init("payload too short", array(shape: "(I3\nt"), "ends at byte 2"),
    .init("payload too long", array(payload: "S'abc'\n"), "more bytes than the 2"),
    .init("payload of None", array(payload: "N"), "expected bytes, found None"),
    .init(
      "built twice",
      String(array().dropLast()) + "(I1\n(I0\ntcnumpy\ndtype\n(S'u1'\nI0\nI1\ntRI00\nS''\ntb.",
      "built twice"),
  ]

  private static let structure: [HostilePickle] = [
    .init("empty stack", ".", "STOP needs more values"),
    .init("stack below a mark", "I1\n(a.", "APPEND needs more values"),
    .init("APPENDS without a mark", "(le.", "APPENDS has no MARK"),
    .init("APPEND to a dict", "(dI1\na.", "APPEND expected a list, found a dict"),
    .init("odd dict", "(I1\nd.", "odd number"),
    .init("list as a key", "(d(lI1\ns.", "expected a key"),
    .init("list in a tuple as a key", "(d((ltI1\ns.", "expected a key"),
    .init("invalid UTF-8", p2([0x58, 2, 0, 0, 0, 0xC3, 0x28], ascii(".")), "not valid"),
    .init("half an escape", "S'\\x4'\n.", "not valid"),
    .init("half a character", "V\\u12\n.", "not valid"),
    .init("no quotes", "Sabc\n.", "not valid"),
    .init("one quote", "S'\n.", "not valid"),
    .init("a list in itself", "(lp0\ng0\na.", "no data set"),
    .init(
      "10^30 items",
      (0..<100).reduce(into: ascii("N")) { bytes, _ in bytes += ascii("22") + [0x87] } + ascii("."),
      "no data set"),
    .init("a number", "I5\n.", "no data set"),
  ]
}
