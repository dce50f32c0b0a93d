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

/// The files in a tar archive, one after the other; used by one thread at a time.
///
/// Where the archive can be mapped, nothing is copied: images are decoded where they lie, by all
/// workers, while the one that reads goes from header to header.
final class WebDatasetMembers {
  /// What the archive is read from.
  enum Input {
    case mapped(MappedFile)
    /// Unpacked bytes from the archive's start.
    case stream(any ByteStream)
  }

  /// A file in the archive.
  struct Member {
    let name: [UInt8]
    let byteCount: Int
    /// Whether its data is that of another member.
    let isLink: Bool

    /// The name for messages.
    var shownName: String {
      let text = String(decoding: name.prefix(200), as: UTF8.self).printable
      return name.count > 200 ? text + "…" : text
    }
  }

  /// The longest path that Linux knows; headers that promise a longer one are damaged.
  private static let maximumNameByteCount = 4096
  /// Pax headers hold times and owners; more than this is no header of a sample.
  private static let maximumHeaderByteCount = 1 << 20
  private static let blockByteCount = 512

  private let input: Input
  private var position = 0
  private var released = 0
  /// Where the data of the current member ends, and where the next header begins.
  private var dataEnd = 0
  private var nextHeader = 0

  init(_ input: Input) { self.input = input }

  /// Goes to the next file or link; directories and devices are passed by.
  /// - Returns: nil at the end of the archive.
  /// - Throws: ``TarError``, or what the stream throws.
  func next() throws -> Member? {
    var longName: [UInt8]?
    var longByteCount: Int?
    while true {
      try skip(to: nextHeader)
      guard let header = try readHeader() else { return nil }
      try startData(header.byteCount(longByteCount))
      switch header.type {
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"), UInt8(ascii: "1"), UInt8(ascii: "2"):
        return Member(
          name: longName ?? header.name, byteCount: dataEnd - position, isLink: header.isLink)
      case UInt8(ascii: "L"):
        longName = try readText(limit: Self.maximumNameByteCount).split(
          separator: 0, omittingEmptySubsequences: false
        ).first.map(Array.init)
      case UInt8(ascii: "x"):
        let records = try PaxRecords(parsing: try readText(limit: Self.maximumHeaderByteCount))
        longName = records.path ?? longName
        longByteCount = records.byteCount ?? longByteCount
      case UInt8(ascii: "S"): throw TarError.sparse(String(decoding: header.name, as: UTF8.self))
      case UInt8(ascii: "g"), UInt8(ascii: "K"): break
      default: (longName, longByteCount) = (nil, nil)
      }
    }
  }

  /// Where the data of the current member is in the mapped file.
  func place() -> Range<Int> { position..<dataEnd }

  /// Reads the data of the current member.
  /// - Throws: ``TarError`` where the archive ends before.
  func read() throws -> [UInt8] { try read(dataEnd - position) }

  /// Gives back the memory of what was passed over since the last time.
  func release() {
    guard case .mapped(let file) = input, released < position else { return }
    file.release(released..<position)
    released = position
  }

  /// Reads what follows the archive's end mark, so that checksums are compared.
  ///
  /// A header that has become zeros looks like that mark: only what follows tells.
  /// - Throws: ``TarError`` where that is anything but zeros.
  func finish() throws {
    let mark = position - Self.blockByteCount
    while true {
      let bytes: [UInt8]
      switch input {
      case .mapped(let file):
        bytes = file.bytes(
          position..<min(file.byteCount, position + FileStream.chunkByteCount))
      case .stream(let stream): bytes = try stream.read(FileStream.chunkByteCount)
      }
      if bytes.isEmpty { return }
      position += bytes.count
      guard bytes.allSatisfy({ $0 == 0 }) else { throw TarError.dataContinues(after: mark) }
    }
  }

  // MARK: Headers

