// A tar archive, as shards of samples are (ustar: Write/TarHeader.swift; pax and GNU headers:
// https://www.gnu.org/software/tar/manual/html_node/Standard.html):
//
//   offset  bytes  content of a header
//   0       100    name
//   124     12     byte count of the data: octal digits, or 80 and a big-endian number
//   148     8      sum of all bytes with these eight as spaces: octal digits
//   156     1      0 or 00: a file; L: the data is the next header's name; x: the data is lines
//                  "LENGTH KEY=VALUE\n" for the next header; 1 and 2: links; others have no samples
//                  in them
//   257     6      "ustar", 00: 155 bytes at 345 are the directory of the name
//
// Data follows, filled up to a multiple of 512. A block of zeros ends the archive.

/// The fields of a shard's header that matter for its samples.
struct ShardHeader {
  /// Headers have this size, and data is filled up to a multiple of it.
  static let blockByteCount = 512

  let name: [UInt8]
  let type: UInt8
  private let field: Int

  /// Reads a header; nil for the block of zeros that ends an archive.
  init?(parsing block: Span<UInt8>, at offset: Int) throws(TarError) {
    var sum = 0
    for index in block.indices { sum += Int(block[index]) }
    if sum == 0 { return nil }
    for index in 148..<156 { sum += 0x20 - Int(block[index]) }
    guard Self.number(block, 148..<156) == sum, let size = Self.number(block, 124..<136) else {
      throw .damagedHeader(at: offset)
    }
    type = block[156]
    field = size
    var name = Self.text(block, 0..<100)
    if Self.text(block, 257..<263) == Array("ustar".utf8), block[345] != 0 {
      name = Self.text(block, 345..<500) + [UInt8(ascii: "/")] + name
    }
    self.name = name
  }

  /// Whether it stands for another file.
  var isLink: Bool { (UInt8(ascii: "1")...UInt8(ascii: "2")).contains(type) }

  /// Bytes of data that follow; links name a size and have none.
  func byteCount(_ given: Int?) -> Int {
    (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type) ? 0 : given ?? field
  }

  private static func text(_ block: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var end = range.lowerBound
    while end < range.upperBound, block[end] != 0 { end += 1 }
    let length = end - range.lowerBound
    return makeBytes(capacity: length) {
      $0.append(block.extracting(range.lowerBound..<range.lowerBound + length))
    }
  }

  private static func number(_ block: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var value = 0
    if block[range.lowerBound] == 0x80 {
      for index in range.dropFirst() {
        guard value >> (Int.bitWidth - 9) == 0 else { return nil }
        value = value << 8 | Int(block[index])
      }
      return value
    }
    var index = range.lowerBound
    while index < range.upperBound, block[index] == 0x20 { index += 1 }
    // Twelve octal digits fit.
    while index < range.upperBound, block[index] & 0xF8 == 0x30 {
      value = value << 3 | Int(block[index] & 7)
      index += 1
    }
    guard index == range.upperBound || block[index] == 0 || block[index] == 0x20 else {
      return nil
    }
    return value
  }
}
