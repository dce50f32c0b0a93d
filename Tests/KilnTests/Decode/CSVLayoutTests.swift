import Testing

@testable import Kiln

@Suite("Columns of tables") struct CSVLayoutTests: TableReading {
  /// Rows of smooth pictures, whose border changes as much as their inside, and a label behind each.
  private func smoothRows(_ count: Int, classCount: Int, brightest: Int = 255) -> [[Int]] {
    var generator = SeededGenerator(seed: 7)
    return (0..<count).map { row in
      let shade = Int(generator.next() % UInt64(brightest + 1))
      return (0..<16).map { min(brightest, shade + $0 % 3) } + [row % classCount]
    }
  }

  private func text(_ rows: [[Int]]) -> String {
    rows.map { $0.map(String.init).joined(separator: ",") + "\n" }.joined()
  }

  @Test(
    "takes what looks like labels for labels, first or last",
    arguments: [(2, 255), (10, 255), (100, 255), (10, 1), (10, 3)])
  func eitherEnd(classCount: Int, brightest: Int) throws {
    let rows = smoothRows(200, classCount: classCount, brightest: brightest)
    let labels = rows.map { Int64($0[16]) }
    let names = [
      "", (0...16).map(String.init).joined(separator: ",") + "\n",
      (0...16).map { "V\($0)" }.joined(separator: ",") + "\n",
    ]
    for header in names {
      #expect(try read(header + text(rows)).labels == labels)
      #expect(try read(header + text(rows.map { [$0[16]] + $0[..<16] })).labels == labels)
    }
  }

  @Test("asks where both ends look alike")
  func undecided() {
    let rows = smoothRows(40, classCount: 10).map { [$0[0]] + $0[..<16] }
    #expect(
      failure(text(rows))
        == "decode data.csv: has 17 columns: which one is the label? (--source-label first, last, none,"
        + " or its name)")
  }

  @Test(
    "tells labels by the names of the columns beside them",
    arguments: ["p0,p1,p2,p3,species", "a,b,c,d,image_label", "p0,p1,p2,p3,digit"])
  func series(header: String) throws {
    let result = try read(header + "\n9,2,3,4,7\n5,6,7,255,8\n")
    #expect(result.labels == [7, 8])
    #expect(result.pixels == [9, 2, 3, 4, 5, 6, 7, 255])
  }

  @Test("passes over numbers of rows, whatever they are called")
  func identifiers() throws {
    let rows = "\n1,7,1,2,3,4\n2,8,5,6,7,255\n"
    for name in ["ImageId", "sample_id", "ID"] {
      #expect(try read(name + ",label,p0,p1,p2,p3" + rows).labels == [7, 8])
    }
    let scattered = (0..<20).map { "\($0 * 37 % 101),\($0 % 4),1,2,3,4" }.joined(separator: "\n")
    #expect(try read("sample_id,label,p0,p1,p2,p3\n" + scattered).labels.max() == 3)
    let alone = try read("ImageId,pixel0,pixel1,pixel2,pixel3\n1,1,2,3,4\n2,5,6,7,8\n")
    #expect(alone.dataset.schema.labels == nil && alone.pixels == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test(
    "takes a damaged first row for a row, and not for names",
    arguments: ["7,,3,4,5\n", "7,2,NA,4,5\n", "7,0x10,3,4,5\n", "7,2\r3,4,5\r6,7,8\n"])
  func damagedFirst(row: String) {
    #expect(
      failure(row + "4,5,6,7,8\n1,2,3,4,5\n", ["label": "first"])?
        .hasSuffix("is no number (--source-header on if the first line names the columns)") == true)
  }
}
