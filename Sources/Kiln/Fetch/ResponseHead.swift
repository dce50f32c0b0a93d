/// What a server says before the content: RFC 9110.
struct ResponseHead: Sendable, Equatable {
  /// Which bytes of how many a part is: `bytes 100-199/200`.
  struct Part: Equatable {
    let start: Int
    let total: Int?
  }

  /// The status; 0 for what is no HTTP.
  var status = 0
  /// The content's length as announced.
  var byteCount: Int?
  var part: Part?
  var contentType: String?
  var contentEncoding: String?
  var entityTag: String?
  var lastModified: String?
  var retryAfter: Int?
  var location: String?

  /// What proves that a rest belongs to the same content: a strong entity tag, else a date.
  var validator: String? {
    if let entityTag { return entityTag.hasPrefix("\"") ? entityTag : nil }
    return lastModified
  }

  /// Takes a line of the head; the first line of a further one, as after a 100, starts afresh.
  mutating func read(line: String) {
    if line.hasPrefix("HTTP/") {
      self = ResponseHead()
      let words = line.split(separator: " ")
      status = words.count > 1 ? Int(words[1]) ?? 0 : 0
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = Self.trimmed(line[line.index(after: colon)...])
    switch line[..<colon].lowercased() {
    case "content-length": byteCount = Int(value).flatMap { $0 >= 0 ? $0 : nil }
    case "content-range": part = Self.part(value)
    case "content-type": contentType = value.lowercased()
    case "content-encoding": contentEncoding = value.lowercased()
    case "etag": entityTag = value
    case "last-modified": lastModified = value
    case "retry-after": retryAfter = Int(value).flatMap { $0 >= 0 ? $0 : nil }
    case "location": location = value
    default: break
    }
  }

  private static func part(_ value: String) -> Part? {
    // Empty words stay: a minus sign is no separator.
    let words = value.split(omittingEmptySubsequences: false) { " -/".contains($0) }
    guard words.count == 4, words[0] == "bytes", let start = Int(words[1]), start >= 0 else {
      return nil
    }
    return Part(start: start, total: Int(words[3]))
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let last = text.unicodeScalars.last, " \t\r\n".unicodeScalars.contains(last) {
      text.unicodeScalars.removeLast()
    }
    return String(text.drop { " \t".contains($0) })
  }
}
