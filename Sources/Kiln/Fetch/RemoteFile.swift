/// A file to be had from the network, and what it must be.
public struct RemoteFile: Sendable, Equatable {
  /// The directory of the store that it belongs in: the data set's name.
  public let dataset: String
  /// Its name there.
  public let name: String
  /// Its size, where it is known.
  public let byteCount: Int?
  /// What proves it; nil for one that is trusted as it comes.
  public let digest: FileDigest?
  /// Where it is, in the order in which to try.
  public let urls: [String]

  /// Describes a file.
  public init(
    dataset: String, name: String, byteCount: Int? = nil, digest: FileDigest? = nil, urls: [String]
  ) {
    self.dataset = dataset
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
    self.urls = urls
  }

  /// Describes a file of no known data set, by its address alone.
  ///
  /// It gets a directory of its own: names such as `train.zip` are many.
  public init(url: String, digest: FileDigest? = nil) {
    var hash = SHA256()
    hash.update(url)
    self.init(
      dataset: "url-" + hexadecimal(hash.finish()).prefix(16), name: Self.name(inURL: url),
      digest: digest, urls: [url])
  }

  /// A file name out of an address: its last part, without what a file system may not like.
  private static func name(inURL url: String) -> String {
    let path = url.prefix { $0 != "?" && $0 != "#" }
    let parts = path.split(separator: "/")
    // Behind the scheme and the host.
    guard parts.count > 2 || url.hasPrefix("file:"), let last = parts.last else { return "file" }
    let name = String(
      last.utf8.prefix(maximumNameLength).map { byte in
        let isPlain = plainBytes.contains(byte)
        return isPlain ? Character(Unicode.Scalar(byte)) : "_"
      })
    return name.hasPrefix(".") ? "_" + name.dropFirst() : name
  }

  private static let plainBytes = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+".utf8)
  /// Leaves room for what the store puts around a name: 255 bytes are the most.
  private static let maximumNameLength = 160

  /// Whether a word is an address that files are fetched from.
  public static func isURL(_ text: String) -> Bool { scheme(of: text) != nil }

  /// An address without the name and password that may stand before its host: messages and records are
  /// shown to others.
  static func withoutCredentials(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let rest = url[scheme.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@") else { return url }
    return String(url[..<scheme.upperBound] + url[url.index(after: at)...])
  }

  /// The scheme of an address, in small letters; nil where it is none that Kiln reads.
  static func scheme(of url: String) -> String? {
    ["http", "https", "file"].first { url.lowercased().hasPrefix($0 + "://") }
  }
}

/// A file that is in the store and is what it must be.
public struct FetchedFile: Sendable, Equatable {
  /// Where a file came from.
  public enum Origin: Sendable, Equatable {
    /// It was there, or another process has just fetched it.
    case store
    /// A server.
    case server(url: String)
    /// A local directory.
    case directory(path: String)
  }

  /// What was asked for.
  public let file: RemoteFile
  /// Where it is now.
  public let path: String
  /// Its size.
  public let byteCount: Int
  /// Its SHA-256; nil where it was there already and only its MD5 was published.
  public let sha256: String?
  /// Where it came from.
  public let origin: Origin
}
