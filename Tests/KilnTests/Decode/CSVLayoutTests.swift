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
    arguments: [(2, 255), (10, 255), (100, 255)])
  func eitherEnd(classCount: Int, brightest: Int) throws {
    let rows = smoothRows(600, classCount: classCount, brightest: brightest)
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

  /// What is remarked on a directory of tables.
  private func remarks(
    on tables: [String: String], _ settings: [String: String] = [:]
  ) throws -> [String] {
    try withTemporaryDirectory { root in
      for (name, text) in tables { try write(Array(text.utf8), to: "\(root)/\(name).csv") }
      return try openSource(SourceRequest(paths: [root], settings: settings)).remarks
    }
  }

  @Test("says what values alone have told")
  func remarks() throws {
    let rows = smoothRows(600, classCount: 10)
    let names = (0..<16).map { "pixel\($0)," }.joined() + "label\n"
    let cases: [(String, [String: String], [String])] = [
      (text(rows), [:], ["labels are in the last column (--source-label says otherwise)"]),
      (
        text(rows.map { [$0[16]] + $0[..<16] }), [:],
        ["labels are in the first column (--source-label says otherwise)"]
      ),
      (
        text(rows.map { Array($0[..<16]) }), [:],
        ["no column is a label (--source-label says otherwise)"]
      ),
      (text(rows), ["label": "last"], []), (names + text(rows), [:], []),
    ]
    for (table, settings, expected) in cases {
      #expect(try remarks(on: ["data": table], settings) == expected)
    }
  }

  @Test("says of every table what is passed over")
  func remarksOnAll() throws {
    let train = "label,p0,p1,p2,p3\n7,1,2,3,4\n"
    let test = "label,p0,p1,p2,p3,weight,file\n8,1,2,3,4,9,a.png\n"
    #expect(
      try remarks(on: ["train": train, "test": test], ["label": "label"])
        == ["neither label nor pixel, and not read: file, weight"])
  }

  @Test("takes tables for such by the names of their pixels, whatever is beside these")
  func detection() throws {
    let table = "file,label,p0,p1,p2,p3\na.png,7,1,2,3,4\nb.png,8,1,2,3,4\n"
    #expect(
      try remarks(on: ["train": table], ["label": "label"])
        == ["neither label nor pixel, and not read: file"])
  }

  @Test("decides for all tables what numbers their rows", arguments: [3, 30])
  func oneDecision(testCount: Int) throws {
    let rows = { (count: Int, id: (Int) -> Int) in
      (0..<count).map { "\(id($0)),\($0 % 4),1,2,3,4\n" }.joined()
    }
    for (train, columnCount) in [(rows(20, { $0 * 37 % 101 }), 1), (rows(20, { $0 / 2 }), 2)] {
      try withTemporaryDirectory { root in
        let header = "id,label,p0,p1,p2,p3\n"
        try write(Array((header + train).utf8), to: root + "/train.csv")
        let test = rows(testCount, { $0 * 41 % 107 })
        try write(Array((header + test).utf8), to: root + "/test.csv")
        let source = try openSource(SourceRequest(paths: [root]))
        #expect(source.dataset.splits.map(\.count) == [20, testCount])
        #expect(source.dataset.schema.labels?.columns.count == columnCount)
      }
    }
  }

  @Test(
    "takes no column for a pixel that is not numbered as these are",
    arguments: [
      ("label,f0,f1,f2,f3,fold", "fold"), ("label,p0,p1,p2,p3,person", "person"),
      ("label,1x1,1x2,2x1,2x2,weight", "weight"),
      ("label,pixel0,pixel1,pixel2,pixel3,pixels", "pixels"),
    ])
  func likePixels(header: String, other: String) throws {
    let table = header + "\n" + text([[7, 1, 2, 3, 4, 3], [8, 5, 6, 7, 9, 3]])
    let result = try read(table, ["label": "label"])
    #expect(result.labels == [7, 8] && result.pixels == [1, 2, 3, 4, 5, 6, 7, 9])
    #expect(try read(table, ["label": "last"]).labels == [3, 3])
    #expect(
      try remarks(on: ["data": table], ["label": "label"])
        == ["neither label nor pixel, and not read: \(other)"])
  }

  @Test("remarks on tables beside splits, which are none by their names")
  func otherTables() throws {
    let table = "label,p0,p1,p2,p3\n7,1,2,3,4\n"
    #expect(
      try remarks(on: ["train": table, "holdout": table, "val2": table])
        == ["no split, and not read: holdout.csv, val2.csv"])
  }

  @Test("refuses a shape of other pixels than there are")
  func otherShape() {
    #expect(
      failure(text(darkRows(20)), ["shape": "5x5"])
        == "decode data.csv: has 17 columns, expected the 25 pixels of --source-shape, with a label or"
        + " without one")
  }

  @Test("takes the first column for the label where that is said and no other could be it")
  func firstColumn() throws {
    let table = "id,p0,p1,p2,p3\n1,9,2,3,4\n2,5,6,7,8\n"
    #expect(try read(table, ["label": "first"]).labels == [1, 2])
    #expect(
      try read("id,label,p0,p1,p2\n1,9,2,3,4\n2,5,6,7,8\n", ["label": "first"]).labels == [9, 5])
    #expect(
      failure("p0,p1,p2,p3,label\n1,9,2,3,4\n", ["label": "first"])
        == "decode data.csv: column 'p0' is a pixel by its name, and no label; beside the pixels: label"
        + " (--source-label takes a name)")
  }

  @Test("asks where both ends look alike")
  func undecided() {
    let rows = smoothRows(40, classCount: 10).map { [$0[0]] + $0[..<16] }
    #expect(
      failure(text(rows))
        == "decode data.csv: has 17 columns: which one is the label? (--source-label first, last, none,"
        + " or its name)")
  }

  /// Rows of pictures with dark corners, and a label of ten classes behind each.
  private func darkRows(_ count: Int, corners: [Int: Int] = [:]) -> [[Int]] {
    smoothRows(count, classCount: 10).enumerated().map { position, row in
      [corners[position] ?? 0] + row[1..<15] + [corners[position] ?? 0, row[16]]
    }
  }

  @Test(
    "is not misled by a corner that is hardly ever lit",
    arguments: [[0: 3], [50: 1, 700: 2, 900: 63], [3: 1, 5: 2, 9: 8, 400: 11, 901: 79], [:]])
  func corners(lit: [Int: Int]) throws {
    let rows = darkRows(1000, corners: lit)
    let labels = rows.map { Int64($0[16]) }
    #expect(try read(text(rows)).labels == labels)
    #expect(try read(text(rows.map { [$0[16]] + $0[..<16] })).labels == labels)
    // Sorted by class, the first rows tell nothing.
    let sorted = rows.sorted { $0[16] < $1[16] }
    #expect(try read(text(sorted)).labels == labels.sorted())
  }

  @Test("asks where one end could be labels of which most are alike, or what is measured")
  func uneven() {
    let dark = darkRows(400)
    let uneven = dark.enumerated().map { [$0 % 12 == 0 ? 1 : 0] + $1[..<16] }
    let measured = dark.enumerated().map { [0] + $1[..<15] + [$0] }
    for rows in [text(uneven), text(measured).replacing("7\n", with: "7.25\n")] {
      #expect(failure(rows)?.contains("which one is the label?") == true)
    }
  }

  @Test("takes no bright corner for labels, whatever these are", arguments: [1, 40, 200])
  func bright(classCount: Int) {
    var generator = SeededGenerator(seed: 3)
    for count in [3, 400] {
      let rows = (0..<count).map { row in
        [row % classCount] + (0..<16).map { _ in 240 + Int(generator.next() % 16) }
      }
      let line = failure(text(rows))
      // Forty classes are plain.
      #expect((line == nil) == (classCount == 40 && count > 3), "\(count) \(line ?? "")")
    }
  }

  @Test("looks at the shape that is given")
  func shape() throws {
    let rows = darkRows(60)
    let label = rows.map { Int64($0[16]) }
    let result = try read(text(rows.map { $0[..<8] + [$0[16]] }), ["shape": "2x4"])
    #expect(result.labels == label && result.dataset.schema.sampleShape == [2, 4])
    #expect(try read(text(rows.map { Array($0[..<8]) }), ["shape": "2x4"]).labels == [])
  }

  @Test("asks where two tables seem to have their labels at different ends")
  func otherEnd() throws {
    try withTemporaryDirectory { root in
      let rows = darkRows(60)
      let first = text(rows.map { [$0[16]] + $0[..<16] })
      let names = (0..<16).map { "p\($0)," }.joined() + "label\n"
      for test in [text(rows), names + text(rows)] {
        try write(Array(first.utf8), to: root + "/train.csv")
        try write(Array(test.utf8), to: root + "/test.csv")
        #expect(
          sentence { _ = try openSource(SourceRequest(paths: [root])) }?
            .contains("seems to have its label at the other end than train.csv") == true)
      }
    }
  }

  @Test("asks where a label makes the columns a square")
  func square() throws {
    // 8 x 6 pixels and a label; Pima's eight measures and their outcome.
    let dark = darkRows(200)
    let rows = dark.map { row in (0..<48).map { row[$0 % 16] } + [row[16]] }
    #expect(failure(text(rows))?.contains("which one is the label?") == true)
    let names = "a,b,c,d,e,f,g,h,Outcome\n"
    #expect(
      failure(names + text(dark.map { $0[..<8] + [$0[16] % 2] }))?
        .contains("which one is the label?") == true)
    // Without one they are a picture, also one that is black and white.
    #expect(try read(text(dark.map { Array($0[..<16]) })).labels == [])
    let bits = dark.map { row in row[..<16].map { $0 & 1 } }
    #expect(try read(text(bits)).labels == [])
  }

  @Test("knows a first row that pandas took for names")
  func repetitions() throws {
    let names = "5,0," + (1...14).map { "0.\($0)" }.joined(separator: ",") + ",3\n"
    let result = try read(names + text(darkRows(50).map { [$0[16]] + $0[..<16] }))
    #expect(result.dataset.count == 50)
    #expect(result.dataset.schema.elementType == .uint8)
  }

  @Test("refuses pixels whose names are sorted as texts")
  func order() throws {
    let rows = "\n" + text(darkRows(20).map { [$0[16]] + $0[..<16] })
    let names = (0..<16).map { "pixel\($0)" }
    #expect(
      failure("label," + names.sorted().joined(separator: ",") + rows)
        == "decode data.csv: has column 'pixel15' before 'pixel2': its pixels are not in order"
        + " (sort the columns by number)")
    let places = (1...4).flatMap { row in (1...4).map { (row, $0) } }
    for name in [{ "\($0.0)x\($0.1)" }, { "\($0.1)x\($0.0)" }] as [((Int, Int)) -> String] {
      #expect(
        try read("label," + places.map(name).joined(separator: ",") + rows).dataset.count == 20)
    }
    #expect(
      failure("label," + names.reversed().joined(separator: ",") + rows)?
        .contains("'pixel15' before 'pixel14'") == true)
  }

  @Test(
    "passes over numbers of rows and what else is no pixel beside them",
    arguments: [
      ("label,id,p0,p1,p2,p3", [7, 3, 1, 2, 3, 4], [8, 4, 5, 6, 7, 9], ["id"], false),
      ("label,p0,p1,p2,p3,id", [7, 1, 2, 3, 4, 3], [8, 5, 6, 7, 9, 4], ["id"], false),
      ("p0,p1,p2,p3,label,id", [1, 2, 3, 4, 7, 3], [5, 6, 7, 9, 8, 4], ["id"], false),
      ("label,p0,p1,p2,p3,weight", [7, 1, 2, 3, 4, 3], [8, 5, 6, 7, 9, 3], ["weight"], true),
      ("label,fold,p0,p1,p2,p3", [7, 3, 1, 2, 3, 4], [8, 3, 5, 6, 7, 9], ["fold"], true),
    ])
  func others(
    header: String, first: [Int], second: [Int], passedOver: [String], isNamed: Bool
  ) throws {
    let table = header + "\n" + text([first, second])
    let settings = isNamed ? ["label": "label"] : [:]
    let result = try read(table, settings)
    #expect(result.labels == [7, 8] && result.pixels == [1, 2, 3, 4, 5, 6, 7, 9])
    // Texts, too.
    let texts = table.replacing(",3\n", with: ",\"a.png\"\n")
    if isNamed { #expect(try read(texts, settings).labels == [7, 8]) }
    #expect(
      try remarks(on: ["data": table], settings)
        == passedOver.map { "neither label nor pixel, and not read: \($0)" })
    // Who says that it is the last one means it.
    if header.hasSuffix("id") { #expect(try read(table, ["label": "last"]).labels == [3, 4]) }
    // Who names a number of a row as the label has it.
    if header.contains("id") {
      #expect(try read(table, ["label": "id"]).labels == [3, 4])
    }
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
