import Kiln

/// What one stage takes.
struct Measurement {
  /// The names of the columns.
  ///
  /// `bytes` are those of the uncompressed pixels, for every stage, so that stages can be compared;
  /// `mb_per_s` (of a million) and `us_per_image` are those of the best repetition.
  static let header =
    "stage,images,bytes,output_bytes,best_s,median_s,mb_per_s,us_per_image\n"

  private let benchmark: StageBenchmark
  private let outputByteCount: Int
  /// In seconds, shortest first.
  private let times: [Double]

  init(_ benchmark: StageBenchmark, repetitions: Int, _ cancellation: Cancellation) throws {
    var outputByteCount = 0
    var times: [Double] = []
    for repetition in 0...repetitions {
      if cancellation.isCancelled { throw Interruption() }
      try benchmark.prepare()
      let start = ContinuousClock.now
      outputByteCount = try benchmark.run()
      let time = start.duration(to: .now)
      if repetition > 0 { times.append(time / .seconds(1)) }
    }
    self.benchmark = benchmark
    self.outputByteCount = outputByteCount
    self.times = times.sorted()
  }

  /// One line of the table.
  var row: String {
    let best = times[0]
    return [
      benchmark.name, "\(benchmark.count)", "\(benchmark.byteCount)", "\(outputByteCount)",
      best.decimal(places: 4), times[times.count / 2].decimal(places: 4),
      (Double(benchmark.byteCount) / best / 1e6).decimal(places: 0),
      (best / Double(benchmark.count) * 1e6).decimal(places: 3),
    ].joined(separator: ",") + "\n"
  }
}
