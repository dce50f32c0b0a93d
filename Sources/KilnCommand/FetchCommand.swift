import Kiln

extension Subcommand {
  /// `kiln fetch`.
  static let fetch = Subcommand(
    name: "fetch",
    summary: "bring the files of a published data set, or of a URL, into the store",
    usage: "NAME|URL... [options]",
    details: """
      NAME is a data set of kiln datasets. A file appears in the store when its digest
      is right; what was interrupted is gone on with. The store is in KILN_CACHE_DIR,
      else XDG_CACHE_HOME/kiln, else ~/.cache/kiln. A URL (http, https or file) without
      --sha256 is believed the first time, and has to send the same from then on.
      """,
    operands: 1...Int.max,
    operandCompletion: .words(KnownDataset.all.map(\.name)),
    whenInterrupted: "what has come is kept, and gone on with the next time",
    options: [
      FlagGroup(
        title: "Files",
        flags: [
          Flag(
            "splits", placeholder: "NAMES",
            summary: "only the files of these splits, separated by commas"),
          Flag(
            "from", placeholder: "DIR",
            summary: "take files from there first, by their digest, whatever they are called"),
          Flag(
            "sha256", placeholder: "DIGEST", summary: "digest that the file at the URL must have"),
          Flag(
            "lock-file", placeholder: "FILE",
            summary: "where digests of URLs are kept (default trusted.json in the store)"),
        ]),
      .fetching,
      FlagGroup(
        title: "Run", flags: [.noProgress, .quiet, .json]),
    ],
    run: { arguments, console in
      var fetched: [FetchedFile] = []
      let display = FetchDisplay(arguments, console, localDirectory: arguments.value("from"))
      let fetcher = display.fetcher(Signals.cancelOnInterrupt())
      for name in arguments.operands {
        fetched += try FetchRun.files(name, arguments, fetcher)
      }
      try console.report(arguments, json: FetchRun.json(fetched)) {
        fetched.map(\.path).joined(separator: "\n")
      }
      return .done
    })
}

/// What is fetched for one word of the command line.
private enum FetchRun {
  static func files(
    _ name: String, _ arguments: ParsedArguments, _ fetcher: Fetcher
  ) throws -> [FetchedFile] {
    if RemoteFile.isURL(name) {
      if arguments.has("splits") || arguments.has("from") {
        throw UsageError.conflict("--splits and --from go with the name of a data set, not a URL")
      }
      if arguments.has("sha256"), arguments.operands.count > 1 {
        throw UsageError.conflict("--sha256 proves one file, and several are named")
      }
      let address = try ProvenAddress(parsing: name, given: arguments.value("sha256"))
      return [
        try fetcher.fetch(
          url: address.url, digest: address.digest,
          record: arguments.value("lock-file").map { TrustedFiles(path: $0) })
      ]
    }
    if name.contains("://") {
      throw UsageError.conflict(
        "\(RemoteFile.shown(name)) is no address that is read (expected http, https or file)")
    }
    for flag in ["sha256", "lock-file"] where arguments.has(flag) {
      throw UsageError.conflict("--\(flag) goes with a URL: digests of data sets are known")
    }
    let known = try KnownDataset.find(name)
    let splits = arguments.value("splits").map { $0.split(separator: ",").map(String.init) }
    for split in splits ?? [] where !known.splits.contains(where: { $0.name == split }) {
      throw UsageError.unknown(what: "split", name: split, among: known.splits.map(\.name))
    }
    return try fetcher.fetch(known.remoteFiles(ofSplits: splits, in: try fetcher.store()))
  }

  static func json(_ fetched: [FetchedFile]) -> JSON {
    .object([
      "files": .array(
        fetched.map { file in
          let origin: JSON
          switch file.origin {
          case .store: origin = .text("store")
          case .server(let url): origin = .text(url)
          case .directory(let path): origin = .text(path)
          }
          return .object([
            "dataset": .text(file.file.dataset), "name": .text(file.file.name),
            "path": .text(file.path), "bytes": .integer(file.byteCount),
            "sha256": file.sha256.map(JSON.text) ?? .null, "from": origin,
          ])
        })
    ])
  }
}
