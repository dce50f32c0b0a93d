/// What one request brings: checked while it comes, hashed, and put behind what is there.
final class Reception {
  /// An answer that is no file, but no mistake of the server either.
  enum Answer: Error {
    /// Come back later.
    case busy(status: Int, seconds: Int?)
    /// Ask there.
    case moved(to: String)
    /// The rest does not belong to what is there.
    case doesNotFit
  }

  private let file: RemoteFile
  private let partial: PartialFile
  private let address: String
  private let largest: Int
  private let cancellation: Cancellation
  private(set) var isResumed: Bool
  private(set) var hash: FileHash
  /// How many bytes the whole file has, by what the server says; nil where it does not.
  private(set) var announced: Int?
  /// Whether the content is packed for the way.
  private(set) var isPacked = false
  /// Whether the server calls it a page for people.
  private(set) var isWebPage = false
  private var start: [UInt8] = []
  private var limit = 0

  init(
    file: RemoteFile, partial: PartialFile, address: String, isResumed: Bool, largest: Int,
    cancellation: Cancellation
  ) {
    self.file = file
    self.partial = partial
    self.address = address
    self.isResumed = isResumed
    self.largest = largest
    self.cancellation = cancellation
    hash = FileHash(expecting: file.digest)
  }

  /// Takes the head of an answer.
  func take(head: ResponseHead) throws {
    isWebPage = head.contentType?.hasPrefix("text/html") ?? false
    switch head.status {
    case 0, 200: isResumed = false
    case 206: try checkPart(head)
    case 301, 302, 303, 307, 308:
      guard let location = head.location else { throw MirrorFault.status(head.status) }
      throw Answer.moved(to: location)
    case 416 where isResumed: throw Answer.doesNotFit
    case 429, 503: throw Answer.busy(status: head.status, seconds: head.retryAfter)
    default: throw MirrorFault.status(head.status)
    }
    switch head.contentEncoding {
    case nil, "", "identity": isPacked = false
    case "gzip", "x-gzip": isPacked = true
    case let name?: throw MirrorFault.encoded(name)
    }
    announced = isPacked ? nil : head.byteCount.map(total)
    try checkSize()
    if isResumed {
      hash = try partial.hash(expecting: file.digest, cancellation)
    } else {
      try partial.clear()
    }
    // What is packed is not gone on with: its parts are those of another file.
    if !isPacked {
      try partial.begin(PartialFile.Record(url: address, validator: head.validator))
    }
  }

  /// A part must be the one that was asked for, and of the same file.
  private func checkPart(_ head: ResponseHead) throws {
    guard isResumed, let part = head.part, part.start == partial.byteCount,
      part.total == nil || file.byteCount == nil || part.total == file.byteCount,
      head.contentEncoding == nil || head.contentEncoding == "identity"
    else { throw Answer.doesNotFit }
    if let record = partial.record, record.url == address, let validator = record.validator,
      let now = head.validator, now != validator
    {
      throw Answer.doesNotFit
    }
  }

  /// Bytes in all, where so many are announced; a server may announce any number.
  private func total(announcing byteCount: Int) -> Int {
    guard isResumed else { return byteCount }
    let (sum, overflow) = byteCount.addingReportingOverflow(partial.byteCount)
    return overflow ? .max : sum
  }

  private func checkSize() throws {
    guard let expected = file.byteCount else {
      limit = largest
      return
    }
    // A packed file that does not get smaller grows by less than this.
    limit = isPacked ? expected + expected / 1000 + 1024 : expected
    guard let announced, announced != expected else { return }
    if isResumed { throw Answer.doesNotFit }
    throw isWebPage
      ? MirrorFault.webPage(byteCount: announced, expected: expected)
      : .wrongSize(expected: expected, found: announced)
  }

  /// Takes the next bytes of the content.
  func take(body bytes: Span<UInt8>) throws {
    if cancellation.isCancelled { throw Interruption() }
    if !isPacked, !isResumed, start.count < WebPage.startByteCount {
      for index in bytes.indices.prefix(WebPage.startByteCount - start.count) {
        start.append(bytes[index])
      }
      if WebPage.isUnexpected(start, name: file.name) {
        throw MirrorFault.webPage(byteCount: announced, expected: file.byteCount)
      }
    }
    guard partial.byteCount + bytes.count <= limit else {
      throw MirrorFault.tooLong(expected: limit)
    }
    try partial.append(bytes)
    hash.update(bytes)
  }

  /// Undoes a packing for the way, unless the file itself is what was called so.
  ///
  /// Servers call `train-images.gz` packed that they hold as it is.
  func unpack() throws {
    if try isAsExpected() { return }
    if file.digest == nil, file.byteCount == nil, file.name.lowercased().hasSuffix("gz") { return }
    try partial.unpack(limit: file.byteCount ?? largest)
    hash = try partial.hash(expecting: file.digest, cancellation)
  }

  private func isAsExpected() throws -> Bool {
    if let expected = file.byteCount, partial.byteCount != expected { return false }
    guard let digest = file.digest else { return file.byteCount != nil }
    return try partial.hash(expecting: digest, cancellation).finish().found == digest
  }
}
