import Foundation
import Kiln
import Testing

private enum Limit {
  /// No thread more than there is, for whom such a limit holds: not for the superuser.
  ///
  /// Shells do not agree on the option's letter.
  static let noThreads = "{ ulimit -p 1 2>/dev/null || ulimit -u 1; }"
}

@Suite("kiln convert") struct ConvertTests {
  @Test("writes two outputs in one pass and sums them up on standard output") func twoOutputs()
    throws
  {
    try withDirectory { directory in
      let (npy, csv) = (directory.appending(path: "npy"), directory.appending(path: "csv"))
      let run = try CommandRun(
        ["convert", "sample:70", "--to", "npy=\(npy.path)", "--to=csv=\(csv.path)"])
      #expect(run.status == 0)
      #expect(run.errors == "")
      #expect(run.output.contains("train  60  samples  sha256 "))
      #expect(run.output.contains(npy.path) && run.output.contains(csv.path))
      #expect(try names(in: directory) == ["csv", "npy"])
      #expect(try names(in: csv) == ["kiln.json", "test.csv", "train.csv"])
    }
  }

  @Test("prints its report as JSON") func json() throws {
    try withDirectory { directory in
      let path = directory.appending(path: "out").path
      let run = try CommandRun(["convert", "sample:70", "--to", "npy=\(path)", "--json"])
      #expect(run.status == 0)
      guard case .object(let report) = try JSON(parsing: Array(run.output.utf8)),
        case .array(let outputs) = report["outputs"], case .object(let output) = outputs.first,
        case .object(let splits) = report["splits"], case .object(let train) = splits["train"]
      else {
        Issue.record("no report: \(run.output)")
        return
      }
      #expect(output["path"] == .text(path))
      #expect(train["count"] == .integer(60))
    }
  }

  @Test("says where a template leaves no room for labels")
  func labelsLost() throws {
    try withDirectory { directory in
      let path = directory.appending(path: "out").path
      let run = try CommandRun(
        ["convert", "sample:70", "--to", "png=\(path)", "--folder-template", "{split}/{index}.png"])
      #expect(run.status == 0)
      #expect(run.output.contains("labels are not written: the template has neither"))
      #expect(run.output.contains("lossy") && !run.output.contains("sha256"))
    }
  }

  @Test(
    "gives no digest of pixels that no output holds",
    arguments: [(["jpeg"], false), (["jpeg", "png"], true), (["npy"], true)])
  func lossy(formats: [String], isLossless: Bool) throws {
    try withDirectory { directory in
      let run = { (place: String, words: [String]) in
        let outputs = formats.flatMap { ["--to", "\($0)=\(directory.path)/\(place)/\($0)"] }
        return try CommandRun(["convert", "sample:70"] + outputs + words)
      }
      guard case .object(let report) = try JSON(parsing: Array(run("a", ["--json"]).output.utf8)),
        case .object(let splits) = report["splits"], case .object(let train) = splits["train"]
      else {
        Issue.record("no report")
        return
      }
      #expect(report["lossless"] == .boolean(isLossless))
      #expect((train["digest"] != .null) == isLossless)
      #expect(try run("b", []).output.contains("sha256") == isLossless)
    }
  }

