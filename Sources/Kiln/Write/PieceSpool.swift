/// Pieces that wait for their turn: in memory as long as they are few, beyond that in a nameless file.
///
/// A file that holds one array behind the other gets the labels of a split only when its images are
/// complete, and a data set may have any number of labels.
struct PieceSpool: ~Copyable {
  private struct FiledPiece {
    let range: Range<Int>
    let checksum: CRC32
  }

  /// The labels of a million samples, as bytes.
  static let memoryLimit = 1 << 20

  private let output: StagedOutput
  private let limit: Int
  private var pieces: [StoredPiece] = []
  private var byteCount = 0
  private var file: OutputFile?
  private var filedPieces: [FiledPiece] = []
  private var takenCount = 0

  /// An empty spool.
  /// - Parameters:
  ///   - output: the output beside which the file would be.
  ///   - limit: how many bytes are kept in memory; other than usual in tests alone.
  init(_ output: StagedOutput, limit: Int = memoryLimit) {
    self.output = output
    self.limit = limit
  }

  /// Puts a piece behind those that wait.
  /// - Throws: ``FileError``, such as for a full disk.
  mutating func append(_ piece: StoredPiece) throws {
    let start = byteCount
    byteCount += piece.bytes.count
    if file == nil, byteCount <= limit {
      pieces.append(piece)
      return
    }
    let file = try self.file ?? output.makeNamelessFile()
    self.file = file
    // What is in memory has no place in the file, which starts with a gap where the disk has such.
    try file.write(piece.bytes.span, at: start)
    filedPieces.append(FiledPiece(range: start..<byteCount, checksum: piece.checksum))
  }

  /// Takes the first of the pieces that wait; nil where none is left, and all begins anew.
  /// - Throws: ``FileError``.
  mutating func next() throws -> StoredPiece? {
    let position = takenCount
    takenCount += 1
    if position < pieces.count { return pieces[position] }
    if let file, position - pieces.count < filedPieces.count {
      let piece = filedPieces[position - pieces.count]
      return StoredPiece(bytes: try file.read(piece.range), checksum: piece.checksum)
    }
    self = PieceSpool(output, limit: limit)
    return nil
  }
}
