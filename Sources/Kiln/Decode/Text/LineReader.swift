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
  private let pixelByteCount: Int
  private let labelCount: Int
  private let decoder: Decoder
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
    self.pixelByteCount = pixelByteCount
    self.labelCount = labelCount
    self.decoder = decoder
  }

  func read(_ count: Int) throws -> PendingSamples {
    let rows = try at(.decode, name) { try lines.take(count) }
    position += rows.count
    guard rows.count == count else {
      throw StageError(
        .decode, file: name, ChangedTextError(found: position, expected: rowCount))
    }
    return PendingSamples { [name, decoder, pixelByteCount, labelCount] in
      try at(.decode, name) {
        let values = try decoder(rows.joined(), rows)
        // Rows may have neither pixels nor labels, but not both.
        let found =
          pixelByteCount > 0
          ? values.pixels.count / pixelByteCount : values.labels.count / max(1, labelCount)
        guard values.pixels.count == count * pixelByteCount,
          values.labels.count == count * labelCount
        else { throw ChangedTextError(found: found, expected: count) }
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
