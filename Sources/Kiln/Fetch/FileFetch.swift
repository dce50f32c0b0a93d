/// One file on its way into the store: which server is asked next, and what came of the last one.
final class FileFetch {
  enum State {
    /// Nothing to do before then.
    case waiting(until: ContinuousClock.Instant)
    case transferring(CurlTransfer)
    case finished(FetchedFile)
    case failed(any Error)
  }

  let file: RemoteFile
  private let store: FetchStore
  private let settings: FetchSettings
  private let cancellation: Cancellation
  private(set) var state = State.waiting(until: .now)
  private var mirrors: MirrorList
  private var backoff: Backoff
  private var partial: PartialFile?
  private var reception: Reception?
  /// The server that is being asked; nil where the next one is to be chosen.
  private var visit: ServerVisit?
  private(set) var meter = RateMeter()
  private(set) var isOthersTurn = false

  init(
    _ file: RemoteFile, store: FetchStore, settings: FetchSettings, cancellation: Cancellation
  ) {
    self.file = file
    self.store = store
    self.settings = settings
    self.cancellation = cancellation
    var urls = file.urls
    if let mirror = settings.mirror {
      urls.insert(Path.join(mirror, "\(file.dataset)/\(file.name)"), at: 0)
    }
    mirrors = MirrorList(urls)
    backoff = Backoff(settings.limits, salt: "\(file.dataset)/\(file.name)")
  }

  private var limits: FetchLimits { settings.limits }

  /// Bytes that are there.
  var byteCount: Int {
    if case .finished(let fetched) = state { return fetched.byteCount }
    return partial?.byteCount ?? 0
  }

  /// Bytes that there will be, as far as anybody says.
  var totalByteCount: Int? {
    if case .finished(let fetched) = state { return fetched.byteCount }
    return file.byteCount ?? reception?.announced
  }

  var isOver: Bool {
    switch state {
    case .finished, .failed: true
    case .waiting, .transferring: false
    }
  }

  // MARK: Steps

  /// Begins or goes on, when it is time to.
  func step(_ transport: CurlTransport) {
    guard case .waiting(let until) = state, until <= .now else { return }
    do {
      if let found = store.find(file) {
        partial?.leave()
        partial = nil
        state = .finished(found)
        return
      }
      if try hold() {
        try request(transport)
      } else if !isOver {
        wait(limits.poll)
      }
    } catch {
      end(with: error)
    }
  }

  /// Takes hold of the file, and of what there is of it; false while another process has it.
  private func hold() throws -> Bool {
    if partial != nil { return true }
    guard let opened = try PartialFile.open(file, in: store) else {
      isOthersTurn = true
      return false
    }
    isOthersTurn = false
    // Whoever had it may have finished it in the meantime.
    if let found = store.find(file) {
      opened.leave()
      state = .finished(found)
      return false
    }
    partial = opened
    if let expected = file.byteCount, opened.byteCount >= expected {
      // Somebody was stopped between the last byte and the name.
      if opened.byteCount == expected, file.digest != nil,
        try complete(opened, hash: try opened.hash(expecting: file.digest, cancellation), from: nil)
          == nil
      {
        return false
      }
      try opened.clear()
    }
    return true
  }

  private func request(_ transport: CurlTransport) throws {
    guard let partial else { return }
    if visit == nil { visit = mirrors.advance().map { ServerVisit($0) } }
    guard let visit else {
      return end(with: FetchError.noMirror(mirrors.attempts, file: file, others: 0))
    }
    guard let scheme = RemoteFile.scheme(of: visit.url) else { return leave(.badAddress) }
    // libcurl would send nothing and call it the file.
    if let path = RemoteFile.localPath(of: visit.url), Path.kind(of: path) == .directory {
      return leave(.unreachable(reason: "is a directory, expected a file (name it by its path)"))
    }
    // A rest must be proved to belong to what is there: by its server, or by the digest in the end.
    let address = RemoteFile.recorded(visit.address)
    let validator = partial.record?.url == address ? partial.record?.validator : nil
    let isProved = validator != nil || file.byteCount != nil && file.digest != nil
    if scheme == "file" || !isProved { try partial.clear() }
    if self.visit?.begin(byteCount: partial.byteCount) == true { mirrors.countTry() }
    let reception = Reception(
      file: file, partial: partial, address: address, isResumed: partial.byteCount > 0,
      largest: limits.largestFile, cancellation: cancellation)
    self.reception = reception
    meter.begin(partial.byteCount)
    let asked = CurlTransfer.Request(
      url: visit.url, offset: partial.byteCount, validator: validator,
      connectTimeout: limits.connect, authorities: settings.authorities)
    do {
      state = .transferring(
        try transport.start(
          asked, receiveHead: reception.take(head:), receiveBody: reception.take(body:)))
    } catch {
      leave(.unreachable(reason: error.reason))
    }
  }

  /// Leaves a server that sends nothing, or less than another one would.
  func watch(_ transport: CurlTransport) {
    guard case .transferring(let transfer) = state else { return }
    meter.update(byteCount)
    if meter.timeWithoutBytes > limits.stall {
      transport.cancel(transfer)
      tryAgain(.stalled(seconds: Int(limits.stall / .seconds(1))))
    } else if let rate = meter.rate(over: limits.rateWindow), rate < settings.minimumRate,
      mirrors.hasFaster(than: rate)
    {
      transport.cancel(transfer)
      leave(.slow(rate: rate, floor: settings.minimumRate))
    }
  }

