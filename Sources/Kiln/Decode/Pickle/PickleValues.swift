/// One value of a pickle, by its place among all of them: the same value has the same place.
struct PickleValue: Hashable, Sendable {
  fileprivate let index: UInt32

  static let none = PickleValue(index: 0)
  static let emptyTuple = PickleValue(index: 3)
  /// No value at all.
  static let missing = PickleValue(index: .max)

  static func bool(_ value: Bool) -> PickleValue { PickleValue(index: value ? 2 : 1) }

  /// Numbers of one byte are made once: most labels are no more than that.
  fileprivate static func small(_ byte: UInt8) -> PickleValue {
    PickleValue(index: 4 + UInt32(byte))
  }
}

/// All values of a pickle side by side, without references between them but numbers: a value that
/// holds itself, or is nested a million deep, takes no stack to make, to look at or to release.
struct PickleValues: Sendable {
  /// What a value is.
  enum Kind: UInt8, Sendable {
    case none, bool, integer, hugeInteger, float, string, bytes, text
    case list, tuple, dict, set, global, dtype, array, textType, texts
  }

  /// What a value is and where the rest of it is.
  ///
  ///     integer, float       a, b: the halves of its 64 bits
  ///     string, bytes, text  a: its place among the short or the long ones; c: bytes, where short
  ///     list, tuple, dict, set   a, b: first and last cell; c: items
  ///     global, array, texts a: its number
  ///     dtype                a: element type; b: byte order
  ///     textType             a: length; b: byte order; c: whether its characters are Unicode's
  private struct Node: Sendable {
    var kind: Kind
    /// Long string, hashable tuple, or finished dtype.
    var flag = false
    var a: UInt32 = 0
    var b: UInt32 = 0
    var c: UInt32 = 0
  }

  /// One place in a list; the last one has no next, which is 0.
  private struct Cell: Sendable {
    let value: PickleValue
    var next: UInt32 = 0
  }

  private var nodes = PagedArray<Node>()
  private var cells = PagedArray<Cell>()
  /// The short strings, one behind the other.
  private var shortStrings: [UInt8] = []
  private var longStrings: [PickleBytes] = []
  private var arrays: [NumericArray?] = []
  private var textArrays: [PickleTexts] = []

  init() {
    nodes.append(Node(kind: .none))
    nodes.append(Node(kind: .bool))
    nodes.append(Node(kind: .bool, a: 1))
    nodes.append(Node(kind: .tuple, flag: true))
    for byte in 0...255 as ClosedRange<UInt32> { nodes.append(Node(kind: .integer, a: byte)) }
    cells.append(Cell(value: .none))
  }

  /// Bytes that all of this takes, besides what is as long in the file.
  var structureByteCount: Int {
    nodes.count * MemoryLayout<Node>.stride + cells.count * MemoryLayout<Cell>.stride
      + longStrings.count * 256 + (arrays.count + textArrays.count) * 512
  }

  /// Bytes of the short strings.
  var textByteCount: Int { shortStrings.count }

  // MARK: Making values

  private mutating func add(_ node: Node) -> PickleValue {
    nodes.append(node)
    return PickleValue(index: UInt32(nodes.count - 1))
  }

  private mutating func add(_ kind: Kind, bits: UInt64) -> PickleValue {
    add(
      Node(
        kind: kind, a: UInt32(truncatingIfNeeded: bits), b: UInt32(truncatingIfNeeded: bits >> 32)))
  }

  mutating func integer(_ value: Int64) -> PickleValue {
    if let byte = UInt8(exactly: value) { return .small(byte) }
    return add(.integer, bits: UInt64(bitPattern: value))
  }

  /// A number that no label and no dimension can be.
  mutating func hugeInteger() -> PickleValue { add(Node(kind: .hugeInteger)) }

  mutating func float(_ value: Double) -> PickleValue { add(.float, bits: value.bitPattern) }

