import Foundation
import Testing

@testable import Kiln

@Suite("Places of outputs") struct OutputPlacesTests {
  private func run(to paths: [String]) throws -> RunReport {
    try TestSource(.uint8, [2], counts: [1]).run(
      paths.map { try Pipeline.Output(NotingSink().format(), at: $0) })
  }

  @Test(
    "refuses outputs at one path or within each other",
    arguments: [
      ("/out", "/out"), ("/out", "/out/"), ("/out", "/out/in"), ("/out/in", "/out"),
      ("/out", "/./out"),
      ("/out", "//out"), ("/out", "/sub/../out"), ("/out", "/link/out"), ("/out", "/link/out/in"),
    ])
  func overlapping(first: String, second: String) throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/sub")
      try FileManager.default.createSymbolicLink(atPath: root + "/link", withDestinationPath: ".")
      let before = try Path.contents(of: root)
      #expect(throws: UsageError.self) { try run(to: [root + first, root + second]) }
      #expect(try Path.contents(of: root) == before)
    }
  }

  @Test(
    "refuses to replace what it reads",
    arguments: ["/in", "/in/train-images-idx3-ubyte", "", "/link"])
  func replacingSource(place: String) throws {
    try withTemporaryDirectory { root in
      let source = root + "/former/in"
      try makeDirectory(root + "/former")
      try makeDirectory(source)
      try FileManager.default.createSymbolicLink(
        atPath: root + "/former/link", withDestinationPath: "in")
      let images = IDXSample.counting([30, 2, 2])
      try write(images.bytes, to: source + "/train-images-idx3-ubyte")
      // As if Kiln had written both, so that they might be replaced.
      for directory in [source, root + "/former"] { try write([], to: directory + "/kiln.json") }
      let before = try tree(root)
      let path = root + "/former" + place
      let kind: StagedOutput.Kind = place.hasSuffix("ubyte") ? .file : .directory
      let run = Pipeline(
        source: SourceRequest(paths: [source]),
        outputs: [try Pipeline.Output(NotingSink().format(output: kind), at: path)],
        existing: .replace)
      #expect(
        sentence { _ = try Runner(run).run() }
          == "output \(path) would replace the source file \(source)/train-images-idx3-ubyte: "
          + "choose another place")
      #expect(try tree(root) == before)
    }
  }

  @Test("lets an output lie within the source's directory") func withinSource() throws {
    try withTemporaryDirectory { root in
      try write(IDXSample.counting([30, 2, 2]).bytes, to: root + "/train-images-idx3-ubyte")
      let run = Pipeline(
        source: SourceRequest(paths: [root]),
        outputs: [try Pipeline.Output(.csv, at: root + "/csv")])
      #expect(try Runner(run).run().outputs.count == 1)
    }
  }

  @Test("refuses an output that would become a class of the pictures that are read")
  func withinPictures() throws {
    try withTemporaryDirectory { root in
      try makeDirectory(root + "/cat")
      try write(greyPNG(1), to: root + "/cat/1.png")
      let run = { (format: SinkFormat, name: String) in
        try Runner(
          Pipeline(
            source: SourceRequest(paths: [root]),
            outputs: [try Pipeline.Output(format, at: root + "/" + name)])
        ).run()
      }
      #expect(
        sentence { _ = try run(.png, "cat/small") }
          == "output \(root)/cat/small would become a part of the source directory \(root):"
          + " choose another place")
      #expect(try run(.npz, "all.npz").outputs.count == 1)
    }
  }

  @Test("lets outputs whose names begin alike stand side by side")
  func sideBySide() throws {
    try withTemporaryDirectory { root in
      let report = try run(to: [root + "/out", root + "/out2"])
      #expect(report.outputs.count == 2)
    }
  }
}
