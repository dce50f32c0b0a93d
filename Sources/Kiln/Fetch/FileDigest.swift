#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What proves that a file is the one that was published.
public enum FileDigest: Sendable, Equatable {
  /// SHA-256, as 64 hexadecimal digits.
  case sha256(String)
  /// MD5, as 32 hexadecimal digits: against damage only.
  case md5(String)

  /// The digest that hexadecimal digits stand for, by how many they are; nil where they are none.
  public init?(hexadecimal text: String) {
    let text = text.lowercased()
    guard text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
      return nil
    }
    switch Algorithm.allCases.first(where: { $0.digitCount == text.utf8.count }) {
    case .sha256: self = .sha256(text)
    case .md5: self = .md5(text)
    case nil: return nil
    }
  }

  /// The digits.
  public var text: String {
    switch self {
    case .sha256(let text), .md5(let text): text
    }
  }

  var algorithm: Algorithm {
    switch self {
    case .sha256: .sha256
    case .md5: .md5
    }
  }

  /// How a digest is made, as addresses spell it.
  enum Algorithm: String, CaseIterable {
    case sha256
    case md5

    var digitCount: Int {
      switch self {
      case .sha256: 64
      case .md5: 32
      }
    }

    /// The name in messages.
    var name: String {
      switch self {
      case .sha256: "SHA-256"
      case .md5: "MD5"
      }
    }
  }
}

/// Hashes a file's bytes as they come: always SHA-256, for the report, and what it is compared by.
final class FileHash {
  private var sha256 = SHA256()
  private var md5: MD5?
  private let expected: FileDigest?

  /// Starts, for a file that is to have this digest.
  init(expecting expected: FileDigest?) {
    self.expected = expected
    if case .md5 = expected { md5 = MD5() }
  }

  func update(_ bytes: Span<UInt8>) {
    sha256.update(bytes)
    md5?.update(bytes)
  }

  /// Adds a file's first bytes.
  /// - Throws: ``FileError``, or ``Interruption`` where the caller asks for it.
  func update(
    file path: String, count: Int, cancellation: Cancellation = Cancellation()
  ) throws {
    let stream = try FileStream(path: path, cancellation: cancellation)
    var left = count
    while left > 0 {
      let bytes = try stream.read(min(left, FileStream.chunkByteCount))
      if bytes.isEmpty { throw FileError(.read, path, code: EIO) }
      update(bytes.span)
      left -= bytes.count
    }
  }

  /// The digests: SHA-256, and the one to compare with what was expected.
  func finish() -> (sha256: String, found: FileDigest) {
    let sha = hexadecimal(sha256.finish())
    guard case .md5 = expected else { return (sha, .sha256(sha)) }
    let digest = md5?.finish() ?? []
    return (sha, .md5(hexadecimal(digest)))
  }
}
