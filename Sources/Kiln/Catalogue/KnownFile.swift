/// A file of a published data set, with what is on record about it.
///
/// Sizes and digests are those that publishers or other programs have published, or of files that were
/// hashed; what nobody has put on record is nil.
public struct KnownFile: Sendable, Equatable {
  /// What a file holds.
  public enum Role: String, Sendable {
    /// Images alone.
    case images
    /// Labels alone.
    case labels
    /// Images with their labels.
    case samples
    /// The other files, packed together.
    case archive
    /// The names of the classes.
    case names
  }

  /// Whether a data set can be read without the file.
  public enum Need: String, Sendable {
    /// Nothing can be read without it.
    case required
    /// It adds a split, or what is known without it.
    case optional
  }

  /// The same file without its compression.
  public struct Unpacked: Sendable, Equatable {
    /// Its size.
    public let byteCount: Int
    /// Its SHA-256 in hexadecimal.
    public let sha256: String
  }

  /// The name it is published under.
  public let name: String
  /// What it holds.
  public let role: Role
  /// The split that it belongs to; nil where it belongs to several.
  public let split: String?
  /// Its size.
  public let byteCount: Int?
  /// Its SHA-256 in hexadecimal.
  public let sha256: String?
  /// Its MD5 in hexadecimal; no more than a check against damage.
  public let md5: String?
  /// The same file without its compression.
  public let unpacked: Unpacked?
  /// Whether it can be left out.
  public let need: Need

  init(
    _ name: String, _ role: Role, split: String? = nil, bytes: Int? = nil, sha256: String? = nil,
    md5: String? = nil, unpacked: Unpacked? = nil, need: Need = .required
  ) {
    self.name = name
    self.role = role
    self.split = split
    byteCount = bytes
    self.sha256 = sha256
    self.md5 = md5
    self.unpacked = unpacked
    self.need = need
  }

  /// Whether the file can hold samples of these splits, or tells of them; nil means any.
  func isOf(_ splits: [String]?) -> Bool {
    guard let splits, let split else { return true }
    return splits.contains(split)
  }

  /// Whether the file is needed for these splits; nil asks for all that is required.
  func isNeeded(forSplits splits: [String]?) -> Bool {
    guard let splits else { return need == .required }
    return split.map(splits.contains) ?? (need == .required)
  }
}

/// One form in which a data set is published: files that belong together.
public struct KnownEdition: Sendable, Equatable {
  /// What the files are, such as `IDX files`.
  public let title: String
  /// The files, in the order in which they are read.
  public let files: [KnownFile]
  /// Where to get the files, the most reliable place first.
  ///
  /// An address that ends in a slash is followed by a file's name.
  public let mirrors: [String]
  /// The directory into which the files unpack; nil where they are no archive.
  public let directory: String?
  /// The files that are read from ``directory``; names may be unknown.
  public let members: [KnownFile]

  init(
    _ title: String, files: [KnownFile], mirrors: [String], directory: String? = nil,
    members: [KnownFile] = []
  ) {
    self.title = title
    self.files = files
    self.mirrors = mirrors
    self.directory = directory
    self.members = members
  }

  /// The addresses of a file, the most reliable first.
  public func addresses(of file: KnownFile) -> [String] {
    mirrors.map { $0.hasSuffix("/") ? $0 + file.name : $0 }
  }
}
