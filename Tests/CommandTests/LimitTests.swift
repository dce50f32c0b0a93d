import Foundation
import Testing

@Suite("kiln convert --limit") struct LimitTests {
  @Test("compares the checksum of a packed file of which a limit takes the first samples only")
  func limitOfDamaged() throws {
    try withDirectory { directory in
      let (idx, npy) = (directory.appending(path: "idx"), directory.appending(path: "npy"))
      let made = try CommandRun([
        "convert", "sample:70", "--to", "idx=\(idx.path)", "--idx-gzip", "on",
      ])
      #expect(made.status == 0)
      let run = [
        "convert", idx.path, "--splits", "train", "--limit", "5", "--to", "npy=\(npy.path)",
      ]
      #expect(try CommandRun(run).status == 0)
      let file = idx.appending(path: "train-images-idx3-ubyte.gz")
      var bytes = [UInt8](try Data(contentsOf: file))
      bytes[bytes.count - 6] ^= 1
      try Data(bytes).write(to: file)
      let refused = try CommandRun(run + ["--overwrite"])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("train-images-idx3-ubyte.gz: gzip data is damaged after"))
    }
  }

  @Test("says in the end which classes a limit has left out")
  func lostClasses() throws {
    try withDirectory { directory in
      let run = try CommandRun(
        ["convert", "sample:500", "--limit", "2", "--to", "npy=\(directory.path)/npy"])
      #expect(run.output.contains(" of 10 labels"), "\(run.output)")
    }
  }
}
