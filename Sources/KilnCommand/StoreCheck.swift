import Kiln

/// Whether the fetched files of data sets still are what they must be: `kiln datasets --verify`.
struct StoreCheck {
  fileprivate struct Result {
    let file: RemoteFile
    let path: String
    let isIntact: Bool
  }

  private let results: [Result]

  init(of datasets: [KnownDataset]) throws {
    let store = try FetchStore.standard()
    let cancellation = Signals.cancelOnInterrupt()
    var results: [Result] = []
    for file in datasets.flatMap(\.allRemoteFiles) {
      let path = store.path(of: file)
      // Data sets of one family share files.
      guard !results.contains(where: { $0.path == path }),
        let isIntact = try store.verify(file, cancellation)
      else { continue }
      results.append(Result(file: file, path: path, isIntact: isIntact))
    }
    self.results = results
  }

  /// Tells what was found; failed where a file is damaged.
  func report(_ arguments: ParsedArguments, _ console: Console) throws -> ExitStatus {
    if arguments.has("json") {
      try console.result(try json.text())
    } else if results.isEmpty {
      console.message("kiln: nothing has been fetched yet")
    } else {
      try console.result(
        Summary.table(
          results.map { [$0.file.dataset, $0.file.name, $0.word, $0.isIntact ? "" : $0.path] }))
    }
    let damaged = results.count { !$0.isIntact }
    guard damaged > 0 else { return .done }
    console.message(
      "kiln: \(damaged) of \(results.count) files are damaged (remove them, and fetch again)")
    return .failed
  }

  private var json: JSON {
    .object([
      "files": .array(
        results.map {
          .object([
            "dataset": .text($0.file.dataset), "name": .text($0.file.name), "path": .text($0.path),
            "intact": .boolean($0.isIntact),
          ])
        })
    ])
  }
}

extension StoreCheck.Result {
  fileprivate var word: String {
    switch (isIntact, file.digest) {
    case (true, .sha256): "sha256 right"
    case (true, .md5): "md5 right"
    case (true, nil): "no digest known"
    case (false, _): "damaged"
    }
  }
}
