@testable import Kiln

/// A suite that needs outputs of any format.
protocol OutputMaking {}

extension OutputMaking {
  /// Writes drawn digits in one format and gives the output's place to `body`.
  func withOutput(
    _ format: SinkFormat, _ steps: [Pipeline.Step] = [], options: [String: String] = [:],
    _ body: (String) throws -> Void
  ) throws {
    try withTemporaryDirectory { root in
      let output = try Pipeline.Output(format, at: root + "/out", options: options)
      _ = try Runner(
        Pipeline(source: SourceRequest(paths: ["sample:80"]), steps: steps, outputs: [output])
      ).run()
      try body(output.path)
    }
  }
}
