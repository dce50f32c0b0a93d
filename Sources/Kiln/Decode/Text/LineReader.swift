/// Reads samples that are lines of text: cuts at line ends in order, reads the numbers on any thread.
final class LineReader: SampleReader {
  /// Reads the numbers of whole lines.
  typealias Decoder =
    @Sendable (_ text: [UInt8], _ lines: CSVLines.Lines) throws -> (
      pixels: [UInt8], labels: [Int64]
    )

  private let name: String
  private let lines: CSVLines
  private let rowCount: Int
  private let decode: RowDecoder
  private var position = 0

  /// - Parameters:
  ///   - name: what messages call the file.
  ///   - lines: at the first row.
  ///   - rowCount: how many rows there were when the file was looked through.
  ///   - pixelByteCount: bytes that the pixels of each row become.
  ///   - labelCount: how many labels each row has.
  ///   - decoder: reads the numbers.
  init(
    _ name: String, _ lines: CSVLines, rowCount: Int, pixelByteCount: Int,
    labelCount: Int,
    decoder: @escaping Decoder
  ) {
    self.name = name
    self.lines = lines
    self.rowCount = rowCount
    decode = RowDecoder(
      name: name, pixelByteCount: pixelByteCount, labelCount: labelCount, decoder: decoder)
  }

  /// Text that may wait to be decoded for one batch; the rows of a megabyte of 8-bit pixels have two
  /// thirds of it.
  private static let maximumWaitingByteCount = 6 << 20

  func read(_ count: Int) throws -> PendingSamples {
    var rows = try take(count)
    if rows.count == count { return PendingSamples { [decode, rows] in try decode(rows) } }
    // Rows of much more than their numbers, such as blanks: decoded at once, they take no room.
    var (pixels, labels) = try decode(rows)
    var left = count - rows.count
    while left > 0 {
      rows = try take(left)
      left -= rows.count
      let values = try decode(rows)
      pixels += values.pixels
      labels += values.labels
    }
    return PendingSamples { [pixels, labels] in (pixels, labels) }
  }

  /// Takes at least one row, and as many as are wanted or may wait.
  private func take(_ count: Int) throws -> CSVLines.Lines {
    let rows = try at(.decode, name) {
      try lines.take(count, byteLimit: Self.maximumWaitingByteCount)
    }
    position += rows.count
    guard rows.count > 0 || count == 0 else {
      throw StageError(
        .decode, file: name, ChangedTextError(found: position, expected: rowCount))
    }
    return rows
  }

  /// Reads the numbers of rows, on any thread.
  private struct RowDecoder: Sendable {
    let name: String
    let pixelByteCount: Int
    let labelCount: Int
    let decoder: Decoder

    func callAsFunction(_ rows: CSVLines.Lines) throws -> (pixels: [UInt8], labels: [Int64]) {
      try at(.decode, name) {
        let values = try decoder(rows.joined(), rows)
        // Rows may have neither pixels nor labels, but not both.
        let found =
          pixelByteCount > 0
          ? values.pixels.count / pixelByteCount : values.labels.count / max(1, labelCount)
        guard values.pixels.count == rows.count * pixelByteCount,
          values.labels.count == rows.count * labelCount
        else { throw ChangedTextError(found: found, expected: rows.count) }
        return values
      }
    }
  }

  func finish() throws {
    try at(.decode, name) {
      // To the end: what the file is packed with may hold a checksum there.
      while try lines.take(.max, byteLimit: CSVLines.blockByteCount).count > 0 {}
    }
  }
}

/// A text that is not what it was when it was looked through.
struct ChangedTextError: Error, Sendable, Equatable, CustomStringConvertible {
  let found: Int
  let expected: Int

  var description: String {
    "has \(found) rows, expected \(expected) as a moment ago (file changed meanwhile?)"
  }
}
