/// Where an answer may lead: from http to http or https, from https to https, nowhere else.
enum Redirect {
  /// The whole address; nil for one that is not followed.
  static func target(_ location: String, from url: String) -> String? {
    let target = absolute(location, from: url)
    guard let old = RemoteFile.scheme(of: url), let new = RemoteFile.scheme(of: target) else {
      return nil
    }
    switch (old, new) {
    case ("http", "http"), ("http", "https"), ("https", "https"): return target
    default: return nil
    }
  }

  /// RFC 3986, section 5.2, as far as locations use it; dots in paths are left to libcurl.
  private static func absolute(_ location: String, from url: String) -> String {
    guard let colon = url.firstIndex(of: ":") else { return location }
    if location.hasPrefix("//") { return url[...colon] + location }
    if hasScheme(location) { return location }
    let hostStart = url.index(colon, offsetBy: 3, limitedBy: url.endIndex) ?? url.endIndex
    let pathStart = url[hostStart...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    let host = String(url[..<pathStart])
    if location.hasPrefix("/") { return host + location }
    let path = url[pathStart...].prefix { $0 != "?" && $0 != "#" }
    if location.hasPrefix("?") { return host + path + location }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
    return host + folder + location
  }

  private static func hasScheme(_ text: String) -> Bool {
    guard let colon = text.firstIndex(of: ":") else { return false }
    return text[..<colon].allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))
    }
      && colon != text.startIndex
  }
}
