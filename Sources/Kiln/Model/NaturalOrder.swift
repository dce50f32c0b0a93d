/// The order in which people count: numbers within names are compared as numbers, so that `10` follows
/// `9`; the rest byte by byte.
enum NaturalOrder {
  /// Whether the first name comes before the second.
  static func precedes(_ first: String, _ second: String) -> Bool {
    let (first, second) = (Array(first.utf8), Array(second.utf8))
    return precedes(first.span, second.span)
  }

  /// Whether the first name comes before the second.
  static func precedes(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
    var (one, two) = (0, 0)
    while one < first.count, two < second.count {
      if isDigit(first[one]), isDigit(second[two]) {
        let (left, right) = (number(in: first, from: one), number(in: second, from: two))
        if left.count != right.count { return left.count < right.count }
        for offset in 0..<left.count {
          let (a, b) = (first[left.lowerBound + offset], second[right.lowerBound + offset])
          if a != b { return a < b }
        }
        (one, two) = (left.upperBound, right.upperBound)
      } else {
        if first[one] != second[two] { return first[one] < second[two] }
        (one, two) = (one + 1, two + 1)
      }
    }
    if first.count - one != second.count - two { return first.count - one < second.count - two }
    // Equal but for zeros in front of numbers.
    for index in 0..<min(first.count, second.count) where first[index] != second[index] {
      return first[index] < second[index]
    }
    return first.count < second.count
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The digits that begin at a position, without zeros in front.
  private static func number(in text: Span<UInt8>, from start: Int) -> Range<Int> {
    var end = start
    while end < text.count, isDigit(text[end]) { end += 1 }
    var first = start
    while first < end, text[first] == 0x30 { first += 1 }
    return first..<end
  }
}
