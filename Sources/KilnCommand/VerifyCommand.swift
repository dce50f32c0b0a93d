import Kiln

extension Subcommand {
  /// `kiln verify`.
  static let verify = Subcommand(
    name: "verify",
    summary: "read an output again and compare it with its manifest",
    usage: "OUTPUT [options]",
    details: """
      OUTPUT is a directory or file that kiln convert has written. Every sample is
      read: the counts of each split and class and the content digests must be those
      in kiln.json. JPEG is lossy: only its counts are compared.
      """,
    operands: 1...1,
    options: [
      FlagGroup(
        title: "Run",
        flags: [.jobs, .noProgress, .quiet, .json])
    ],
    run: { arguments, console in
      let cancellation = Signals.cancelOnInterrupt()
      let path = arguments.operands[0]
      let verification: Verification
      do {
        verification = try ProgressDisplay.during(arguments, console) { watch in
          try Verification(
            of: path, jobs: arguments.jobs, cancellation: cancellation, watch: watch)
        }
      } catch let error as StageError where arguments.has("json") {
        // Who asks for JSON gets the verdict on an output that cannot be read, too.
        let verdict: JSON = .object([
          "path": .text(path), "verified": .boolean(false),
          "differences": .array([.text("\(error)")]),
        ])
        try console.result(try verdict.text())
        throw error
      }
      try console.report(arguments, json: verification.json) {
        verification.differences.isEmpty ? text(verification) : ""
      }
      guard let first = verification.differences.first else { return .done }
      let others = verification.differences.count - 1
      console.message(
        "kiln: \(verification.path) is not what its manifest says: \(first)"
          + (others > 0 ? " (and \(others) more: --json lists them)" : ""))
      return .failed
    })

  private static func text(_ verification: Verification) -> String {
    let rows = verification.splits.map { split in
      [
        split.name, Amount.count(split.count),
        "samples  " + (split.digest.map { "sha256 \($0)" } ?? "only counts can be compared"),
      ]
    }
    return Summary.table(rows, rightAligned: [1])
      + "\n\n\(verification.path.printable) is what its manifest says (\(verification.format))"
  }
}
