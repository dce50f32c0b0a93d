/// What a pickle has stored to be used again, by number.
struct PickleMemo: Sendable {
  /// Writers number without gaps; gaps up to this size, as optimisers leave them, cost their room.
  private static let gap: UInt64 = 256

  /// By number, as far as they follow one another.
  private var near: [PickleValue] = []
  /// Numbers far from the others: a table for them would be as large as a file says.
  private var far: [UInt64: PickleValue] = [:]
  /// How many numbers are in use.
  private(set) var count = 0

  /// Bytes that this takes; what doubles while it grows counts threefold.
  var structureByteCount: Int { 12 * near.count + 96 * far.count }

  mutating func store(_ value: PickleValue, at index: UInt64) {
    if self[index] == nil { count += 1 }
    guard index < UInt64(near.count) + Self.gap else {
      far[index] = value
      return
    }
    while near.count <= Int(index) {
      // What was far from the others may be beside them by now.
      near.append(far.removeValue(forKey: UInt64(near.count)) ?? .missing)
    }
    near[Int(index)] = value
  }

  subscript(index: UInt64) -> PickleValue? {
    guard index < UInt64(near.count) else { return far[index] }
    let value = near[Int(index)]
    return value == .missing ? nil : value
  }
}
