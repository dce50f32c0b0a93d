@testable import Kiln

/// All samples of a split, read in small pieces.
func readAll(
  _ source: any Source, split: Int, pieces: Int = 3
) throws -> (pixels: [UInt8], labels: [Int64]) {
  let pool = WorkerPool(workerCount: 1)
  // On failure, too: jobs that wait keep their pool alive.
  defer { pool.drain() }
  let reader = try source.reader(ofSplit: split, background: Background(pool: pool))
  var result: (pixels: [UInt8], labels: [Int64]) = ([], [])
  var left = source.dataset.splits[split].count
  while left > 0 {
    let count = min(left, pieces)
    let (pixels, labels) = try reader.read(count).decode()
    result.pixels += pixels
    result.labels += labels
    left -= count
  }
  try reader.finish()
  return result
}

func openSource(_ request: SourceRequest) throws -> any Source {
  try SourceFormat.open(request).source
}

/// Reads all of what lies in a directory that holds these files.
func readFiles(
  _ files: [String: [UInt8]], _ body: (any Source) throws -> Void = { _ in }
) throws {
  try withTemporaryDirectory { root in
    for (name, bytes) in files {
      try makeDirectory(Path.directory(of: root + "/" + name))
      try write(bytes, to: root + "/" + name)
    }
    let source = try openSource(SourceRequest(paths: [root]))
    try body(source)
    for split in source.dataset.splits.indices { _ = try readAll(source, split: split) }
  }
}

/// The one line that a failure shows, or nil where nothing fails.
func sentence(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
