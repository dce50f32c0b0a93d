/// What libcurl says is wrong.
struct CurlFailure: Error, Equatable {
  /// Its number for it: https://curl.se/libcurl/c/libcurl-errors.html.
  let code: Int
  /// Its words for it.
  let reason: String

  static let outOfMemory = CurlFailure(code: 27, reason: "out of memory")

  /// What it means for a request.
  enum Meaning {
    /// The connection was there and broke: worth another try.
    case interrupted
    /// The server could not prove who it is.
    case untrusted
    /// There is no server, or none that can be talked to.
    case unreachable
  }

  var meaning: Meaning {
    switch code {
    // Partial file, nothing got, send and receive errors, and the streams of HTTP/2 and 3.
    case 18, 52, 55, 56, 16, 92, 95: .interrupted
    case 60: .untrusted
    default: .unreachable
    }
  }
}