  /// A short string; nil where there is no room for more of them.
  mutating func string(_ kind: Kind, _ bytes: some Collection<UInt8>) -> PickleValue? {
    guard let start = UInt32(exactly: shortStrings.count) else { return nil }
    shortStrings += bytes
    return add(Node(kind: kind, a: start, c: UInt32(bytes.count)))
  }

  mutating func string(_ kind: Kind, long bytes: PickleBytes) -> PickleValue {
    longStrings.append(bytes)
    return add(Node(kind: kind, flag: true, a: UInt32(longStrings.count - 1)))
  }

  mutating func empty(_ kind: Kind) -> PickleValue { add(Node(kind: kind)) }

  mutating func tuple(_ items: some Sequence<PickleValue>) -> PickleValue {
    let tuple = add(Node(kind: .tuple))
    var isHashable = true
    for item in items {
      isHashable = isHashable && self.isHashable(item)
      append(item, to: tuple)
    }
    nodes[Int(tuple.index)].flag = isHashable
    return tuple
  }

  /// Puts a value behind the others of a list, tuple or set, or a key or its value into a dict.
  mutating func append(_ item: PickleValue, to list: PickleValue) {
    cells.append(Cell(value: item))
    let cell = UInt32(cells.count - 1)
    var node = nodes[Int(list.index)]
    if node.b == 0 { node.a = cell } else { cells[Int(node.b)].next = cell }
    node.b = cell
    node.c += 1
    nodes[Int(list.index)] = node
  }

  mutating func global(_ global: PickleGlobal) -> PickleValue {
    add(Node(kind: .global, a: UInt32(global.rawValue)))
  }

  /// A dtype that awaits its byte order.
  mutating func dtype(_ type: UInt32) -> PickleValue { add(Node(kind: .dtype, a: type)) }

  /// Gives a dtype its byte order.
  /// - Returns: false where it has one.
  mutating func finish(dtype: PickleValue, isBigEndian: Bool) -> Bool {
    guard !nodes[Int(dtype.index)].flag else { return false }
    nodes[Int(dtype.index)].flag = true
    nodes[Int(dtype.index)].b = isBigEndian ? 1 : 0
    return true
  }

  /// A dtype of text that awaits its byte order.
  mutating func textType(_ type: PickleTextType) -> PickleValue {
    add(Node(kind: .textType, a: UInt32(type.length), c: type.isUnicode ? 1 : 0))
  }

  mutating func texts(_ texts: PickleTexts) -> PickleValue {
    textArrays.append(texts)
    return add(Node(kind: .texts, a: UInt32(textArrays.count - 1)))
  }

  mutating func array(_ array: NumericArray?) -> PickleValue {
    arrays.append(array)
    return add(Node(kind: .array, a: UInt32(arrays.count - 1)))
  }

  /// Gives an array its content.
  /// - Returns: false where it has one.
  mutating func finish(array: PickleValue, _ content: NumericArray) -> Bool {
    guard kind(of: array) == .array else { return false }
    let place = Int(nodes[Int(array.index)].a)
    guard arrays[place] == nil else { return false }
    arrays[place] = content
    return true
  }

  /// Makes an array without content one of text.
  /// - Returns: false where it has content.
  mutating func finish(array: PickleValue, _ texts: PickleTexts) -> Bool {
    guard kind(of: array) == .array, self.array(array) == nil else { return false }
    textArrays.append(texts)
    nodes[Int(array.index)] = Node(kind: .texts, a: UInt32(textArrays.count - 1))
    return true
  }

  // MARK: Looking at values

  func kind(of value: PickleValue) -> Kind { nodes[Int(value.index)].kind }

  /// Whether a value can be a key.
  ///
  /// Tuples were asked when they were made.
  func isHashable(_ value: PickleValue) -> Bool {
    let node = nodes[Int(value.index)]
    return switch node.kind {
    case .none, .bool, .integer, .hugeInteger, .float, .string, .bytes, .text: true
    case .tuple: node.flag
    default: false
    }
  }

