/// Cuts a stream of text at its line ends.
final class CSVLines {
  /// A row of as many columns as are read, with the longest numbers, has 27 MB.
  static let maximumLineByteCount = 64 << 20
  /// A piece of work that fits a core's cache and still is worth a call.
  static let blockByteCount = 1 << 20

  private let stream: any ByteStream
  private let chunkByteCount: Int
  private let lineLimit: Int
  private var chunk: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  /// Lines that were taken.
  private(set) var lineCount = 0

  /// Takes a stream at its first byte; a mark of UTF-8 there is passed over.
  /// - Parameters:
  ///   - stream: the text.
  ///   - lineLimit: the most bytes that a line may have.
  ///   - chunkByteCount: how much is read at once.
  /// - Throws: ``CSVError`` for UTF-16, or what the stream throws.
  init(
    _ stream: any ByteStream, lineLimit: Int = CSVLines.maximumLineByteCount,
    chunkByteCount: Int = FileStream.chunkByteCount
  ) throws {
    self.stream = stream
    self.lineLimit = min(lineLimit, Self.maximumLineByteCount)
    self.chunkByteCount = chunkByteCount
    try fill()
    if chunk.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if chunk.starts(with: [0xFE, 0xFF]) || chunk.starts(with: [0xFF, 0xFE]) {
      throw CSVError.utf16
    }
  }

  private func fill() throws {
    chunk = try stream.read(chunkByteCount)
    position = 0
    isAtEnd = chunk.count < chunkByteCount
  }

  /// Consecutive lines with their ends, in pieces as they were read.
  struct Lines: Sendable {
    fileprivate(set) var pieces: [ArraySlice<UInt8>] = []
    /// How many there are; the last one of a file may lack its end.
    fileprivate(set) var count = 0
    /// The number of the first one in the file, from 1.
    let first: Int

    /// The number in the file of the first line that is so long.
    fileprivate func firstLine(longerThan limit: Int) -> Int {
      let lengths = joined().split(separator: 0x0A, omittingEmptySubsequences: false).map(\.count)
      return first + (lengths.firstIndex { $0 >= limit } ?? 0)
    }

    /// All bytes in one piece.
    func joined() -> [UInt8] {
      if pieces.count == 1, pieces[0].count == pieces[0].endIndex, pieces[0].startIndex == 0 {
        return Array(pieces[0])
      }
      return makeBytes(capacity: pieces.reduce(0) { $0 + $1.count }) { cursor in
        for piece in pieces { cursor.append(piece.span) }
      }
    }
  }

  /// Takes as many lines as there are up to a number of them, or, after whole lines of so many bytes
  /// together, fewer.
  /// - Throws: ``CSVError`` for a line longer than any row.
  func take(_ count: Int, byteLimit: Int = .max) throws -> Lines {
    var lines = Lines(first: lineCount + 1)
    var byteCount = 0
    // Bytes behind the last line end that was taken.
    var open = 0
    while lines.count < count {
      if position == chunk.count {
        if isAtEnd { break }
        try fill()
        continue
      }
      let (place, found) = chunk.span.endOfLines(count - lines.count, from: position)
      let (end, rest) = (place - position, chunk.count - position)
      // A chunk at a time, where the limit is on bytes.
      let stop = found > 0 && byteCount + end >= byteLimit
      // The start of a line whose end is not yet there stays, where the lines before it are enough.
      let taken = found == count - lines.count || stop ? end : rest
      lines.pieces.append(chunk[position..<position + taken])
      lines.count += found
      position += taken
      byteCount += taken
      open = found > 0 ? taken - end : open + taken
      guard open <= lineLimit else {
        throw CSVError.lineTooLong(line: lines.first + lines.count, limit: lineLimit)
      }
      // Each line may be short of a chunk, and all together be more than memory holds.
      guard byteCount - open <= lines.count * lineLimit else {
        throw CSVError.lineTooLong(line: lines.firstLine(longerThan: lineLimit), limit: lineLimit)
      }
      if stop { break }
    }
    if open > 0, lines.count < count, isAtEnd, position == chunk.count { lines.count += 1 }
    lineCount += lines.count
    return lines
  }
}

extension Span<UInt8> {
  /// Finds line ends: where the last of at most `limit` lines ends, and how many there are.
  func endOfLines(_ limit: Int, from start: Int) -> (end: Int, count: Int) {
    var position = start
    var (end, found) = (start, 0)
    // Eight bytes at once: a high bit for each that is a line end.
    while position + 8 <= count {
      let word = word(at: position).littleEndian ^ 0x0A0A_0A0A_0A0A_0A0A
      let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
      var ends = ~(((word & low) &+ low) | word | low)
      if ends != 0 {
        if found + ends.nonzeroBitCount > limit {
          while found < limit {
            end = position + ends.trailingZeroBitCount / 8 + 1
            ends &= ends - 1
            found += 1
          }
          return (end, found)
        }
        found += ends.nonzeroBitCount
        end = position + (63 - ends.leadingZeroBitCount) / 8 + 1
        if found == limit { return (end, found) }
      }
      position += 8
    }
    while position < count, found < limit {
      if self[position] == 0x0A {
        end = position + 1
        found += 1
      }
      position += 1
    }
    return (end, found)
  }
}
