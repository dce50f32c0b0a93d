import Foundation
import Testing

@testable import Kiln

@Suite("README.md")
struct ReadmeTests {
  @Test("has a row for every format that is read")
  func sources() throws {
    let text = try Repository.text("README.md")
    for format in SourceFormat.all {
      #expect(text.contains("\n| `\(format.name)` |"), "\(format.name)")
    }
  }

  @Test("has a row for every format that is written")
  func sinks() throws {
    let text = try Repository.text("README.md")
    for format in SinkFormat.all {
      let place = format.output == .directory ? "DIR" : "FILE"
      #expect(text.contains("\n| `\(format.name)=\(place)` |"), "\(format.name)")
    }
  }

  @Test("names every data set that is known, in the table of those that are corrected likewise")
  func datasets() throws {
    let rows = try Repository.text("README.md").split(separator: "\n").filter {
      $0.hasPrefix("| `")
    }
    for known in KnownDataset.all {
      let row = try #require(rows.first { $0.contains("`\(known.name)`") }, "\(known.name)")
      for other in KnownDataset.all where row.contains("`\(other.name)`") {
        let (first, second) = (known.corrections, other.corrections)
        #expect(first.orientation == second.orientation && first.channels == second.channels)
      }
    }
  }

  @Test("names every conversion")
  func conversions() throws {
    let text = try Repository.text("README.md")
    for format in ConversionFormat.all { #expect(text.contains("`--\(format.name)`")) }
  }

  @Test("shows the reader that the tests run")
  func reader() throws {
    let reader = try Repository.text("Tests/KilnTests/Resources/read_cache.py")
    #expect(reader.split(separator: "\n", omittingEmptySubsequences: false).count <= 31)
    #expect(try Repository.text("README.md").contains("```python\n\(reader)```\n"))
  }

  @Test("names only pipelines that exist")
  func pipelines() throws {
    let text = try Repository.text("README.md")
    for match in text.matches(of: /Pipelines\/[a-z-]+\.json/) {
      #expect(FileManager.default.fileExists(atPath: Repository.path(String(match.output))))
    }
  }
}
