/// Values in the order in which they come, each with its position.
struct PositionTable<Value: Hashable> {
  private(set) var values: [Value] = []
  private var positions: [Value: UInt32] = [:]
  /// Neighbours mostly are equal.
  private var last: (value: Value, position: UInt32)?

  mutating func position(of value: Value) -> UInt32 {
    if let last, last.value == value { return last.position }
    let position = positions[value] ?? UInt32(values.count)
    if Int(position) == values.count {
      values.append(value)
      positions[value] = position
    }
    last = (value, position)
    return position
  }
}