  private func readHeader() throws -> Header? {
    let start = position
    let parse = { (block: Span<UInt8>) throws(TarError) in
      try Header(parsing: block, at: start)
    }
    switch input {
    case .mapped(let file):
      guard file.byteCount - start >= Self.blockByteCount else { throw TarError.noEnd }
      position += Self.blockByteCount
      return try file.withBytes(start..<position, parse)
    case .stream(let stream):
      let block = try stream.read(Self.blockByteCount)
      guard block.count == Self.blockByteCount else { throw TarError.noEnd }
      position += Self.blockByteCount
      return try parse(block.span)
    }
  }

  /// Notes where the data that begins here ends.
  private func startData(_ byteCount: Int) throws(TarError) {
    let (end, isTooLarge) = position.addingReportingOverflow(byteCount)
    let (next, isTooLargeToo) = end.addingReportingOverflow(
      (Self.blockByteCount - byteCount % Self.blockByteCount) % Self.blockByteCount)
    guard !isTooLarge, !isTooLargeToo else { throw .damagedHeader(at: position) }
    if case .mapped(let file) = input, end > file.byteCount {
      throw .dataEnds(at: file.byteCount, promised: end)
    }
    (dataEnd, nextHeader) = (end, next)
  }

  private func readText(limit: Int) throws -> [UInt8] {
    guard dataEnd - position <= limit else { throw TarError.damagedHeader(at: position) }
    return try read(dataEnd - position)
  }

  private func read(_ count: Int) throws -> [UInt8] {
    let start = position
    position += count
    switch input {
    case .mapped(let file): return file.bytes(start..<position)
    case .stream(let stream):
      let bytes = try stream.read(count)
      guard bytes.count == count else {
        throw TarError.dataEnds(at: start + bytes.count, promised: position)
      }
      return bytes
    }
  }

  private func skip(to target: Int) throws {
    if case .stream(let stream) = input {
      while position < target {
        let bytes = try stream.read(min(target - position, FileStream.chunkByteCount))
        guard !bytes.isEmpty else {
          throw TarError.dataEnds(at: position, promised: target)
        }
        position += bytes.count
      }
    }
    position = target
  }

  /// The fields of a header that matter here.
  private struct Header {
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
}

/// The lines of a pax header that change how the next member is read.
private struct PaxRecords {
  var path: [UInt8]?
  var byteCount: Int?

  init(parsing text: [UInt8]) throws(TarError) {
    var rest = text[...]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { throw .damagedRecords }
      let line = rest[space + 1..<rest.startIndex + length].dropLast()
      rest = rest.dropFirst(length)
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { throw .damagedRecords }
      let value = Array(line[(equals + 1)...])
      switch String(decoding: line[..<equals], as: UTF8.self) {
      case "path": path = value
      case "size":
        guard let size = Int(String(decoding: value, as: UTF8.self)), size >= 0 else {
          throw .damagedRecords
        }
        byteCount = size
      case let key where key.hasPrefix("GNU.sparse."): throw .sparse("")
      default: break
      }
    }
  }
}

/// What is wrong with a tar archive.
enum TarError: Error, Sendable, Equatable, CustomStringConvertible {
  case noEnd
  case damagedHeader(at: Int)
  case damagedRecords
  case dataEnds(at: Int, promised: Int)
  case dataContinues(after: Int)
  case sparse(String)

  var description: String {
    switch self {
    case .noEnd: "archive ends without its end mark (file cut short?)"
    case .damagedHeader(let offset):
      "header at byte \(offset) of the archive is damaged, or this is no tar file"
    case .damagedRecords: "a pax header of the archive is damaged"
    case .dataEnds(let offset, let promised):
      "archive ends at byte \(offset), a header promises \(promised) (file cut short?)"
    case .dataContinues(let mark):
      "data goes on behind zeros at byte \(mark) of the archive, which end one (damaged?)"
    case .sparse(let name):
      "member \(name.isEmpty ? "" : "'\(name.prefix(200).description.printable)' ")"
        + "is stored with holes (pack the archive again)"
    }
  }
}