  /// Gives up, leaving what can be gone on with.
  func cancel(_ transport: CurlTransport) {
    if case .transferring(let transfer) = state { transport.cancel(transfer) }
    end(with: Interruption())
  }

  // MARK: What came of a request

  /// Whether this is the file of a transfer.
  func owns(_ transfer: CurlTransfer) -> Bool {
    if case .transferring(let own) = state { own === transfer } else { false }
  }

  /// Takes the end of its transfer.
  func take(_ end: CurlTransfer.End, of transfer: CurlTransfer) {
    do {
      switch end {
      case .complete: try received()
      case .failed(let failure): take(failure)
      case .stopped(let answer as Reception.Answer): try take(answer)
      case .stopped(let fault as MirrorFault): leave(fault)
      case .stopped(let error): throw error
      }
    } catch {
      self.end(with: error)
    }
  }

  private func take(_ failure: CurlFailure) {
    switch failure.meaning {
    case .interrupted: tryAgain(.interrupted(reason: failure.reason))
    case .untrusted: leave(.untrusted(reason: failure.reason))
    case .unreachable: leave(.unreachable(reason: failure.reason))
    }
  }

  private func take(_ answer: Reception.Answer) throws {
    switch answer {
    case .busy(let status, let seconds):
      if let seconds, .seconds(seconds) > limits.longestWait {
        return leave(.busy(status: status, seconds: seconds))
      }
      tryAgain(.busy(status: status, seconds: seconds), after: seconds.map { .seconds($0) })
    case .moved(let target):
      guard let visit, visit.redirectCount < limits.redirects else {
        return leave(.redirects(limit: limits.redirects))
      }
      guard let target = Redirect.target(target, from: visit.url) else {
        return leave(.redirect(to: RemoteFile.shown(target)))
      }
      self.visit?.follow(target)
      wait(.zero)
    case .doesNotFit:
      guard visit?.hasRestarted == false else {
        return leave(.interrupted(reason: "the server sends another part than asked for"))
      }
      try startOver()
    }
  }

  /// Asks the same server once more, for the whole file.
  private func startOver() throws {
    visit?.hasRestarted = true
    try partial?.clear()
    wait(.zero)
  }

  private func received() throws {
    guard let reception, let partial, let visit else { return }
    if reception.isPacked {
      do {
        try reception.unpack()
      } catch let fault as MirrorFault {
        try partial.clear()
        return leave(fault)
      } catch let error where error is any UnpackingError {
        try partial.clear()
        return leave(.damagedEncoding(reason: "\(error)"))
      }
    }
    // Without an announced length, the end of a connection looks like the end of the file.
    if let expected = file.byteCount, partial.byteCount < expected, reception.announced == nil,
      !reception.isPacked, RemoteFile.scheme(of: visit.url) != "file"
    {
      return tryAgain(
        .interrupted(reason: "ended after \(partial.byteCount) of \(expected) bytes"))
    }
    guard let fault = try complete(partial, hash: reception.hash, from: visit.address) else {
      return
    }
    // A rest of one server behind the start of another one's, or of another day's.
    if reception.isResumed, !visit.hasRestarted { return try startOver() }
    try partial.clear()
    leave(reception.isWebPage ? .webPage(byteCount: nil, expected: file.byteCount) : fault)
  }

  /// Gives a whole file its name, if it is the right one; else says what is wrong with it.
  private func complete(
    _ partial: PartialFile, hash: FileHash, from url: String?
  ) throws -> MirrorFault? {
    if let expected = file.byteCount, partial.byteCount != expected {
      return .wrongSize(expected: expected, found: partial.byteCount)
    }
    let (sha256, found) = hash.finish()
    if let expected = file.digest, found != expected {
      return .wrongDigest(expected: expected, found: found)
    }
    try partial.publish()
    state = .finished(
      FetchedFile(
        file: file, path: store.path(of: file), byteCount: partial.byteCount, sha256: sha256,
        origin: url.map { .server(url: RemoteFile.shown($0)) } ?? .store))
    self.partial = nil
    return nil
  }

  // MARK: What comes next

  private func wait(_ duration: Duration) { state = .waiting(until: .now + duration) }

  /// Goes to the next server.
  private func leave(_ fault: MirrorFault) {
    mirrors.fail(fault)
    visit = nil
    wait(.zero)
  }

  /// Asks the same server again after a while, unless it was asked often enough.
  private func tryAgain(_ fault: MirrorFault, after asked: Duration? = nil) {
    // What begins afresh each time and breaks off at the same place would never end else.
    let progress = visit?.breakOff(byteCount: byteCount) ?? 0
    if progress >= limits.progressByteCount { mirrors.forgive() }
    guard mirrors.tries <= limits.retries else { return leave(fault) }
    let usual = backoff.wait(after: mirrors.tries)
    wait(limits.pace(max(usual, asked ?? .zero)))
  }

  private func end(with error: any Error) {
    partial?.leave()
    partial = nil
    state = .failed(error)
  }
}
