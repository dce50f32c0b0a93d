/// Brings files into the store: from a local directory, or from the first server that has them.
public struct Fetcher: Sendable {
  private let settings: FetchSettings
  let cancellation: Cancellation
  private let watch: (@Sendable (FetchProgress) -> Void)?

  /// Prepares a fetch.
  /// - Parameters:
  ///   - settings: where from, where to, and how.
  ///   - cancellation: asks it to stop.
  ///   - watch: gets the progress some ten times a second, on the thread that fetches.
  public init(
    _ settings: FetchSettings = FetchSettings(), cancellation: Cancellation = Cancellation(),
    watch: (@Sendable (FetchProgress) -> Void)? = nil
  ) {
    self.settings = settings
    self.cancellation = cancellation
    self.watch = watch
  }

  /// A fetcher that asks no server and takes what it finds in a directory.
  func local(_ directory: String) -> Fetcher {
    var local = settings
    local.network = .offline
    local.localDirectory = directory
    return Fetcher(local, cancellation: cancellation, watch: watch)
  }

  /// The store that files are brought into.
  /// - Throws: ``StoreError`` where there is none.
  public func store() throws(StoreError) -> FetchStore {
    if let store = settings.store { return store }
    return try .standard()
  }

  /// Brings files into the store, those that are not there yet.
  ///
  /// A file appears under its name when it is complete and its digest is right. What is interrupted is
  /// gone on with the next time, by whatever process.
  /// - Parameter files: the files, each once.
  /// - Returns: where they are, in the same order.
  /// - Throws: ``StageError`` with a ``FetchError``, ``StoreError`` or `FileError`; ``Interruption``.
  public func fetch(_ files: [RemoteFile]) throws -> [FetchedFile] {
    let store: FetchStore = try at(.fetch, nil) { try self.store() }
    var found: [String: FetchedFile] = [:]
    for file in files { found[store.path(of: file)] = store.find(file) }
    func missing() -> [RemoteFile] { files.filter { found[store.path(of: $0)] == nil } }
    if let directory = settings.localDirectory, !missing().isEmpty {
      let supply = try at(.fetch, nil) { try LocalSupply(directory: directory, cancellation) }
      for file in missing() {
        found[store.path(of: file)] = try at(.fetch, file.name) {
          try supply.take(file, into: store)
        }
      }
    }
    let wanted = missing()
    if !wanted.isEmpty {
      if settings.network == .offline {
        throw StageError(
          .fetch, file: nil, FetchError.offline(missing: wanted, store: store.directory))
      }
      for fetched in try download(wanted, into: store) {
        found[store.path(of: fetched.file)] = fetched
      }
    }
    return files.compactMap { found[store.path(of: $0)] }
  }

  private func download(_ files: [RemoteFile], into store: FetchStore) throws -> [FetchedFile] {
    let transport = try at(.fetch, nil) { try CurlTransport() }
    let fetches = files.map {
      FileFetch($0, store: store, settings: settings, cancellation: cancellation)
    }
    var nextProgress = ContinuousClock.now
    while !fetches.allSatisfy(\.isOver) {
      if cancellation.isCancelled {
        for fetch in fetches where !fetch.isOver { fetch.cancel(transport) }
        throw Interruption()
      }
      var free = settings.limits.transfers - fetches.count(where: \.isTransferring)
      for fetch in fetches where free > 0 && !fetch.isTransferring {
        fetch.step(transport)
        if fetch.isTransferring { free -= 1 }
      }
      for (transfer, end) in transport.perform(waitingAtMost: wait(for: fetches)) {
        fetches.first { $0.owns(transfer) }?.take(end, of: transfer)
      }
      for fetch in fetches { fetch.watch(transport) }
      let now = ContinuousClock.now
      if let watch, now >= nextProgress || fetches.allSatisfy(\.isOver) {
        watch(FetchProgress(files: fetches.map(\.progress)))
        nextProgress = now + Self.progressInterval
      }
    }
    return try results(of: fetches)
  }

  /// What moves ten times a second moves smoothly.
  private static let progressInterval = Duration.milliseconds(100)

  /// Until something is due: a display that moves, a key that was pressed, a file to begin with.
  private func wait(for fetches: [FileFetch]) -> Duration {
    let now = ContinuousClock.now
    var wait = Self.progressInterval
    for fetch in fetches {
      if case .waiting(let until) = fetch.state { wait = min(wait, max(.zero, until - now)) }
    }
    // A file that is due and has no free place yet must not keep the loop spinning.
    return fetches.count(where: \.isTransferring) >= settings.limits.transfers
      ? Self.progressInterval : wait
  }

  private func results(of fetches: [FileFetch]) throws -> [FetchedFile] {
    var fetched: [FetchedFile] = []
    var failures: [(file: RemoteFile, error: any Error)] = []
    for fetch in fetches {
      switch fetch.state {
      case .finished(let file): fetched.append(file)
      case .failed(let error): failures.append((fetch.file, error))
      case .waiting, .transferring: break
      }
    }
    if let interruption = failures.first(where: { $0.error is Interruption }) {
      throw interruption.error
    }
    if let (file, error) = failures.first {
      throw StageError(
        .fetch, file: file.name,
        (error as? FetchError)?.with(others: failures.count - 1) ?? error)
    }
    return fetched
  }
}

extension FileFetch {
  fileprivate var isTransferring: Bool {
    if case .transferring = state { true } else { false }
  }

  fileprivate var progress: FetchProgress.File {
    let state: FetchProgress.State =
      switch self.state {
      case .waiting: isOthersTurn ? .elsewhere : .waiting
      case .transferring: .transferring
      case .finished: .done
      case .failed: .failed
      }
    return FetchProgress.File(
      dataset: file.dataset, name: file.name, state: state, byteCount: byteCount,
      totalByteCount: totalByteCount,
      rate: meter.shownRate)
  }
}

extension FetchError {
  fileprivate func with(others: Int) -> FetchError {
    guard case .noMirror(let attempts, let file, _) = self else { return self }
    return .noMirror(attempts, file: file, others: others)
  }
}
