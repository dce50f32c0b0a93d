/// The files in a tar archive, one after the other; used by one thread at a time.
///
/// Where the archive can be mapped, nothing is copied: images are decoded where they lie, by all
/// workers, while the one that reads goes from header to header.
final class WebDatasetMembers {
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

  private let input: ShardInput
  /// Where the data of the current member ends, and where the next header begins.
  private var dataEnd = 0
  private var nextHeader = 0

  init(_ source: ShardInput.Source) { input = ShardInput(source) }

  /// Goes to the next file or link; directories and devices are passed by.
  /// - Returns: nil at the end of the archive.
  /// - Throws: ``TarError``, or what the stream throws.
  func next() throws -> Member? {
    var longName: [UInt8]?
    var longByteCount: Int?
    while true {
      try input.skip(to: nextHeader)
      let start = input.position
      let found = try input.withBlock { block throws(TarError) in
        try ShardHeader(parsing: block, at: start)
      }
      guard let header = found else { return nil }
      try startData(header.byteCount(longByteCount))
      switch header.type {
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"), UInt8(ascii: "1"), UInt8(ascii: "2"):
        return Member(
          name: longName ?? header.name, byteCount: dataEnd - input.position,
          isLink: header.isLink)
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
  func place() -> Range<Int> { input.position..<dataEnd }

  /// Reads the data of the current member.
  /// - Throws: ``TarError`` where the archive ends before.
  func read() throws -> [UInt8] { try input.read(dataEnd - input.position) }

  /// Gives back the memory of what was passed over since the last time.
  func release() { input.release() }

  /// Reads what follows the archive's end mark, so that checksums are compared.
  ///
  /// A header that has become zeros looks like that mark: only what follows tells.
  /// - Throws: ``TarError`` where that is anything but zeros.
  func finish() throws {
    let mark = input.position - ShardHeader.blockByteCount
    while true {
      let bytes = try input.readUp(to: FileStream.chunkByteCount)
      if bytes.isEmpty { return }
      guard bytes.allSatisfy({ $0 == 0 }) else { throw TarError.dataContinues(after: mark) }
    }
  }

  /// Notes where the data that begins here ends.
  private func startData(_ byteCount: Int) throws(TarError) {
    let block = ShardHeader.blockByteCount
    let (end, isTooLarge) = input.position.addingReportingOverflow(byteCount)
    let (next, isTooLargeToo) = end.addingReportingOverflow(
      (block - byteCount % block) % block)
    guard !isTooLarge, !isTooLargeToo else { throw .damagedHeader(at: input.position) }
    try input.checkHolds(end)
    (dataEnd, nextHeader) = (end, next)
  }

  private func readText(limit: Int) throws -> [UInt8] {
    guard dataEnd - input.position <= limit else {
      throw TarError.damagedHeader(at: input.position)
    }
    return try read()
  }
}
