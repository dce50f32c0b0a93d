import Foundation
import Testing

@Suite("kiln run") struct RunTests {
  private func write(_ text: String, in directory: URL) throws -> String {
    let file = directory.appending(path: "pipeline.json")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  @Test("carries out a file, with values overridden") func overrides() throws {
    try withDirectory { directory in
      let file = try write(
        #"{"source": {"from": "nothing"}, "to": [{"format": "npy", "path": "nowhere"}]}"#,
        in: directory)
      let path = directory.appending(path: "out").path
      let run = try CommandRun(
        ["run", file, "--set", "source.from=sample:70", "--set", "to.0.path=\(path)"])
      #expect(run.status == 0)
      #expect(run.output.hasPrefix("train  60  samples"), "\(run.errors)")
      #expect(try names(in: directory) == ["out", "pipeline.json"])
    }
  }

  @Test("names the place of an unknown key and the nearest known one") func unknownKey() throws {
    try withDirectory { directory in
      let file = try write(
        #"{"source": {"from": "sample"}, "to": [{"format": "jpeg", "path": "x", "qualty": 1}]}"#,
        in: directory)
      let run = try CommandRun(["run", file])
      #expect(run.status == 2)
      #expect(
        run.errorLines == [
          "kiln: \(file): to[0].qualty: unknown key (did you mean 'quality'?)",
          "Try 'kiln run --help'.",
        ])
    }
  }

  @Test("fails where there is no such file") func missing() throws {
    let run = try CommandRun(["run", "/nonexistent.json"])
    #expect(run.status == 1)
    #expect(run.errorLines == ["kiln: cannot open /nonexistent.json: No such file or directory"])
  }
}
