import Foundation
import Kiln
import Testing

@Suite("kiln verify") struct VerifyTests {
  @Test("ends with 0 where all is as the manifest says, and with 1 where it is not")
  func status() throws {
    try withDirectory { root in
      let path = root.appending(path: "out").path
      #expect(try CommandRun(["convert", "sample:20", "--to", "idx=" + path]).status == 0)
      let good = try CommandRun(["verify", path])
      #expect(good.status == 0)
      #expect(good.output.hasSuffix("\n\n\(path) is what its manifest says (idx)\n"))
      #expect(good.errorLines == [])
      #expect(try CommandRun(["verify", path, "--quiet"]).output == "")

      let labels = path + "/train-labels-idx1-ubyte"
      var bytes = Array(try Data(contentsOf: URL(filePath: labels)))
      bytes[bytes.count - 1] ^= 8
      try Data(bytes).write(to: URL(filePath: labels))
      let bad = try CommandRun(["verify", path])
      #expect(bad.status == 1)
      #expect(bad.output == "")
      #expect(bad.errorLines.count == 1)
      #expect(
        bad.errorLines.first?.hasPrefix(
          "kiln: \(path) is not what its manifest says: split 'train' has ") == true)
      let json = try CommandRun(["verify", path, "--json"])
      #expect(json.status == 1)
      guard case .object(let fields) = try JSON(parsing: Array(json.output.utf8)) else {
        Issue.record("no object")
        return
      }
      #expect(fields["verified"] == .boolean(false))
    }
  }
}
