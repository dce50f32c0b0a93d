import CCurl

/// One request by libcurl, and what comes of it.
///
/// Redirects are not followed: whoever asked decides where a request may lead.
@safe final class CurlTransfer {
  /// What is asked for.
  struct Request {
    var url: String
    /// The first byte wanted.
    var offset = 0
    /// What the content must still have for that; else the server is to send all of it.
    var validator: String?
    var connectTimeout: Duration
    var authorities: CertificateAuthorities
  }

  /// How a transfer ended.
  enum End {
    /// The server has sent what it announced.
    case complete
    /// libcurl gave up.
    case failed(CurlFailure)
    /// Whoever receives it wanted no more.
    case stopped(any Error)
  }

  private let library: CurlLibrary
  /// The handle, for the transport that moves it along.
  let handle: UnsafeMutableRawPointer
  private let headers: UnsafeMutablePointer<curl_slist>?
  private let message: UnsafeMutablePointer<CChar>
  private let receiveHead: (ResponseHead) throws -> Void
  private let receiveBody: (Span<UInt8>) throws -> Void
  private(set) var head = ResponseHead()
  private var headIsTold = false
  private var stop: (any Error)?

  /// Prepares a request.
  ///
  /// `receiveHead` is called once, before the content, then `receiveBody` for each piece of it in order;
  /// what either throws ends the transfer.
  init(
    _ request: Request, library: CurlLibrary,
    receiveHead: @escaping (ResponseHead) throws -> Void,
    receiveBody: @escaping (Span<UInt8>) throws -> Void
  ) throws(CurlFailure) {
    let table = unsafe library.table
    guard let handle = unsafe table.pointee.easy_init() else { throw CurlFailure.outOfMemory }
    self.library = library
    unsafe self.handle = handle
    self.receiveHead = receiveHead
    self.receiveBody = receiveBody
    // Both are used by libcurl until the handle is cleaned up in deinit, and freed after that.
    unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    var lines: UnsafeMutablePointer<curl_slist>?
    if request.offset > 0, let validator = request.validator {
      unsafe lines = table.pointee.slist_append(nil, "If-Range: \(validator)")
    }
    unsafe headers = lines
    try configure(request)
  }

  deinit {
    // The transport has let go of the handle; nothing else has it.
    let table = unsafe library.table
    unsafe table.pointee.easy_cleanup(handle)
    unsafe table.pointee.slist_free_all(headers)
    unsafe message.deallocate()
  }

  private func configure(_ request: Request) throws(CurlFailure) {
    try set(CURLOPT_URL, request.url)
    try set(CURLOPT_USERAGENT, "kiln/\(kilnVersion)")
    // Content as it is stored, not packed for the way; what a proxy packs all the same is left packed.
    try set(CURLOPT_ACCEPT_ENCODING, "identity")
    try set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    try set(CURLOPT_BUFFERSIZE, 256 << 10)
    try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectTimeout / .milliseconds(1))))
    if request.offset > 0 { try set(CURLOPT_RANGE, "\(request.offset)-") }
    if let file = request.authorities.file { try set(CURLOPT_CAINFO, file) }
    if let directory = request.authorities.directory { try set(CURLOPT_CAPATH, directory) }
    let table = unsafe library.table
    // libcurl calls the receivers only while the transport performs, and this object outlives that:
    // the transport holds it until the handle is removed.
    let target = unsafe Unmanaged.passUnretained(self).toOpaque()
    try check(unsafe kiln_curl_set_schemes(table, handle))
    try check(unsafe kiln_curl_set_pointer(table, handle, CURLOPT_HTTPHEADER, headers))
    try check(unsafe kiln_curl_set_pointer(table, handle, CURLOPT_ERRORBUFFER, message))
    try check(unsafe kiln_curl_set_pointer(table, handle, CURLOPT_WRITEDATA, target))
    try check(unsafe kiln_curl_set_pointer(table, handle, CURLOPT_HEADERDATA, target))
    try check(unsafe kiln_curl_set_receiver(table, handle, CURLOPT_WRITEFUNCTION, takeBody))
    try check(unsafe kiln_curl_set_receiver(table, handle, CURLOPT_HEADERFUNCTION, takeHead))
  }

  private func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
    // libcurl copies the text; a text with a zero byte would end there.
    try check(unsafe kiln_curl_set_text(library.table, handle, option, value))
  }

  private func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try check(unsafe kiln_curl_set_long(library.table, handle, option, value))
  }

  private func check(_ code: CURLcode) throws(CurlFailure) {
    guard code == CURLE_OK else { throw failure(code) }
  }

  private func failure(_ code: CURLcode) -> CurlFailure {
    // Zero-terminated by libcurl, and by its first content.
    var text = unsafe String(cString: message)
    if text.isEmpty, let name = unsafe library.table.pointee.easy_strerror(code) {
      text = unsafe String(cString: name)
    }
    return CurlFailure(code: Int(code.rawValue), reason: text)
  }

  /// What came of it, when libcurl says that it has ended.
  func end(code: Int) -> End {
    let code = CURLcode(rawValue: CURLcode.RawValue(code))
    // Content without bytes has a head, too.
    if stop == nil, code == CURLE_OK { _ = attempt { try tellHead() } }
    if let stop { return .stopped(stop) }
    return code == CURLE_OK ? .complete : .failed(failure(code))
  }

  fileprivate func take(line bytes: Span<UInt8>) {
    var text: [UInt8] = []
    for index in bytes.indices { text.append(bytes[index]) }
    head.read(line: String(decoding: text, as: UTF8.self))
  }

  fileprivate func take(body bytes: Span<UInt8>) -> Bool {
    attempt {
      try tellHead()
      try receiveBody(bytes)
    }
  }

  private func tellHead() throws {
    if headIsTold { return }
    headIsTold = true
    try receiveHead(head)
  }

  private func attempt(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch {
      stop = error
      return false
    }
  }
}

/// libcurl's receiver of a head's lines.
private func takeHead(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ target: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let target = unsafe target else { return 0 }
  // The transfer that was set as target lives through the call, the bytes as long as it.
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(target).takeUnretainedValue()
  let all = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  unsafe transfer.take(line: all.bindMemory(to: UInt8.self).span)
  return size * count
}

/// libcurl's receiver of content; taking fewer bytes than it gives ends the transfer.
private func takeBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ target: UnsafeMutableRawPointer?
) -> Int {
  guard size * count > 0 else { return 0 }
  guard let bytes = unsafe bytes, let target = unsafe target else { return 0 }
  // As above.
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(target).takeUnretainedValue()
  let all = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe transfer.take(body: all.bindMemory(to: UInt8.self).span) ? size * count : 0
}
