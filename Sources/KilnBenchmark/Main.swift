import Kiln

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Measures every stage in one process, one thread, and prints CSV.
@main
struct Main {
  /// One more is run before, to warm up.
  private static let repetitions = 7

  static func main() {
    let cancellation = Signals.cancelOnInterrupt()
    do {
      try run(stages: Array(CommandLine.arguments.dropFirst()), cancellation)
    } catch let error as UsageError {
      say("kiln-benchmark: \(error)")
      exit(2)
    } catch {
      say("kiln-benchmark: \(error)")
      exit(error is Interruption ? 130 : 1)
    }
  }

  /// Measures the stages of these names, or all where none is given.
  private static func run(stages: [String], _ cancellation: Cancellation) throws {
    let input = try BenchmarkInput(
      from: (Environment.value(of: "KILN_TEST_DATA") ?? "../shared/data") + "/mnist")
    defer { input.close() }
    let benchmarks = try StageBenchmark.all(input)
    for name in stages where !benchmarks.contains(where: { $0.name == name }) {
      throw UsageError.conflict(
        "unknown stage '\(name)': \(benchmarks.map(\.name).joined(separator: " "))")
    }
    say("input: \(input.summary)")
    say(
      "one thread; best and median of \(repetitions) repetitions after one to warm up;"
        + " files in \(input.scratch)")
    try StandardStream.output.write(Measurement.header)
    for benchmark in benchmarks where stages.isEmpty || stages.contains(benchmark.name) {
      let measurement = try Measurement(benchmark, repetitions: repetitions, cancellation)
      try StandardStream.output.write(measurement.row)
    }
  }

  private static func say(_ line: String) { try? StandardStream.error.write(line + "\n") }
}
