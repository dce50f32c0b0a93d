import Kiln
import Testing

@Suite("kiln datasets") struct DatasetsTests {
  @Test("lists every data set of the catalogue on one line") func list() throws {
    let run = try CommandRun(["datasets"])
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == KnownDataset.all.count + 1)
    for (line, known) in zip(lines.dropFirst(), KnownDataset.all) {
      #expect(line.hasPrefix(known.name + " ") && line.hasSuffix(known.title))
    }
  }

  @Test("tells all about one", arguments: KnownDataset.all.map(\.name))
  func sheet(name: String) throws {
    let known = try #require(KnownDataset.named(name))
    let run = try CommandRun(["datasets", name])
    #expect(run.status == 0)
    for edition in known.editions {
      for file in edition.files + edition.members {
        #expect(run.output.contains("  \(file.name) "))
        if let digest = file.sha256 ?? file.md5 { #expect(run.output.contains(digest)) }
      }
      for mirror in edition.mirrors { #expect(run.output.contains("\n  \(mirror)\n")) }
    }
    for correction in known.corrections.descriptions { #expect(run.output.contains(correction)) }
    for line in run.output.split(separator: "\n") where !line.hasPrefix(" ") {
      #expect(line.count <= 100)
    }
  }

  @Test("takes the name of a family for all its members") func family() throws {
    let run = try CommandRun(["datasets", "emnist"])
    let names = KnownDataset.all.filter { $0.family == "emnist" }.map(\.name)
    #expect(names.count == 6)
    for name in names { #expect(run.output.contains("Name       \(name)\n")) }
  }

  @Test("gives the same as JSON") func json() throws {
    let run = try CommandRun(["datasets", "fashion-mnist", "--json"])
    let known = try #require(KnownDataset.named("fashion-mnist"))
    #expect(
      try JSON(parsing: Array(run.output.utf8)) == .object(["datasets": .array([known.json])]))
  }

  @Test("offers the nearest name for one that is unknown") func unknown() throws {
    let run = try CommandRun(["datasets", "fashon-mnist"])
    #expect(run.status == 2)
    #expect(
      run.errorLines.first
        == "kiln: unknown data set 'fashon-mnist' (did you mean 'fashion-mnist'?)")
  }
}
