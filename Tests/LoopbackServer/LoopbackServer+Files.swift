extension LoopbackServer.Connection {
  /// Answers as a good server does: the whole, or the part that was asked for.
  public func serve(_ content: [UInt8], to request: LoopbackServer.Request, tag: String = "\"a\"") {
    let fits = request.header["if-range"].map { $0 == tag } ?? true
    guard let start = request.rangeStart, fits else {
      return answer("200 OK", content, "ETag: \(tag)", "Accept-Ranges: bytes")
    }
    guard start < content.count else {
      return answer("416 Range Not Satisfiable", [], "Content-Range: bytes */\(content.count)")
    }
    answer(
      "206 Partial Content", content[start...], "ETag: \(tag)",
      "Content-Range: bytes \(start)-\(content.count - 1)/\(content.count)")
  }
}
