import Kiln

/// Draws digits and writes them three times in one pass.
func convertDigits(into directory: String) throws -> RunReport {
  let pipeline = Pipeline(
    source: SourceRequest(paths: ["sample:1000"]),
    steps: [try Pipeline.Step(.holdout, "val=100"), try Pipeline.Step(.invert)],
    outputs: [
      try Pipeline.Output(.png, at: directory + "/folders", options: ["level": "small"]),
      try Pipeline.Output(.npy, at: directory + "/arrays"),
      try Pipeline.Output(.cache, at: directory + "/digits.safetensors"),
    ])
  return try Runner(pipeline).run()
}

/// One line for each split.
func summary(of report: RunReport) -> [String] {
  report.splits.map { "\($0.name): \($0.count) images, digest \($0.digest ?? "none")" }
}

/// Runs a pipeline with two workers, tells how far it is, and stops when asked.
func convert(_ pipeline: Pipeline, stoppedBy cancellation: Cancellation) throws -> RunReport {
  let runner = Runner(pipeline, jobs: 2, cancellation: cancellation) { progress in
    print("\(progress.samples) of \(progress.totalSamples)")
  }
  return try runner.run()
}

/// Makes every pixel black or white.
struct Threshold: Conversion {
  let level: UInt8

  func prepare(_ plan: inout Plan) throws -> BatchStep? {
    guard plan.schema.elementType == .uint8 else {
      throw UnsupportedError("a threshold needs pixels of type u8, not \(plan.schema.elementType)")
    }
    return { [level] batch in
      for index in batch.pixels.indices {
        batch.pixels[index] = batch.pixels[index] < level ? 0 : 255
      }
    }
  }
}

/// A step of a pipeline; the manifest records its name and value.
let threshold = Pipeline.Step(
  name: "threshold", value: "128", conversion: Threshold(level: 128))

/// Reads a pipeline as `kiln run` does, and sends its first output elsewhere.
func pipeline(inFile path: String, writingTo destination: String) throws -> Pipeline {
  var file = try PipelineFile(path: path)
  try file.set("to.0.path=\(destination)")
  return try file.pipeline()
}