  func bool(_ value: PickleValue) -> Bool? {
    let node = nodes[Int(value.index)]
    return node.kind == .bool ? node.a == 1 : nil
  }

  func integer(_ value: PickleValue) -> Int64? {
    let node = nodes[Int(value.index)]
    return node.kind == .integer ? Int64(bitPattern: Self.bits(node)) : nil
  }

  func float(_ value: PickleValue) -> Double? {
    let node = nodes[Int(value.index)]
    return node.kind == .float ? Double(bitPattern: Self.bits(node)) : nil
  }

  private static func bits(_ node: Node) -> UInt64 { UInt64(node.a) | UInt64(node.b) << 32 }

  func global(_ value: PickleValue) -> PickleGlobal? {
    let node = nodes[Int(value.index)]
    return node.kind == .global ? PickleGlobal(rawValue: UInt8(truncatingIfNeeded: node.a)) : nil
  }

  func dtype(_ value: PickleValue) -> (type: UInt32, isBigEndian: Bool)? {
    let node = nodes[Int(value.index)]
    return node.kind == .dtype ? (node.a, node.b == 1) : nil
  }

  func textType(_ value: PickleValue) -> PickleTextType? {
    let node = nodes[Int(value.index)]
    guard node.kind == .textType else { return nil }
    return PickleTextType(length: Int(node.a), isUnicode: node.c == 1, isBigEndian: node.b == 1)
  }

  /// The texts of an array; nil for other values.
  func texts(_ value: PickleValue) -> PickleTexts? {
    let node = nodes[Int(value.index)]
    return node.kind == .texts ? textArrays[Int(node.a)] : nil
  }

  /// The numbers of an array; nil for other values, and for an array that was never filled.
  func array(_ value: PickleValue) -> NumericArray? {
    let node = nodes[Int(value.index)]
    return node.kind == .array ? arrays[Int(node.a)] : nil
  }

  /// Items of a list, tuple or set, or twice the entries of a dict; bytes of a string.
  func count(_ value: PickleValue) -> Int {
    let node = nodes[Int(value.index)]
    return switch node.kind {
    case .string, .bytes, .text:
      node.flag ? longStrings[Int(node.a)].byteCount : Int(node.c)
    case .list, .tuple, .dict, .set: Int(node.c)
    default: 0
    }
  }

  /// The items of a list, tuple or set; of a dict, keys and values in turn.
  func items(_ value: PickleValue) -> PickleItems {
    let node = nodes[Int(value.index)]
    switch node.kind {
    case .list, .tuple, .dict, .set: return PickleItems(values: self, cell: node.a)
    default: return PickleItems(values: self, cell: 0)
    }
  }

  fileprivate func cell(_ index: UInt32) -> (value: PickleValue, next: UInt32) {
    let cell = cells[Int(index)]
    return (cell.value, cell.next)
  }

  /// The bytes of a string where they are; nil for other values.
  func stored(_ value: PickleValue) -> PickleString? {
    let node = nodes[Int(value.index)]
    guard [.string, .bytes, .text].contains(node.kind) else { return nil }
    guard node.flag else {
      return .short(Array(shortStrings[Int(node.a)..<Int(node.a) + Int(node.c)]))
    }
    return .long(longStrings[Int(node.a)])
  }
}

/// The bytes of a string.
enum PickleString {
  case short([UInt8])
  case long(PickleBytes)

  var byteCount: Int {
    switch self {
    case .short(let bytes): bytes.count
    case .long(let bytes): bytes.byteCount
    }
  }

  /// Copies a range of the bytes.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    switch self {
    case .short(let bytes): Array(bytes[range])
    case .long(let bytes): bytes.bytes(range)
    }
  }
}

/// The items of a value, first to last.
struct PickleItems: Sequence, IteratorProtocol {
  fileprivate let values: PickleValues
  fileprivate var cell: UInt32

  mutating func next() -> PickleValue? {
    guard cell != 0 else { return nil }
    let (value, next) = values.cell(cell)
    cell = next
    return value
  }
}
