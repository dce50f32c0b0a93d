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
      dataset: Self.urlPrefix + hexadecimal(hash.finish()).prefix(16), name: Self.name(inURL: url),
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

  /// An address as messages show it: they are seen by others, and queries hold tokens.
  package static func shown(_ url: String) -> String {
    let (address, query) = withoutQuery(url)
    return query == nil ? address : address + "?…"
  }

  /// An address as records keep it: other queries make other addresses, and no query can be read in them.
  static func recorded(_ url: String) -> String {
    let (address, query) = withoutQuery(url)
    guard let query else { return address }
    var hash = SHA256()
    hash.update(String(query))
    return "\(address)?sha256:\(hexadecimal(hash.finish()).prefix(16))"
  }

  /// An address without name and password, and what follows its question mark.
  private static func withoutQuery(_ url: String) -> (address: String, query: Substring?) {
    let plain = withoutCredentials(url)
    guard let mark = plain.firstIndex(of: "?") else { return (plain, nil) }
    return (String(plain[..<mark]), plain[plain.index(after: mark)...])
  }

  /// Whether it is known by its address alone: its directory in the store is nobody's name then.
  var isOfURL: Bool { dataset.hasPrefix(Self.urlPrefix) }
  private static let urlPrefix = "url-"

  /// An address without the name and password that may stand before its host.
  private static func withoutCredentials(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let rest = url[scheme.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@") else { return url }
    return String(url[..<scheme.upperBound] + url[url.index(after: at)...])
  }

  /// The path that a `file` address names on this machine, as libcurl takes it; nil for any other.
  static func localPath(of url: String) -> String? {
    guard scheme(of: url) == "file" else { return nil }
    let marks = [UInt8(ascii: "?"), UInt8(ascii: "#")]
    let rest = Array(
      url.utf8.dropFirst("file://".utf8.count).prefix { !marks.contains($0) })
    guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    var path: [UInt8] = []
    var position = slash
    while position < rest.count {
      let digits = String(decoding: rest[(position + 1)...].prefix(2), as: UTF8.self)
      if rest[position] == UInt8(ascii: "%"), digits.utf8.count == 2,
        digits.allSatisfy(\.isHexDigit),
        let byte = UInt8(digits, radix: 16)
      {
        path.append(byte)
        position += 3
      } else {
        path.append(rest[position])
        position += 1
      }
    }
    return String(decoding: path, as: UTF8.self)
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
