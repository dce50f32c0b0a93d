/// Files of a directory that a source is read from, where a record of each would be too much.
///
/// What is recorded of them is what `sha256sum` prints: SHA-256 over the lines `DIGEST  PATH` of the files
/// that were read, in the order of the samples.
public final class SourceFolder: Sendable {
  /// What is known of the files that were read.
  public struct Record: Sendable, Equatable {
    /// How many files.
    public let fileCount: Int
    /// Their bytes together.
    public let byteCount: Int
    /// The digest, in hexadecimal.
    public let sha256: String
  }

  /// Name and content of a file that was read.
  struct Entry: Sendable {
    let byteCount: Int
    let sha256: [UInt8]
  }

  /// Where the directory is.
  public let path: String
  /// The directory's name, with the split behind it where there are several.
  public let name: String
  /// How many files there are.
  public let fileCount: Int
  private let appendPath: @Sendable (Int, inout [UInt8]) -> Void

  private struct State: ~Copyable {
    var hash = SHA256()
    var next = 0
    var fileCount = 0
    var byteCount = 0
    /// What was read ahead of files before it, by the first file's position.
    var waiting: [Int: [Entry]] = [:]
    var record: Record?
  }
  private let state = Locked(State())

  /// - Parameters:
  ///   - path: the directory.
  ///   - name: what reports call it.
  ///   - fileCount: how many files there are.
  ///   - appendPath: appends a file's path below the directory, by its position.
  init(
    path: String, name: String, fileCount: Int,
    appendPath: @escaping @Sendable (Int, inout [UInt8]) -> Void
  ) {
    self.path = path
    self.name = name
    self.fileCount = fileCount
    self.appendPath = appendPath
  }

  /// Takes the digests of consecutive files, in any order and perhaps more than once.
  func keep(_ entries: [Entry], from first: Int) {
    state.withLock { state in
      guard first <= state.next else {
        state.waiting[first] = entries
        return
      }
      fold(entries, first, &state)
      while let entries = state.waiting.removeValue(forKey: state.next) {
        fold(entries, state.next, &state)
      }
    }
  }

  private func fold(_ entries: [Entry], _ first: Int, _ state: inout State) {
    guard first + entries.count > state.next else { return }
    var lines: [UInt8] = []
    lines.reserveCapacity(entries.count * 96)
    for (position, entry) in entries.enumerated() where first + position >= state.next {
      for byte in entry.sha256 {
        lines.append(Self.digits[Int(byte >> 4)])
        lines.append(Self.digits[Int(byte & 15)])
      }
      lines.append(0x20)
      lines.append(0x20)
      appendPath(first + position, &lines)
      lines.append(0x0A)
      state.fileCount += 1
      state.byteCount += entry.byteCount
    }
    state.hash.update(lines.span)
    state.next = first + entries.count
  }

  private static let digits = Array("0123456789abcdef".utf8)

  /// The files that were read; nil where none was.
  ///
  /// To be asked when all reading is done.
  public func record() -> Record? {
    state.withLock { state in
      if let record = state.record { return record }
      for (first, entries) in state.waiting.sorted(by: { $0.key < $1.key }) {
        state.next = max(state.next, first)
        fold(entries, first, &state)
      }
      state.waiting = [:]
      guard state.fileCount > 0 else { return nil }
      let record = Record(
        fileCount: state.fileCount, byteCount: state.byteCount,
        sha256: hexadecimal(state.hash.finish()))
      state.record = record
      return record
    }
  }
}