  @Test("refuses an existing destination and replaces it on request") func existing() throws {
    try withDirectory { directory in
      let path = directory.appending(path: "out").path
      let arguments = ["convert", "sample:7", "--to", "npy=\(path)"]
      #expect(try CommandRun(arguments).status == 0)
      let refused = try CommandRun(arguments)
      #expect(refused.status == 1)
      #expect(refused.output == "")
      #expect(
        refused.errorLines == ["kiln: write: \(path) exists already (--overwrite replaces it)"])
      #expect(try CommandRun(arguments + ["--overwrite"]).status == 0)
      #expect(try names(in: directory) == ["out"])
    }
  }

  @Test("says nothing with --quiet") func quiet() throws {
    try withDirectory { directory in
      let run = try CommandRun(
        ["convert", "sample:7", "--to", "npy=\(directory.path)/out", "-q"])
      #expect(run.status == 0)
      #expect(run.output == "" && run.errors == "")
    }
  }

  @Test(
    "fails in one line that names stage and file",
    arguments: [
      (["/nonexistent", "--to", "npy=OUT"], "kiln: decode: cannot open /nonexistent:"),
      (["sample:7", "--to", "npy=/proc/nothing/out"], "kiln: write: cannot create directory"),
    ])
  func failure(arguments: [String], start: String) throws {
    try withDirectory { directory in
      let run = try CommandRun(
        ["convert"]
          + arguments.map { $0.replacing("OUT", with: directory.appending(path: "out").path) })
      #expect(run.status == 1)
      #expect(run.output == "")
      #expect(run.errorLines.count == 1)
      #expect(run.errors.hasPrefix(start), "\(run.errors)")
      #expect(try names(in: directory) == [])
    }
  }

  #if os(Linux)
    @Test("looks for images in what can be opened, and no further")
    func unlistable() throws {
      try withDirectory { directory in
        // Beside a directory alone, that one would be the source.
        try Data().write(to: directory.appending(path: "readme"))
        // The directories in there come and go with whoever lists them.
        try FileManager.default.createSymbolicLink(
          atPath: directory.path + "/descriptors", withDestinationPath: "/proc/self/fd")
        let run = try CommandRun(["inspect", directory.path])
        #expect(run.status == 1)
        #expect(
          run.errorLines == [
            "kiln: decode \(directory.path): holds no format that Kiln knows (kiln formats lists them)"
          ])
      }
    }
  #endif

  @Test("applies conversions in the order given") func order() throws {
    try withDirectory { directory in
      let path = directory.appending(path: "out").path
      let run = try CommandRun(
        ["convert", "sample:70", "--splits", "test", "--limit=5", "--to", "npy=\(path)"])
      #expect(run.status == 0)
      #expect(run.output.hasPrefix("test  5  samples"), "\(run.output)\(run.errors)")
      let manifest = try String(contentsOf: URL(filePath: path + "/kiln.json"), encoding: .utf8)
      let splits = try #require(manifest.range(of: "\"splits\" : \"test\""))
      let limit = try #require(manifest.range(of: "\"limit\" : \"5\""))
      #expect(splits.lowerBound < limit.lowerBound)
    }
  }

  @Test(
    "writes no message into an output where the standard streams are closed",
    arguments: ["exec <&-", "exec >&-", "exec 2>&-", "exec >&- 2>&-", "exec <&- >&- 2>&-"])
  func closedStreams(setup: String) throws {
    try withDirectory { directory in
      let outputs = ["plain.npz", "closed.npz"].map { directory.appending(path: $0).path }
      _ = try CommandRun(["convert", "sample:70", "--to", "npz=\(outputs[0])"])
      let run = try CommandRun(["convert", "sample:70", "--to", "npz=\(outputs[1])"], after: setup)
      // The summary cannot be shown, and that is told by the status.
      #expect(run.status == (setup.contains(">&- ") || setup.hasSuffix(" >&-") ? 1 : 0))
      #expect(
        FileManager.default.contentsEqual(atPath: outputs[0], andPath: outputs[1]))
    }
  }

  @Test("leaves nothing behind when files run out, however early", arguments: 6...30)
  func openFiles(limit: Int) throws {
    try withDirectory { directory in
      let formats = ["png", "jpeg", "csv", "npy", "npz", "cache", "idx"]
      let outputs = formats.flatMap { ["--to", "\($0)=\(directory.path)/\($0)"] }
      let run = try CommandRun(
        ["convert", "sample:30", "--jobs", "8"] + outputs, after: "ulimit -n \(limit)")
      #expect(run.status == 0 || run.status == 1)
      #expect(run.errorLines.count == Int(run.status))
      #expect(try run.status == 0 || names(in: directory) == [], "\(run.errors)")
    }
  }

  @Test("says in the end that samples have no labels", arguments: [true, false])
  func withoutLabels(hasLabels: Bool) throws {
    try withDirectory { directory in
      let path = directory.appending(path: "idx").path
      #expect(try CommandRun(["convert", "sample:70", "--to", "idx=\(path)"]).status == 0)
      let labels = hasLabels ? ["--labels", path + "/train-labels-idx1-ubyte"] : []
      let run = try CommandRun(
        ["convert", "--images", path + "/train-images-idx3-ubyte"] + labels
          + ["--to", "npy=\(path)-npy"])
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("  samples without labels  sha256 ") == !hasLabels)
    }
  }

  @Test("says in the end how a table was read")
  func remarks() throws {
    try withDirectory { directory in
      let path = directory.appending(path: "csv").path
      let write = try CommandRun(
        ["convert", "sample:500", "--to", "csv=\(path)", "--csv-header", "off"])
      #expect(write.status == 0, "\(write.errors)")
      try FileManager.default.removeItem(atPath: path + "/kiln.json")
      let line = "labels are in the first column (--source-label says otherwise)\n"
      let run = try CommandRun(["convert", path, "--to", "npy=\(path)-npy"])
      #expect(run.output.contains("\nremarks: " + line), "\(run.errors)")
      #expect(try CommandRun(["inspect", path]).output.contains("\nRemarks  " + line))
    }
  }

  @Test("shows the place of an output in one line, whatever is in its name")
  func strangePlace() throws {
    try withDirectory { directory in
      let path = directory.appending(path: "a\nb").path
      let run = try CommandRun(["convert", "sample:7", "--to", "npy=" + path])
      #expect(run.status == 0 && run.output.contains("/a?b "), "\(run.output)")
      #expect(try CommandRun(["verify", path]).output.contains("/a?b is what its manifest says"))
    }
  }

  @Test("leaves no directory behind where a later output exists already")
  func laterOutput() throws {
    try withDirectory { directory in
      let path = directory.path
      try FileManager.default.createDirectory(
        atPath: path + "/old/mine", withIntermediateDirectories: true)
      let run = try CommandRun(
        ["convert", "sample:70", "--to", "npy=\(path)/new/a", "--to", "csv=\(path)/new/sub/b"]
          + ["--to", "cache=\(path)/new/sub/deep/c", "--to", "png=\(path)/old"])
      #expect(run.status == 1 && run.errorLines.count == 1)
      #expect(try names(in: directory) == ["old"])
    }
  }

  @Test("leaves nothing behind where files may not be as large")
  func fileSize() throws {
    try withDirectory { directory in
      // One or two megabytes: the thread sanitizer keeps half a one in a file of its own.
      let run = try CommandRun(
        ["convert", "sample:3000", "--to", "csv=\(directory.path)/csv"], after: "ulimit -f 2000")
      #expect(run.status == 1)
      #expect(run.errors.hasSuffix("train.csv: File too large\n"), "\(run.errors)")
      #expect(try names(in: directory) == [])
    }
  }

  @Test("does all work by itself where the system has no threads", arguments: [2, 8])
  func noThreads(jobs: Int) throws {
    try withDirectory { directory in
      let run = try CommandRun(
        [
          "convert", "sample:3000", "--jobs", "\(jobs)", "--to", "png=\(directory.path)/png",
          "--to", "cache=\(directory.path)/cache",
        ], after: Limit.noThreads)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  private static let memoryErrors = ["kiln: ", "kiln: decode: "].map {
    $0 + "too little memory left for a run (raise the limit with ulimit -v)\n"
  }

  /// What limits a command's memory, where one runs within that at all: a sanitizer's shadow memory alone, or
  /// the libraries of some system, can be more.
  private func memoryLimit(_ kibibytes: Int) throws -> String {
    let limit = "ulimit -v \(kibibytes)"
    guard try CommandRun(["--version"], after: limit).status == 0 else {
      try Test.cancel("nothing runs in \(kibibytes) KiB here")
    }
    return limit
  }

  @Test(
    "does with fewer workers where memory is limited, or says that it cannot work at all",
    arguments: [40_000, 60_000, 80_000, 120_000, 400_000], [2, 1024])
  func limitedMemory(kibibytes: Int, jobs: Int) throws {
    try withDirectory { directory in
      let limit = try memoryLimit(kibibytes)
      let run = try CommandRun(
        [
          "convert", "sample:3000", "--jobs", "\(jobs)", "--to", "png=\(directory.path)/png",
          "--to", "cache=\(directory.path)/cache",
        ], after: limit)
      guard run.status != 0 else {
        #expect(try names(in: directory).count == 3)
        return
      }
      #expect(run.status == 1)
      #expect(Self.memoryErrors.contains(run.errors))
      #expect(try names(in: directory) == [])
      #expect(kibibytes < 120_000)
    }
  }

  @Test(
    "writes text with as few batches as memory allows",
    arguments: [90_000, 110_000, 140_000, 170_000, 230_000], [2, 8])
  func limitedText(kibibytes: Int, jobs: Int) throws {
    try withDirectory { directory in
      let limit = try memoryLimit(kibibytes)
      let run = try CommandRun(
        [
          "convert", "sample:20000", "--quiet", "--jobs", "\(jobs)", "--to",
          "csv=\(directory.path)/csv",
        ],
        after: limit)
      guard run.status != 0 else {
        #expect(run.errors == "")
        #expect(try names(in: directory) == ["csv"])
        return
      }
      #expect(run.status == 1)
      #expect(Self.memoryErrors.contains(run.errors))
      #expect(try names(in: directory) == [])
      #expect(kibibytes < 170_000)
    }
  }

  @Test("reserves no memory for rows that a header only promises")
  func promisedRows() throws {
    try withDirectory { directory in
      let limit = try memoryLimit(1_000_000)
      // 2^31 - 1 pixels in each row, of four channels with 16 bits each.
      let image =
        "89504e470d0a1a0a0000000d494844527fffffff7fffffff10060000004459d725"
        + "0000000849444154789c030000000001480689d20000000049454e44ae426082"
      let bytes = stride(from: 0, to: image.count, by: 2).compactMap {
        UInt8(image.dropFirst($0).prefix(2), radix: 16)
      }
      try Data(bytes).write(to: directory.appending(path: "a.png"))
      let run = try CommandRun(["inspect", directory.path], after: limit)
      #expect(run.status == 1)
      #expect(
        run.errors
          == "kiln: decode a.png: image side is 2147483647 pixels long, the limit is 65500\n")
    }
  }

  @Test("ends with one line when its source is cut short while it is mapped")
  func cutShort() throws {
    try withDirectory { directory in
      let source = directory.appending(path: "big.npy")
      // Four gigabytes that take no room: pages of zeros.
      let dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (5000000, 28, 28), }"
      let header = dictionary.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
      try (Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(header.utf8))
        .write(to: source)
      let file = try FileHandle(forWritingTo: source)
      try file.truncate(atOffset: 128 + 5_000_000 * 784)
      let started = try CommandRun.start(
        ["convert", source.path, "--quiet", "--to", "npy=\(directory.path)/out"])
      let deadline = Date(timeIntervalSinceNow: 20)
      while try names(in: directory).count == 1, Date() < deadline { usleep(1000) }
      try file.truncate(atOffset: 4096)
      let run = try started.finish()
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1)
      #expect(run.errors.contains("another program has changed or replaced it"), "\(run.errors)")
      #expect(try names(in: directory) == ["big.npy"])
    }
  }

  @Test(
    "leaves nothing behind when it is interrupted, and the old output as it was",
    arguments: [SIGINT, SIGTERM, SIGHUP], [nil, Limit.noThreads])
  func interrupted(signal: Int32, setup: String?) throws {
    try withDirectory { directory in
      let path = directory.appending(path: "out").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try Data("old".utf8).write(to: URL(filePath: path + "/kiln.json"))
      let started = try CommandRun.start(
        ["convert", "sample:2000000", "--to", "npy=\(path)", "--overwrite"], after: setup)
      let deadline = Date(timeIntervalSinceNow: 20)
      while try names(in: directory).count == 1, Date() < deadline { usleep(10_000) }
      kill(started.process.processIdentifier, signal)
      let run = try started.finish()
      #expect(run.status == 130)
      #expect(run.output == "")
      #expect(run.errorLines.last == "kiln: interrupted; nothing was written")
      #expect(try names(in: directory) == ["out"])
      #expect(try names(in: URL(filePath: path)) == ["kiln.json"])
    }
  }
}
