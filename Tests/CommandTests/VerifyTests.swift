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

  @Test("gives its verdict as JSON also where an output cannot be read", arguments: ["", "x"])
  func unreadable(content: String) throws {
    try withDirectory { root in
      let path = root.appending(path: "out").path
      #expect(try CommandRun(["convert", "sample:70", "--to", "csv=" + path, "-q"]).status == 0)
      let table = URL(filePath: path + "/train.csv")
      try Data("label,pixel0\n\(content)".utf8).write(to: table)
      if content.isEmpty { try FileManager.default.removeItem(atPath: path + "/kiln.json") }
      let run = try CommandRun(["verify", path, "--json"])
      #expect(run.status == 1 && run.errors.hasPrefix("kiln: decode "))
      guard case .object(let fields) = try JSON(parsing: Array(run.output.utf8)) else {
        Issue.record("no object")
        return
      }
      #expect(fields["verified"] == .boolean(false))
      let reason = run.errors.dropFirst("kiln: ".count).trimmingCharacters(in: .newlines)
      #expect(fields["differences"] == .array([.text(reason)]))
    }
  }
}
